import { Stamp } from 'lucide-react';
import { defineKind, textOf } from '../kind';

export const approval = defineKind({
  kind: 'approval',
  icon: Stamp,
  group: 'waiting',
  fields: ['title', 'assignees', 'form', 'timeout'],
  template: () => ({ approval: { title: 'OK?' } }),
  summary: (body) => ({ text: textOf(body.title), code: false }),
  ports: () => ['approved', 'rejected'],
  example: 'approval:\n  title: "Refund ${ .amount }?"\n  assignees: [zhang, ops]',
});
