import { isAlias, isCollection, isMap, isScalar, isSeq, Scalar, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { renderEntry, renderFlow, renderItem, renderScalarLike } from './render';
import { afterColon, endOf, keyOf, lineEnd, lineStart, nodeAt, pairAt, pairOf, parse, startOf, type Path, type Source } from './source';
import { plain } from './values';

/// Edits of one place of a file: text in, text out. Everything around the place keeps its bytes.

function cut(text: string, from: number, to: number, between: string): string {
  return text.slice(0, from) + between + text.slice(to);
}

function indentAt(text: string, offset: number): string {
  return ' '.repeat(offset - lineStart(text, offset));
}

function insideFlow(source: Source, path: Path): boolean {
  for (let length = 0; length < path.length; ++length) {
    const node = nodeAt(source, path.slice(0, length));
    if (isCollection(node) && node.flow) return true;
  }
  return false;
}

function replaceValue(source: Source, path: Path, pair: Pair, value: unknown): string {
  const old = pair.value as Node | null;
  const from = afterColon(source, pair);
  const to = Math.max(from, old ? endOf(source, old) : from);
  const flow = insideFlow(source, path);
  const like = typeof value === 'string' ? renderScalarLike(old, value, flow) : null;
  if (flow || like !== null || keepsFlow(old, value)) return cut(source.text, from, to, ' ' + (like ?? renderFlow(value)));
  const indent = indentAt(source.text, startOf(pair));
  const entry = renderEntry('k', styleOfBlock(old, value), indent);
  return cut(source.text, from, to, entry.slice(indent.length + 2));
}

function keepsFlow(old: Node | null, value: unknown): boolean {
  return isCollection(old) && old.flow === true && typeof value === 'object' && value !== null;
}

/// A script that stood in a literal block goes on standing in one, also while it has one line.
function styleOfBlock(old: Node | null, value: unknown): unknown {
  if (!isScalar(old) || old.type !== Scalar.BLOCK_LITERAL || typeof value !== 'string') return value;
  const scalar = new Scalar(value.endsWith('\n') ? value : value + '\n');
  scalar.type = Scalar.BLOCK_LITERAL;
  return scalar;
}

function insertIntoMap(source: Source, map: YAMLMap, path: Path, key: string, value: unknown, after?: string): string {
  const last = (after !== undefined ? pairOf(map, after) : undefined) ?? map.items.at(-1);
  if (map.flow) {
    if (!last) return cut(source.text, map.range![0], map.range![1], `{ ${flowEntry(key, value)} }`);
    return cut(source.text, endOf(source, last), endOf(source, last), `, ${flowEntry(key, value)}`);
  }
  if (!last) return source.text;
  const indent = indentAt(source.text, startOf(map.items[0]));
  const at = lineEnd(source.text, endOf(source, last));
  const gap = path.length > 0 && path.at(-1) === 'nodes' && spaced(source, map) ? '\n' : '';
  return cut(source.text, at, at, '\n' + gap + renderEntry(key, value, indent, openLevels(path)));
}

/// Nodes are written over several lines, however small they are.
function openLevels(parentPath: Path): number {
  return parentPath.at(-1) === 'nodes' ? 1 : 0;
}

function flowEntry(key: string, value: unknown): string {
  return renderFlow({ [key]: value }).replace(/^\{\s*/, '').replace(/\s*\}$/, '');
}

/// Whether the entries of a map stand apart, with an empty line between them.
function spaced(source: Source, map: YAMLMap): boolean {
  if (map.items.length < 2) return true;
  return map.items.slice(1).some((pair, index) => {
    const before = endOf(source, map.items[index]);
    return /\n[ \t]*\n/.test(source.text.slice(before, startOf(pair)));
  });
}

/// Gives the value at a path, whether there is one or not; what is missing on the way is made. `after` names the entry
/// behind which a new one is put.
export function setValue(text: string, path: Path, value: unknown, after?: string): string {
  const source = parse(text);
  const parentPath = path.slice(0, -1);
  const key = path.at(-1)!;
  const parent = nodeAt(source, parentPath);
  if (isMap(parent)) {
    const pair = pairOf(parent, String(key));
    if (pair) return replaceValue(source, path, pair, value);
    const emptyBlock = parent.items.length === 0 && !insideFlow(source, parentPath);
    if (!(emptyBlock && parentPath.length > 0)) return insertIntoMap(source, parent, parentPath, String(key), value, after);
    return replaceWithBlock(source, parentPath, { [key]: value });
  }
  if (isSeq(parent) && typeof key === 'number') {
    const item = parent.items[key] as Node | undefined;
    if (item === undefined) return appendItem(text, parentPath, value);
    if (isCollection(item) && !item.flow && !insideFlow(source, path)) {
      return cut(text, startOf(item), endOf(source, item), renderItem(value, indentAt(text, startOf(item)).slice(2)).trimStart().slice(2));
    }
    return cut(text, startOf(item), endOf(source, item), renderFlow(value));
  }
  if (path.length === 1) return text.trimEnd() + (text.trim() ? '\n' : '') + renderEntry(String(key), value, '') + '\n';
  // What an alias stands for is written out before it becomes something else.
  const meant = isAlias(parent) ? plain(parent.toJS(source.tree)) : undefined;
  const made = typeof key === 'number' ? [value] : { ...(meant as object | undefined), [key]: value };
  if (isScalar(parent) && parent.value === null && typeof key === 'string' && !insideFlow(source, parentPath)) return replaceWithBlock(source, parentPath, made);
  return setValue(text, parentPath, made);
}

function replaceWithBlock(source: Source, path: Path, value: unknown): string {
  const pair = pairAt(source, path);
  if (!pair) return source.text;
  const from = afterColon(source, pair);
  const indent = indentAt(source.text, startOf(pair));
  const inner = Object.entries(value as Record<string, unknown>).map(([key, entry]) => renderEntry(key, entry, indent + '  ', openLevels(path))).join('\n');
  return cut(source.text, from, Math.max(from, pair.value ? endOf(source, pair.value) : from), '\n' + inner);
}

/// Appends to a list; makes it when it is missing, and turns a single value into a list.
export function appendItem(text: string, path: Path, value: unknown): string {
  const source = parse(text);
  const list = nodeAt(source, path);
  if (!isSeq(list)) {
    if (list === undefined || list === null) return setValue(text, path, [value]);
    return setValue(text, path, [plain(list.toJS(source.tree)), value]);
  }
  const last = list.items.at(-1);
  if (list.flow) {
    if (!last) return setValue(text, path, [value]);
    const end = endOf(source, last);
    return cut(text, end, end, `, ${renderFlow(value)}`);
  }
  const dash = lineStart(text, startOf(list.items[0]));
  const indent = /^[ \t]*/.exec(text.slice(dash))![0];
  const at = lineEnd(text, endOf(source, last));
  return cut(text, at, at, '\n' + renderItem(value, indent));
}

/// The lines of comment that stand directly above a line and are as far in: they belong to what it begins.
export function withComments(text: string, start: number): number {
  const indent = /^[ \t]*/.exec(text.slice(start))![0];
  let from = start;
  while (from > 0) {
    const before = lineStart(text, from - 1);
    const line = text.slice(before, from - 1);
    if (!line.startsWith(`${indent}#`)) break;
    from = before;
  }
  return from;
}

function removeFromFlow(source: Source, items: readonly unknown[], index: number): string {
  const from = startOf(items[index]);
  const to = endOf(source, items[index]);
  const next = items[index + 1];
  if (next !== undefined) return cut(source.text, from, startOf(next), '');
  const previous = items[index - 1];
  return cut(source.text, previous === undefined ? from : endOf(source, previous), to, '');
}

function removeLines(source: Source, items: readonly unknown[], index: number): string {
  const { text } = source;
  const start = startOf(items[index]);
  const line = lineStart(text, start);
  const isItem = /^[ \t]*- *$/.test(text.slice(line, start));
  const alone = isItem || text.slice(line, start).trim() === '';
  const next = items[index + 1];
  // The first key of a list's item shares its line with the dash.
  if (next !== undefined && (!alone || (isItem && isPairLike(items[index])))) return cut(text, start, startOf(next), '');
  const from = withComments(text, line);
  let to = lineEnd(text, endOf(source, items[index]));
  if (to < text.length) ++to;
  // An empty line in front of what goes away goes with it, unless that would join two others.
  const gap = /\n[ \t]*\n$/.test(text.slice(0, from)) && (next !== undefined || to >= text.length || /^[ \t]*\n/.test(text.slice(to)));
  return cut(text, gap ? lineStart(text, from - 1) : from, to, '');
}

function isPairLike(item: unknown): item is Pair {
  return typeof item === 'object' && item !== null && 'key' in item;
}

/// Removes an entry; a map or list that becomes empty goes too, but for `nodes`, which stays as `{}`.
export function removeValue(text: string, path: Path): string {
  const source = parse(text);
  const parentPath = path.slice(0, -1);
  const parent = nodeAt(source, parentPath) as YAMLMap | YAMLSeq | undefined;
  if (!isCollection(parent)) return text;
  const items = parent.items as unknown[];
  const index = isMap(parent) ? parent.items.findIndex((pair) => keyOf(pair) === String(path.at(-1))) : Number(path.at(-1));
  if (index < 0 || index >= items.length) return text;
  if (items.length === 1 && parentPath.length > 0) {
    return parentPath.at(-1) === 'nodes' ? setValue(text, parentPath, {}) : removeValue(text, parentPath);
  }
  return parent.flow || insideFlow(source, parentPath) ? removeFromFlow(source, items, index) : removeLines(source, items, index);
}

/// Gives a key another name, in its place.
export function renameKey(text: string, path: Path, name: string): string {
  const source = parse(text);
  const pair = pairAt(source, path);
  const range = (pair?.key as Node | undefined)?.range;
  if (!range) return text;
  const quote = /^["']/.exec(text.slice(range[0]))?.[0] ?? '';
  return cut(text, range[0], range[1], quote + name + quote);
}

/// Puts an entry, written as it stands on its own (`key: …`, not indented), in the place of one.
export function replaceEntry(text: string, path: Path, entry: string): string {
  const source = parse(text);
  const pair = pairAt(source, path);
  if (!pair || insideFlow(source, path.slice(0, -1))) return text;
  const indent = indentAt(text, startOf(pair));
  const lines = entry.trimEnd().split('\n').map((line, index) => (index === 0 || line.trim() === '' ? line : indent + line));
  return cut(text, startOf(pair), endOf(source, pair), lines.join('\n'));
}

/// Applies replacements of ranges that do not overlap.
export function replaceRanges(text: string, ranges: readonly { from: number; to: number; with: string }[]): string {
  let result = text;
  for (const range of [...ranges].sort((a, b) => b.from - a.from)) result = cut(result, range.from, range.to, range.with);
  return result;
}
