import { Bell } from 'lucide-react';
import { defineKind, textOf } from '../kind';

export const notify = defineKind({
  kind: 'notify',
  icon: Bell,
  group: 'actions',
  fields: ['to', 'title', 'text'],
  template: () => ({ notify: { to: 'ops', text: 'done' } }),
  summary: (body) => ({ text: `${textOf(body.to)} · ${textOf(body.title) || textOf(body.text)}`, code: false }),
  example: 'notify: { to: ops, title: Low stock, text: "${ .sku } is at ${ .count }" }',
});
