import type { JsonSchema } from '../api/types';
import type { Path } from '../document/source';
import { appendItem, removeValue, renameKey, setValue } from '../document/splice';

/// The properties of a JSON Schema that describes a plain object, and edits of them.

export interface Property {
  name: string;
  /// Whether it has only what the form shows.
  plain: boolean;
  type: string;
  required: boolean;
}

export const types = ['string', 'integer', 'number', 'boolean', 'array', 'object'];
const shown = new Set(['type', 'title', 'description', 'default', 'enum']);
const around = new Set(['type', 'properties', 'required', 'title', 'description', 'additionalProperties', '$schema']);

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/// null for a schema that is more than a list of properties.
export function propertiesOf(schema: unknown): Property[] | null {
  if (schema === undefined) return [];
  if (!isMap(schema) || schema.type !== 'object' || Object.keys(schema).some((key) => !around.has(key))) return null;
  const properties = schema.properties ?? {};
  const required = schema.required ?? [];
  if (!isMap(properties) || !Array.isArray(required)) return null;
  return Object.entries(properties).map(([name, property]) => ({
    name, required: required.includes(name),
    plain: isMap(property) && types.includes(property.type as string) && Object.keys(property).every((key) => shown.has(key)),
    type: isMap(property) && typeof property.type === 'string' ? property.type : '',
  }));
}

/// The schema of what the form shows of a property.
export function formOf(type: string): JsonSchema {
  const value: JsonSchema = type === 'boolean' ? { enum: [true, false] } : ['array', 'object'].includes(type) ? {} : { type };
  const listed = type === 'string' || type === 'integer' || type === 'number';
  return { type: 'object', properties: { title: { type: 'string' }, description: { type: 'string' }, default: value, ...(listed ? { enum: { type: 'array', items: { type } } } : {}) } };
}

/// Whether a property may be called so.
export function isName(name: string, others: readonly Property[]): boolean {
  return /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name) && !/^(null|true|false)$/i.test(name) && !others.some((one) => one.name === name);
}

export function addProperty(text: string, place: Path, properties: readonly Property[]): string {
  let n = properties.length + 1;
  while (properties.some((one) => one.name === `field_${n}`)) ++n;
  const fresh = { [`field_${n}`]: { type: 'string' } };
  return properties.length === 0 ? setValue(setValue(text, [...place, 'type'], 'object'), [...place, 'properties'], fresh) : setValue(text, [...place, 'properties', `field_${n}`], { type: 'string' });
}

function requiredIndex(required: unknown, name: string): number {
  return Array.isArray(required) ? required.indexOf(name) : -1;
}

/// `required` is the schema's list of required properties as it stands.
export function renameProperty(text: string, place: Path, required: unknown, from: string, to: string): string {
  const renamed = renameKey(text, [...place, 'properties', from], to);
  const index = requiredIndex(required, from);
  return index < 0 ? renamed : setValue(renamed, [...place, 'required', index], to);
}

export function requireProperty(text: string, place: Path, required: unknown, name: string): string {
  const index = requiredIndex(required, name);
  return index < 0 ? appendItem(text, [...place, 'required'], name) : removeValue(text, [...place, 'required', index]);
}

/// With its last property an object without other words goes too.
export function removeProperty(text: string, place: Path, schema: Record<string, unknown>, name: string): string {
  const last = Object.keys((schema.properties as object | undefined) ?? {}).length === 1;
  if (last && Object.keys(schema).every((key) => ['type', 'properties', 'required'].includes(key))) return removeValue(text, place);
  const index = requiredIndex(schema.required, name);
  const less = index < 0 ? text : removeValue(text, [...place, 'required', index]);
  return removeValue(less, [...place, 'properties', name]);
}
