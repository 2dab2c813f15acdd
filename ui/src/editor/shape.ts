import type { JsonSchema } from '../api/types';
import type { Path } from '../document/source';
import { kindNames, registry } from '../nodes/registry';
import type { Kind } from '../graph/model';
import { fieldInfo } from './fieldKinds';
import { schemasAt } from './schema';

/// How a value with parts is written, as its schema says.
export interface Shape {
  /// Texts that may stand in place of the map.
  words: string[];
  /// Entries of which exactly one is there.
  entries: string[];
  /// The other entries.
  fields: string[];
  /// The only entry that must be there: a short form of the map stands for it.
  short: string | null;
}

type Parts = Record<string, JsonSchema>;

function mapOf(root: JsonSchema, path: Path): JsonSchema | null {
  const maps = schemasAt(root, path).filter((schema) => typeof schema.properties === 'object');
  return maps.length === 1 ? maps[0]! : null;
}

/// Names that a list of `{ required: [name] }` tells apart.
function alternatives(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  const names = list.map((one: JsonSchema) => (Array.isArray(one.required) && one.required.length === 1 ? String(one.required[0]) : ''));
  return names.includes('') ? [] : names;
}

/// The shape of the value at a path; null where the schema knows no map of named entries there.
export function shapeOf(root: JsonSchema, path: Path): Shape | null {
  const map = mapOf(root, path);
  if (!map) return null;
  const words = schemasAt(root, path).flatMap((schema) => (Array.isArray(schema.enum) ? schema.enum.map(String) : []));
  const names = Object.keys(map.properties as Parts);
  const exclusive = alternatives(map.oneOf);
  const entries = exclusive.length === 0 && words.length > 0 && names.length === 1 ? names : exclusive;
  const required = (map.required as string[] | undefined) ?? [];
  return { words, entries, fields: names.filter((name) => !entries.includes(name)), short: entries.length === 0 && required.length === 1 ? required[0]! : null };
}

/// The entries that may stand beside one of the exclusive ones.
export function companionsOf(root: JsonSchema, path: Path, entry: string): string[] {
  const map = mapOf(root, path);
  const dependent = (map?.dependentSchemas ?? {}) as Parts;
  return (shapeOf(root, path)?.fields ?? []).filter((name) => {
    const rule = dependent[name];
    const allowed = rule === undefined ? [] : rule.anyOf ? alternatives(rule.anyOf) : ((rule.required as string[] | undefined) ?? []);
    return allowed.length === 0 || allowed.includes(entry);
  });
}

/// Which way of writing it a value is: one of the words, the entry it has, '' for a map without exclusive entries or
/// for no value; null for one that only YAML shows.
export function chosenIn(shape: Shape, value: unknown): string | null {
  if (value === undefined) return '';
  if (typeof value === 'string' && shape.words.includes(value)) return value;
  if (typeof value === 'number' && shape.short !== null) return '';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  if (shape.entries.length === 0) return '';
  const found = shape.entries.filter((entry) => entry in value);
  return found.length === 1 ? found[0]! : null;
}

/// What a field begins with when it has to be there. `secrets` are the names to choose from.
export function initialOf(root: JsonSchema, path: Path, secrets: readonly string[]): unknown {
  const name = String(path.at(-1));
  if (path.at(-2) === 'compensate' && kindNames.has(name)) return registry[name as Kind].template('undo')[name];
  const map = mapOf(root, path);
  if (map) return Object.fromEntries(((map.required as string[] | undefined) ?? []).map((part) => [part, initialOf(root, [...path, part], secrets)]));
  const info = fieldInfo(root, path.slice(0, -1), name);
  switch (info.kind) {
    case 'enum':
      return info.choices[0];
    case 'condition':
      return '${ true }';
    case 'choices':
      return [info.choices[0]];
    case 'list':
    case 'rows':
      return [];
    case 'text':
    case 'multiline':
      return name === 'secret' ? (secrets[0] ?? '') : '';
    default:
      return null;
  }
}

/// The order of fields where it differs from the alphabet's. What comes behind `…`, or is not listed, is folded away.
const order: Record<string, readonly string[]> = {
  retry: ['attempts', 'delay', '…', 'backoff', 'max_delay', 'jitter', 'on', 'except'],
  concurrency: ['key', 'limit', 'policy'],
  hmac: ['secret', 'header', 'algorithm', 'prefix'],
  basic: ['user', 'password'],
  tls: ['verify', 'ca', 'cert', 'key'],
  notify: ['on', 'to'],
  auth: ['secret'],
  loop: ['max', 'delay'],
  compensate: ['timeout', 'retry'],
};

/// Names in the order of a form, and those which it folds away.
export function inOrder(owner: string, names: readonly string[]): { name: string; folded: boolean }[] {
  const listed = order[owner] ?? [];
  const open = listed.includes('…') ? listed.indexOf('…') : listed.length;
  const place = (name: string) => (listed.includes(name) ? listed.indexOf(name) : listed.length);
  return [...names].sort((a, b) => place(a) - place(b)).map((name) => ({ name, folded: listed.length > 0 && place(name) >= open }));
}
