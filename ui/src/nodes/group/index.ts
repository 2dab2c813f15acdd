import { Group } from 'lucide-react';
import { defineKind } from '../kind';

export const group = defineKind({
  kind: 'group',
  icon: Group,
  group: 'flow',
  fields: [],
  template: (id) => ({ group: { nodes: { [`${id}_step`]: { set: { ok: true } } } } }),
  summary: (body, t) => ({ text: t('card.nodes', { count: Object.keys((body.nodes as object | undefined) ?? {}).length }), code: false }),
  footer: (body, t) => t('card.nodes', { count: Object.keys((body.nodes as object | undefined) ?? {}).length }),
  example: 'group:\n  nodes:\n    book: { http: "https://example.com/book" }\n    pay: { needs: book, http: "https://example.com/pay" }\nretry: 3',
});
