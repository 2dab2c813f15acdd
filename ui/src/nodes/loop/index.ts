import { Repeat1 } from 'lucide-react';
import { defineKind, textOf } from '../kind';

export const loop = defineKind({
  kind: 'loop',
  icon: Repeat1,
  group: 'flow',
  fields: ['loop'],
  template: (id) => ({ loop: { until: '${ .done }', max: 10, delay: '1s' }, nodes: { [`${id}_step`]: { set: { done: true } } } }),
  summary: (body) => ({ text: body.while !== undefined ? `while ${textOf(body.while)}` : `until ${textOf(body.until)}`, code: true }),
  footer: (body, t) => t('card.loopMax', { n: textOf(body.max) || '1000' }),
  example: 'loop: { until: "${ .done }", max: 60, delay: 10s }\nnodes:\n  poll: { http: "https://example.com/job" }',
});
