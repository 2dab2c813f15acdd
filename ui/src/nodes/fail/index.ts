import { OctagonX } from 'lucide-react';
import { defineKind, textOf } from '../kind';

export const fail = defineKind({
  kind: 'fail',
  icon: OctagonX,
  group: 'flow',
  fields: ['code', 'message'],
  template: () => ({ fail: { code: 'refused', message: 'not allowed' } }),
  summary: (body) => ({ text: `${textOf(body.code)} · ${textOf(body.message)}`, code: false }),
  example: 'fail: { code: sold_out, message: "nothing left of ${ .sku }" }',
});
