import { Braces } from 'lucide-react';
import { defineKind, textOf } from '../kind';

export const python = defineKind({
  kind: 'python',
  icon: Braces,
  group: 'actions',
  main: 'code',
  fields: ['code', 'requirements', 'env', 'file'],
  folded: ['requirements', 'env', 'file'],
  code: { code: 'python' },
  template: () => ({ python: 'def main(input):\n    return {"ok": True}\n' }),
  summary: (body, t) => ({ text: body.file ? textOf(body.file) : t('card.pythonLines', { count: textOf(body.code).trimEnd().split('\n').length }), code: false }),
  example: 'python: |\n  def main(input):\n      return {"risk": 0.9 if input["count"] == 0 else 0.1}',
});
