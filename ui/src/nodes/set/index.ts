import { Variable } from 'lucide-react';
import { defineKind, textOf } from '../kind';

export const set = defineKind({
  kind: 'set',
  icon: Variable,
  group: 'data',
  main: 'set',
  scalarBody: true,
  fields: ['set'],
  template: () => ({ set: { ok: true } }),
  summary: (body) => ({ text: textOf(body.set ?? 'null'), code: true }),
  example: 'set: { action: ship, count: "${ .count }" }',
});
