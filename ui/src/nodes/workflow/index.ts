import { Workflow } from 'lucide-react';
import { defineKind, textOf } from '../kind';

export const workflow = defineKind({
  kind: 'workflow',
  icon: Workflow,
  group: 'flow',
  main: 'workflow',
  scalarBody: true,
  fields: ['workflow', 'revision', 'detach'],
  template: () => ({ workflow: 'name' }),
  summary: (body) => ({ text: textOf(body.workflow) + (body.revision ? ` r${textOf(body.revision)}` : ''), code: true }),
  example: 'workflow: charge-card\nwith: { amount: "${ .amount }" }',
});
