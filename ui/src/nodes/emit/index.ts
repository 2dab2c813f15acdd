import { Send } from 'lucide-react';
import { defineKind, textOf } from '../kind';

export const emit = defineKind({
  kind: 'emit',
  icon: Send,
  group: 'actions',
  fields: ['type', 'key', 'data', 'subject', 'source'],
  folded: ['subject', 'source'],
  template: () => ({ emit: { type: 'com.example.happened', data: '${ . }' } }),
  summary: (body) => ({ text: textOf(body.type), code: true }),
  example: 'emit: { type: com.shop.shipped, key: "${ $input.orderId }", data: "${ . }" }',
});
