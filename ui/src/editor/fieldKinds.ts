import type { JsonSchema } from '../api/types';
import { schemasAt } from './schema';

/// How a field of the DSL is edited, decided by its schema.
export type FieldKind = 'text' | 'value' | 'condition' | 'enum' | 'boolean' | 'integer' | 'duration' | 'list' | 'texts' | 'pairs' | 'code' | 'cases' | 'schema' | 'multiline';

export interface FieldInfo {
  kind: FieldKind;
  choices: unknown[];
  help: string;
  required: boolean;
  fallback: unknown;
}

/// Fields that are expressions without braces.
const conditions = new Set(['when', 'match', 'while', 'until', 'foreach']);
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const multiline = new Set(['description', 'text', 'message']);

export function fieldInfo(root: JsonSchema, parent: readonly (string | number)[], name: string): FieldInfo {
  const schemas = schemasAt(root, [...parent, name]);
  const owner = schemasAt(root, parent);
  const help = (schemas.find((schema) => typeof schema.description === 'string')?.description as string | undefined) ?? '';
  const required = owner.some((schema) => Array.isArray(schema.required) && schema.required.includes(name) && schema.type === 'object');
  const fallback = schemas.find((schema) => schema.default !== undefined)?.default;
  const choices = name === 'method' ? methods : schemas.flatMap((schema) => (Array.isArray(schema.enum) ? (schema.enum as unknown[]) : []));
  return { kind: kindOf(schemas, name, choices), choices, help, required, fallback };
}

function kindOf(schemas: readonly JsonSchema[], name: string, choices: readonly unknown[]): FieldKind {
  const has = (type: string) => schemas.some((schema) => schema.type === type);
  if (conditions.has(name)) return 'condition';
  if (name === 'switch') return 'cases';
  if (name === 'form' && schemas.some((schema) => String(schema.$ref ?? '').startsWith('https://json-schema'))) return 'schema';
  if (schemas.some((schema) => String(schema.$ref ?? '').startsWith('https://json-schema'))) return 'schema';
  if (multiline.has(name)) return 'multiline';
  if (choices.length > 0 && !has('object')) return 'enum';
  if (schemas.some((schema) => typeof schema.pattern === 'string' && schema.pattern.includes('(ms|s|m|h|d)'))) return 'duration';
  if (has('boolean')) return 'boolean';
  if (has('array') && has('string') && !has('object') && !schemas.some((schema) => Array.isArray(schema.enum))) return 'texts';
  if (has('array') && schemas.some((schema) => schema.type === 'array' && !resolvesToObjects(schema))) return 'list';
  if ((has('integer') || has('number')) && !has('string') && !has('object')) return 'integer';
  if (has('object') && !schemas.some((schema) => schema.properties)) return 'pairs';
  if (has('string') && !has('object')) return 'text';
  return 'value';
}

function resolvesToObjects(schema: JsonSchema): boolean {
  const items = schema.items as JsonSchema | undefined;
  return items !== undefined && (items.type === 'object' || typeof items.$ref === 'string');
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
