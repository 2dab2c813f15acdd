import { Repeat } from 'lucide-react';
import { defineKind, textOf } from '../kind';

export const foreach = defineKind({
  kind: 'foreach',
  icon: Repeat,
  group: 'flow',
  main: 'foreach',
  scalarBody: true,
  fields: ['foreach', 'as', 'concurrency', 'on_item_error'],
  template: (id) => ({ foreach: '${ .items }', nodes: { [`${id}_item`]: { set: '${ . }' } } }),
  summary: (body) => ({ text: textOf(body.foreach), code: true }),
  footer: (body, t) => `${t('card.concurrency', { n: textOf(body.concurrency) || '10' })} · ${body.on_item_error === 'continue' ? t('card.itemContinue') : t('card.itemFail')}`,
  example: 'foreach: "${ .items }"\nas: item\nconcurrency: 10\nnodes:\n  hold: { http: "https://example.com/hold/${ $item.id }" }',
});
