import { describe, expect, test } from 'vitest';
import { parse, valueAt } from '../document/source';
import { addProperty, isName, propertiesOf, removeProperty, renameProperty, requireProperty } from './properties';

const file = `weft: 1
input:
  type: object
  required: [orderId]   # all of them
  properties:
    # from the shop
    orderId: { type: string, title: Order }
    lines: { type: array, items: { type: object } }
`;
const place = ['input'];
const schemaOf = (text: string) => valueAt(parse(text), place) as Record<string, unknown>;

describe('properties', () => {
  test('of a plain object are listed; more than the form shows is told apart', () => {
    expect(propertiesOf(schemaOf(file))).toEqual([
      { name: 'orderId', required: true, plain: true, type: 'string' },
      { name: 'lines', required: false, plain: false, type: 'array' },
    ]);
  });
  test.each([[true], [[]], [{ type: 'string' }], [{ type: 'object', anyOf: [] }], [{ $ref: '#/x' }], [{ type: 'object', properties: [] }], [{ type: 'object', required: 'a' }]])('%j is left to YAML', (schema) => expect(propertiesOf(schema)).toBeNull());
  test('the first is added with the object around it, later ones under free names', () => {
    const first = addProperty('weft: 1\n', place, []);
    expect(first).toBe('weft: 1\ninput: { type: object, properties: { field_1: { type: string } } }\n');
    expect(schemaOf(addProperty(first, place, propertiesOf(schemaOf(first))!)).properties).toEqual({ field_1: { type: 'string' }, field_2: { type: 'string' } });
  });
  test('a new name is new in the list of required ones too, and the comments stay', () => {
    expect(renameProperty(file, place, ['orderId'], 'orderId', 'order')).toBe(file.replace('[orderId]', '[order]').replace('orderId: {', 'order: {'));
  });
  test('required and back is the same text', () => {
    const both = requireProperty(file, place, ['orderId'], 'lines');
    expect(both).toBe(file.replace('[orderId]', '[orderId, lines]'));
    expect(requireProperty(both, place, ['orderId', 'lines'], 'lines')).toBe(file);
  });
  test('one that goes takes its comment and its requirement along; the last takes the schema', () => {
    const less = removeProperty(file, place, schemaOf(file), 'orderId');
    expect(less).toBe('weft: 1\ninput:\n  type: object\n  properties:\n    lines: { type: array, items: { type: object } }\n');
    expect(removeProperty(less, place, schemaOf(less), 'lines')).toBe('weft: 1\n');
  });
  test('names that YAML reads as they are', () => {
    const others = propertiesOf(schemaOf(file))!;
    expect([isName('订单', others), isName('order-id', others), isName('orderId', others), isName('a: b', others), isName('', others), isName('true', others)]).toEqual([true, true, false, false, false, false]);
  });
});
