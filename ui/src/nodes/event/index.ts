import { RadioTower } from 'lucide-react';
import { defineKind, textOf } from '../kind';

export const event = defineKind({
  kind: 'event',
  icon: RadioTower,
  group: 'waiting',
  main: 'event',
  scalarBody: true,
  fields: ['event', 'key', 'match', 'count', 'source', 'timeout'],
  folded: ['count', 'source'],
  template: () => ({ event: 'com.example.done' }),
  summary: (body) => ({ text: Array.isArray(body.event) ? body.event.map(textOf).join(' | ') : textOf(body.event), code: true }),
  example: 'event: com.shop.review.done\nkey: "${ $input.orderId }"\ntimeout: 24h',
});
