import type { JsonSchema } from '../api/types';
import { schemasAt } from './schema';

/// How a field of the DSL is edited, decided by its schema.
export type FieldKind = 'text' | 'value' | 'condition' | 'enum' | 'boolean' | 'integer' | 'duration' | 'list' | 'texts' | 'pairs' | 'code' | 'cases' | 'schema' | 'multiline' | 'shape' | 'rows' | 'choices';

export interface FieldInfo {
  kind: FieldKind;
  choices: unknown[];
  help: string;
  required: boolean;
  fallback: unknown;
  /// A list of texts alone: digits stay texts.
  texts: boolean;
}

/// Fields that are expressions without braces.
const conditions = new Set(['when', 'match', 'while', 'until', 'foreach']);
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const multiline = new Set(['description', 'text', 'message', 'ca', 'cert']);

export function fieldInfo(root: JsonSchema, parent: readonly (string | number)[], name: string): FieldInfo {
  const schemas = schemasAt(root, [...parent, name]);
  const owners = schemasAt(root, parent);
  const help = (schemas.find((schema) => typeof schema.description === 'string')?.description as string | undefined) ?? '';
  const required = owners.some((schema) => Array.isArray(schema.required) && schema.required.includes(name) && schema.type === 'object');
  const fallback = schemas.find((schema) => schema.default !== undefined)?.default;
  const items = schemas.some((schema) => schema.type === 'array') ? schemasAt(root, [...parent, name, 0]) : [];
  const choices = name === 'method' ? methods : [...schemas, ...items].flatMap((schema) => (Array.isArray(schema.enum) ? (schema.enum as unknown[]) : []));
  const texts = items.some((schema) => schema.type === 'string') && !items.some((schema) => schema.type === 'integer');
  return { kind: kindOf(schemas, items, name, choices, String(parent.at(-1))), choices, help, required, fallback, texts };
}

function kindOf(schemas: readonly JsonSchema[], items: readonly JsonSchema[], name: string, choices: readonly unknown[], owner: string): FieldKind {
  const has = (type: string) => schemas.some((schema) => schema.type === type);
  if (conditions.has(name) || (owner === 'concurrency' && name === 'key')) return 'condition';
  if (name === 'switch') return 'cases';
  if (name === 'form' && schemas.some((schema) => String(schema.$ref ?? '').startsWith('https://json-schema'))) return 'schema';
  if (schemas.some((schema) => String(schema.$ref ?? '').startsWith('https://json-schema'))) return 'schema';
  if (schemas.some((schema) => schema.properties)) return 'shape';
  if (items.length > 0 && choices.length > 0) return 'choices';
  if (items.some((schema) => schema.properties)) return 'rows';
  if (multiline.has(name) || (owner === 'tls' && name === 'key')) return 'multiline';
  if (choices.length > 0 && !has('object')) return 'enum';
  if (schemas.some((schema) => typeof schema.pattern === 'string' && schema.pattern.includes('(ms|s|m|h|d)'))) return 'duration';
  if (has('boolean')) return 'boolean';
  if (has('array') && has('string') && !has('object') && !schemas.some((schema) => Array.isArray(schema.enum))) return 'texts';
  if (has('array')) return 'list';
  if ((has('integer') || has('number')) && !has('string') && !has('object')) return 'integer';
  if (has('object')) return 'pairs';
  if (has('string') && !has('object')) return 'text';
  return 'value';
}

/// Whether a kind of field can show a value; what it cannot is shown as YAML.
export function fits(kind: FieldKind, value: unknown): boolean {
  if (value === undefined) return true;
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  switch (kind) {
    case 'enum': return typeof value !== 'object';
    case 'boolean': return typeof value === 'boolean';
    case 'integer': return typeof value === 'number';
    case 'duration': return typeof value === 'string';
    case 'list': return [value].flat().every((one) => typeof one !== 'object');
    case 'rows': return Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
    case 'choices': return Array.isArray(value);
    case 'pairs': return isMap || typeof value === 'string';
    case 'cases': return Array.isArray(value);
    case 'text':
    case 'multiline': return typeof value !== 'object';
    default: return true;
  }
}

const whole = /^\$\{\s*([\s\S]*?)\s*\}$/;

/// The inside of a text that is one expression; null for other values.
export function expressionOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const inside = whole.exec(value)?.[1];
  if (inside === undefined) return null;
  let depth = 0;
  for (const letter of inside) {
    if (letter === '{') ++depth;
    if (letter === '}' && --depth < 0) return null;
  }
  return inside;
}

export function asExpression(inside: string): string {
  return `\${ ${inside} }`;
}
