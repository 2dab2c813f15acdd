import { Split } from 'lucide-react';
import { defineKind } from '../kind';

function cases(value: unknown): string[] {
  return Array.isArray(value) ? value.map((entry) => String((entry as { case?: unknown } | null)?.case ?? '')) : [];
}

export const switchKind = defineKind({
  kind: 'switch',
  icon: Split,
  group: 'flow',
  main: 'switch',
  scalarBody: true,
  fields: ['switch'],
  template: () => ({ switch: [{ case: 'yes', when: '${ .ok }' }, { case: 'no' }] }),
  summary: (body, t) => ({ text: `${t('card.cases', { count: cases(body.switch).length })} · ${cases(body.switch).join(' / ')}`, code: false }),
  ports: (body) => cases(body.switch),
  example: 'switch:\n  - { case: risky, when: "${ .risk > 0.5 }" }\n  - { case: fine }',
});
