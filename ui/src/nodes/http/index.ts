import { Globe } from 'lucide-react';
import { defineKind, textOf } from '../kind';

export const http = defineKind({
  kind: 'http',
  icon: Globe,
  group: 'actions',
  main: 'url',
  fields: ['method', 'url', 'auth', 'headers', 'query', 'body', 'form', 'success', 'output', 'follow_redirects', 'max_body', 'tls'],
  folded: ['query', 'form', 'success', 'follow_redirects', 'max_body', 'tls'],
  template: () => ({ http: { url: 'https://example.com/', method: 'GET' } }),
  summary: (body) => ({ text: `${textOf(body.method) || 'GET'} ${textOf(body.url).replace(/^https?:\/\/[^/]+(?=\/.)/, '')}`, code: true }),
  example: 'http:\n  url: "https://api.example.com/orders/${ $input.orderId }"\n  method: POST\n  body: { amount: "${ .amount }" }',
});
