import type { JsonSchema } from '../api/types';

/// Walks the DSL's JSON Schema, for completion, help and forms.

export function resolve(root: JsonSchema, schema: unknown): JsonSchema[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const one = schema as JsonSchema;
  const found: JsonSchema[] = [one];
  if (typeof one.$ref === 'string' && one.$ref.startsWith('#/')) {
    const target = one.$ref.slice(2).split('/').reduce<unknown>((at, step) => (at as JsonSchema | undefined)?.[step], root);
    found.push(...resolve(root, target));
  }
  for (const word of ['anyOf', 'oneOf', 'allOf'] as const) {
    if (Array.isArray(one[word])) found.push(...(one[word] as unknown[]).flatMap((inner) => resolve(root, inner)));
  }
  return found;
}

/// The schemas that hold for the value at a path.
export function schemasAt(root: JsonSchema, path: readonly (string | number)[]): JsonSchema[] {
  let at: unknown[] = [root];
  for (const step of path) {
    at = at.flatMap((schema) => resolve(root, schema)).flatMap((schema) => {
      if (typeof step === 'number') return schema.items ? [schema.items] : [];
      const properties = schema.properties as JsonSchema | undefined;
      if (properties?.[step]) return [properties[step]];
      return typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
    });
  }
  return at.flatMap((schema) => resolve(root, schema));
}

/// Keys a map at a path may have, with their help.
export function keysOf(root: JsonSchema, path: readonly (string | number)[]): Map<string, string> {
  const keys = new Map<string, string>();
  for (const schema of schemasAt(root, path)) {
    for (const [name, property] of Object.entries((schema.properties as Record<string, JsonSchema> | undefined) ?? {})) {
      if (!keys.has(name)) keys.set(name, String(property.description ?? ''));
    }
  }
  return keys;
}

/// Values that are listed for a place.
export function choicesOf(root: JsonSchema, path: readonly (string | number)[]): unknown[] {
  return schemasAt(root, path).flatMap((schema) => (Array.isArray(schema.enum) ? schema.enum : schema.type === 'boolean' ? [true, false] : []));
}

export function helpOf(root: JsonSchema, path: readonly (string | number)[]): string {
  return schemasAt(root, path).map((schema) => schema.description).find((text) => typeof text === 'string') as string ?? '';
}
