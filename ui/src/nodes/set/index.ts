import { Variable } from 'lucide-react';
import { defineKind } from '../kind';

export const set = defineKind({
  kind: 'set',
  icon: Variable,
  group: 'data',
  main: 'set',
  scalarBody: true,
  fields: ['set'],
  template: () => ({ set: { ok: true } }),
  summary: (body) => ({ text: typeof body.set === 'string' ? body.set : JSON.stringify(body.set ?? null), code: true }),
  example: 'set: { action: ship, count: "${ .count }" }',
});
