import { describe, expect, test } from 'vitest';
import type { JsonSchema } from '../api/types';
import { fieldInfo, fits } from './fieldKinds';
import { chosenIn, companionsOf, initialOf, inOrder, shapeOf } from './shape';

/// The parts of the language's schema whose forms are made here, in its own words.
const schema: JsonSchema = {
  properties: {
    auth: { anyOf: [{ enum: ['none', 'token'] }, { $ref: '#/$defs/auth' }] },
    retry: { anyOf: [{ type: 'integer' }, { type: 'object', required: ['attempts'], properties: { attempts: { type: 'integer' }, delay: { type: 'string' }, on: { type: 'array', items: { type: 'string' } } } }] },
    on_error: { anyOf: [{ enum: ['fail'] }, { type: 'object', required: ['continue'], properties: { continue: {} } }], default: 'fail' },
    tls: { anyOf: [{ type: 'object', properties: { key: { type: 'string' }, verify: { anyOf: [{ type: 'boolean' }, { type: 'string' }] } } }, { type: 'string' }] },
    compensate: {
      type: 'object',
      oneOf: [{ required: ['http'] }, { required: ['shell'] }, { required: ['notify'] }],
      dependentSchemas: { retry: { anyOf: [{ required: ['http'] }, { required: ['shell'] }] } },
      properties: { http: { anyOf: [{ type: 'string' }, { type: 'object', properties: { url: {} } }] }, shell: {}, notify: {}, retry: {}, timeout: { type: 'string' } },
    },
    notify: { type: 'array', items: { $ref: '#/$defs/rule' } },
    headers: { type: 'object' },
  },
  $defs: {
    auth: {
      type: 'object', oneOf: [{ required: ['hmac'] }, { required: ['preset'] }],
      dependentSchemas: { secret: { required: ['preset'] } },
      properties: { hmac: { $ref: '#/$defs/hmac' }, preset: { enum: ['github', 'slack'] }, secret: { type: 'string' } },
    },
    hmac: { type: 'object', required: ['secret'], properties: { algorithm: { enum: ['sha256', 'sha1'] }, header: { type: 'string' }, preset: { enum: ['github'] }, secret: { type: 'string' } } },
    rule: { type: 'object', required: ['on', 'to'], properties: { on: { type: 'array', items: { anyOf: [{ enum: ['failed', 'completed'] }, { type: 'object', properties: { waiting: { type: 'string' } } }] } }, to: { type: 'array', items: { type: 'string' } } } },
  },
};

describe('the shape of a value', () => {
  test('words, exclusive entries and the rest are told apart', () => {
    expect(shapeOf(schema, ['auth'])).toEqual({ words: ['none', 'token'], entries: ['hmac', 'preset'], fields: ['secret'], short: null });
    expect(shapeOf(schema, ['retry'])).toEqual({ words: [], entries: [], fields: ['attempts', 'delay', 'on'], short: 'attempts' });
    expect(shapeOf(schema, ['on_error'])).toEqual({ words: ['fail'], entries: ['continue'], fields: [], short: null });
    expect(shapeOf(schema, ['headers'])).toBeNull();
  });
  test('what stands beside an entry is what the schema lets stand there', () => {
    expect(companionsOf(schema, ['auth'], 'hmac')).toEqual([]);
    expect(companionsOf(schema, ['auth'], 'preset')).toEqual(['secret']);
    expect(companionsOf(schema, ['compensate'], 'http')).toEqual(['retry', 'timeout']);
    expect(companionsOf(schema, ['compensate'], 'notify')).toEqual(['timeout']);
  });
});

describe('how a value is written', () => {
  const auth = shapeOf(schema, ['auth'])!;
  test.each([
    [undefined, ''], ['token', 'token'], [{ hmac: { secret: 'a' } }, 'hmac'], [{ preset: 'github', secret: 'a' }, 'preset'],
    ['${ $vars.auth }', null], [{ hmac: {}, preset: 'github' }, null], [{ other: 1 }, null], [[1], null], [3, null],
  ])('%j is %j', (value, chosen) => expect(chosenIn(auth, value)).toBe(chosen));
  test('a number stands for the entry that must be there', () => {
    expect(chosenIn(shapeOf(schema, ['retry'])!, 3)).toBe('');
    expect(chosenIn(shapeOf(schema, ['tls'])!, 3)).toBeNull();
  });
});

describe('what a form begins with', () => {
  test('required entries, the first secret, the first choice', () => {
    expect(initialOf(schema, ['auth', 'hmac'], ['bank', 'card'])).toEqual({ secret: 'bank' });
    expect(initialOf(schema, ['auth', 'hmac'], [])).toEqual({ secret: '' });
    expect(initialOf(schema, ['auth', 'preset'], [])).toBe('github');
    expect(initialOf(schema, ['notify', 0], [])).toEqual({ on: ['failed'], to: [] });
    expect(initialOf(schema, ['on_error', 'continue'], [])).toBeNull();
    expect(initialOf(schema, ['compensate', 'http'], [])).toMatchObject({ method: 'GET' });
  });
});

describe('kinds of fields', () => {
  test('come from the schema', () => {
    const kind = (...path: (string | number)[]) => fieldInfo(schema, path.slice(0, -1), String(path.at(-1))).kind;
    expect([kind('auth'), kind('notify'), kind('notify', 0, 'on'), kind('notify', 0, 'to'), kind('headers'), kind('tls', 'key')]).toEqual(['shape', 'rows', 'choices', 'list', 'pairs', 'multiline']);
  });
  test('a value of another kind is left to YAML', () => {
    expect(fits('boolean', '${ .x }')).toBe(false);
    expect(fits('rows', { on: [] })).toBe(false);
    expect(fits('rows', [{ on: [] }])).toBe(true);
    expect(fits('list', [1, { a: 1 }])).toBe(false);
    expect(fits('enum', undefined)).toBe(true);
  });
  test('order and folding are one list, what it does not know comes last', () => {
    expect(inOrder('retry', ['on', 'attempts', 'fresh', 'delay'])).toEqual([{ name: 'attempts', folded: false }, { name: 'delay', folded: false }, { name: 'on', folded: true }, { name: 'fresh', folded: true }]);
    expect(inOrder('unknown', ['b', 'a'])).toEqual([{ name: 'b', folded: false }, { name: 'a', folded: false }]);
  });
});
