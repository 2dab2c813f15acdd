import { Hourglass } from 'lucide-react';
import { defineKind, textOf } from '../kind';

export const wait = defineKind({
  kind: 'wait',
  icon: Hourglass,
  group: 'waiting',
  main: 'for',
  scalarBody: 'for',
  fields: ['for', 'until'],
  template: () => ({ wait: '10s' }),
  summary: (body, t) => ({ text: body.until !== undefined ? t('card.until', { time: textOf(body.until) }) : textOf(body.for), code: body.until !== undefined }),
  example: 'wait: 10m',
});
