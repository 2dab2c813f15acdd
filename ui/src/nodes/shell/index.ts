import { Terminal } from 'lucide-react';
import { defineKind, firstLine, textOf } from '../kind';

export const shell = defineKind({
  kind: 'shell',
  icon: Terminal,
  group: 'actions',
  main: 'run',
  fields: ['run', 'env', 'stdin', 'output', 'cwd', 'ok_codes', 'interpreter'],
  folded: ['stdin', 'cwd', 'ok_codes', 'interpreter'],
  code: { run: 'shell' },
  template: () => ({ shell: 'echo "hello"\n' }),
  summary: (body) => ({ text: firstLine(textOf(body.run)), code: true }),
  example: 'shell: echo "shipping $ORDER"\nenv: { ORDER: "${ $input.orderId }" }',
});
