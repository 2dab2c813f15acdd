import { expect, test } from 'vitest';
import { barsOf, rateText } from './HourBars';

const hours = (given: Record<number, { completed?: number; failed?: number }>) => Array.from({ length: 24 }, (_, index) => ({ completed: 0, failed: 0, ...given[index] }));

test('bars grow with the count, failures stand below, and one of thousands can be seen', () => {
  expect(barsOf(hours({}))).toEqual({ completed: '', failed: '' });
  expect(barsOf(hours({ 0: { completed: 4 }, 1: { completed: 2 } })).completed).toBe('M0,18v-16h3v16zM4.2,18v-8h3v8z');
  const mixed = barsOf(hours({ 23: { completed: 3000, failed: 1 } }));
  expect(mixed.failed).toBe('M96.6,18v-2h3v2z');
  expect(mixed.completed).toBe('M96.6,16v-14h3v14z');
  expect(barsOf(hours({ 0: { failed: 5 } })).completed).toBe('');
});

test('a rate is not rounded up to all', () => {
  expect(rateText(1)).toBe('100.0%');
  expect(rateText(0.99999)).toBe('99.9%');
  expect(rateText(0)).toBe('0.0%');
  expect(rateText(0.975)).toBe('97.5%');
});
