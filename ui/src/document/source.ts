import { isAlias, isCollection, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { plain } from './values';

/// A place in the file's tree: keys of maps and indices of lists.
export type Path = readonly (string | number)[];

/// A workflow file as text, and its tree with the position of everything. Edits give a new text; the tree is never
/// printed, so what an edit does not touch stays as it is, to the byte.
export interface Source {
  readonly text: string;
  readonly tree: Document;
  readonly lines: LineCounter;
  /// Whether the text is YAML at all; edits need that.
  readonly readable: boolean;
}

export function parse(text: string): Source {
  const lines = new LineCounter();
  const tree = parseDocument(text, { lineCounter: lines, uniqueKeys: false, strict: false, intAsBigInt: true });
  return { text, tree, lines, readable: tree.errors.length === 0 };
}

export type Found = Node | null;

export function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => keyOf(pair) === key);
}

/// The value at a path; undefined when there is none, null for a key without a value.
export function nodeAt(source: Source, path: Path): Found | undefined {
  let node = source.tree.contents as Found | undefined;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(source.tree) ?? undefined;
    if (isMap(node)) {
      const pair = pairOf(node, String(step));
      if (!pair) return undefined;
      node = (pair.value ?? null) as Found;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)];
      if (item === undefined) return undefined;
      node = item as Found;
    } else {
      return undefined;
    }
  }
  return node;
}

export function pairAt(source: Source, path: Path): Pair | undefined {
  const parent = nodeAt(source, path.slice(0, -1));
  return isMap(parent) ? pairOf(parent, String(path.at(-1))) : undefined;
}

/// The plain value at a path.
export function valueAt(source: Source, path: Path): unknown {
  const node = nodeAt(source, path);
  if (node === undefined) return undefined;
  return node === null ? null : plain(node.toJS(source.tree));
}

export function keysAt(source: Source, path: Path): string[] {
  const node = nodeAt(source, path);
  return isMap(node) ? node.items.map(keyOf) : [];
}

export function startOf(node: unknown): number {
  if (isPair(node)) return startOf(node.key);
  return (node as Node).range?.[0] ?? 0;
}

/// Where the last character of a value stands, without the white space and comments that the tree counts to it.
export function endOf(source: Source, node: unknown): number {
  if (isPair(node)) return node.value ? endOf(source, node.value) : afterColon(source, node);
  if (isCollection(node) && !(node as YAMLMap | YAMLSeq).flow && node.items.length > 0) return endOf(source, node.items.at(-1));
  const range = (node as Node | null)?.range;
  if (!range) return 0;
  let end = range[1];
  // A block that keeps its last empty lines (`|+`) ends behind them.
  if (isScalar(node) && /^[|>]\d*\+/.test(source.text.slice(range[0], range[0] + 3))) return source.text[end - 1] === '\n' ? end - 1 : end;
  while (end > range[0] && /\s/.test(source.text[end - 1] ?? '')) --end;
  return end;
}

/// Behind the colon of a pair's key.
export function afterColon(source: Source, pair: Pair): number {
  const end = (pair.key as Node).range?.[1] ?? 0;
  const colon = source.text.indexOf(':', end);
  return colon < 0 ? end : colon + 1;
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/// The end of the line at `offset`, before its newline.
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}

export function lineOf(source: Source, offset: number): number {
  return source.lines.linePos(offset).line;
}

/// Lines of an entry of a map, from 1, inclusive.
export function linesOf(source: Source, path: Path): { first: number; last: number } | null {
  const pair = pairAt(source, path);
  if (!pair) return null;
  return { first: lineOf(source, startOf(pair)), last: lineOf(source, Math.max(startOf(pair), endOf(source, pair) - 1)) };
}

/// The path of the innermost entry that stands at an offset.
export function pathAt(source: Source, offset: number): Path {
  const path: (string | number)[] = [];
  let node = source.tree.contents as Found;
  for (;;) {
    if (isMap(node)) {
      const items = node.items;
      const index = items.findLastIndex((pair) => startOf(pair) <= offset);
      const pair = items[index];
      if (!pair || (node.flow && offset > endOf(source, pair))) return path;
      path.push(keyOf(pair));
      node = (pair.value ?? null) as Found;
    } else if (isSeq(node)) {
      const index = node.items.findLastIndex((item) => startOf(item) <= offset);
      if (index < 0) return path;
      path.push(index);
      node = node.items[index] as Found;
    } else {
      return path;
    }
  }
}
