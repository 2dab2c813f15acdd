import { expect, test } from 'vitest';
import { countChanges, diffLines } from './diff';
import { complete, expressionBefore } from './completion';
import { pathByIndent } from './yamlCompletion';
import { asExpression, expressionOf } from './fieldKinds';
import { begin, push, redo, type, undo } from '../document/history';

test('a diff keeps what is common and counts what is not', () => {
  const lines = diffLines('a\nb\nc\nd\n', 'a\nx\nc\nd\ne\n');
  expect(lines.map((line) => ({ same: ' ', added: '+', removed: '-' })[line.kind] + line.text)).toEqual([' a', '-b', '+x', ' c', ' d', '+e']);
  expect(countChanges(lines)).toBe(2);
  expect(diffLines('', 'a\n').map((line) => line.kind)).toEqual(['added']);
});

const scope = { values: { '.': { risk: 0.9, order: { id: '8841' } }, $input: { orderId: '1' }, $nodes: { stock: { output: { count: 3 } } } }, secrets: ['token'], sample: null };

test('completion offers what a run gave', () => {
  const labels = (text: string) => complete(text, scope).map((one) => one.label);
  expect(labels('.')).toEqual(['risk', 'order']);
  expect(labels('.or')).toEqual(['order']);
  expect(labels('.order.')).toEqual(['id']);
  expect(labels('$nodes.stock.output.')).toEqual(['count']);
  expect(labels('$in')).toEqual(['$input']);
  expect(labels('$secrets.')).toEqual(['token']);
  expect(labels('.risk > 0.5 and $input.o')).toEqual(['orderId']);
  expect(labels('tost')).toEqual(['tostring']);
  expect(complete('.order.i', scope)[0]).toMatchObject({ detail: '"8841"', from: 7 });
});

test('a cursor stands inside of an expression or not', () => {
  expect(expressionBefore('url: "http://x/${ .a')).toBe(' .a');
  expect(expressionBefore('a ${ .a } b')).toBeNull();
  expect(expressionBefore('${ { a: 1 } | .')).toBe(' { a: 1 } | .');
  expect(expressionBefore('$${ .a')).toBeNull();
});

test('keys around a line are found by its indentation', () => {
  const lines = ['nodes:', '  a:', '    http:', '      url: x', '      ', 'triggers:', '  - id: x', '    '];
  expect(pathByIndent(lines, 4)).toEqual(['nodes', 'a', 'http']);
  expect(pathByIndent(lines, 3)).toEqual(['nodes', 'a', 'http']);
  expect(pathByIndent(lines, 7)).toEqual(['triggers', 0]);
});

test('one expression is told from text with expressions', () => {
  expect(expressionOf('${ .a }')).toBe('.a');
  expect(expressionOf('${ .a } ${ .b }')).toBeNull();
  expect(expressionOf('x ${ .a }')).toBeNull();
  expect(expressionOf(asExpression('{ a: 1 }'))).toBe('{ a: 1 }');
});

test('typing is one step, what is undone can be redone', () => {
  const step = (text: string) => ({ text, label: 'type', node: null });
  let history = begin('');
  history = type(history, step('a'), 1000);
  history = type(history, step('ab'), 1500);
  history = type(history, step('abc'), 9000);
  expect(undo(history).present.text).toBe('ab');
  expect(undo(undo(history)).present.text).toBe('');
  expect(redo(undo(history)).present.text).toBe('abc');
  expect(push(history, step('abc'))).toBe(history);
});
