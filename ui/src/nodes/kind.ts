import type { LucideIcon } from 'lucide-react';
import type { Translate } from '../app/i18n';
import { jsonText } from '../document/values';
import type { Kind } from '../graph/model';

export type Fields = Record<string, unknown>;
export type PaletteGroup = 'actions' | 'flow' | 'waiting' | 'data';

/// What the canvas, the palette and the drawer know of a kind of node. Run state is never here.
export interface KindSpec {
  kind: Kind;
  icon: LucideIcon;
  group: PaletteGroup;
  /// The field that the short form (`http: URL`) stands for.
  main?: string;
  /// The body is not a map of fields: it is a value itself, which the form shows as this field (true: as `main`).
  scalarBody?: boolean | string;
  /// Fields of the first tab, in order: those of the body and those beside it.
  fields: readonly string[];
  /// Fields that are folded away until they are set.
  folded?: readonly string[];
  /// Fields that hold a program, and its language.
  code?: Readonly<Record<string, 'shell' | 'python'>>;
  /// A new node.
  template: (id: string) => Fields;
  /// One line about the configuration.
  summary: (body: Fields, t: Translate) => { text: string; code: boolean };
  /// Options of a region in words.
  footer?: (body: Fields, t: Translate) => string;
  /// Exits beside success and failure.
  ports?: (body: Fields) => readonly string[];
  /// YAML of a typical node, for the help.
  example: string;
}

export function defineKind(spec: KindSpec): KindSpec {
  return spec;
}

export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : jsonText(value);
}

export function firstLine(text: string): string {
  return text.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#!'))?.trim() ?? '';
}

/// A node's fields flat, whichever form its body is written in: those of the body over those beside it.
export function fieldsOf(spec: KindSpec, node: Fields): Fields {
  const body = node[spec.kind];
  if (typeof body === 'object' && body !== null && !Array.isArray(body) && spec.scalarBody !== true) return { ...node, ...(body as Fields) };
  const name = typeof spec.scalarBody === 'string' ? spec.scalarBody : spec.main;
  return name ? { ...node, [name]: body } : { ...node };
}
