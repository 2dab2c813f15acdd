import { isMap, isScalar, isSeq, visit } from 'yaml';
import { endOf, keysAt, nodeAt, pairAt, parse, startOf, valueAt, type Path, type Source } from './source';
import { appendItem, removeValue, renameKey, replaceRanges, setValue } from './splice';

/// Edits of nodes and their edges, by the path the graph gives them (`each/ship`).

/// Where a node's own nodes stand, relative to it.
function inner(node: Record<string, unknown> | undefined): Path {
  return node && 'group' in node ? ['group', 'nodes'] : ['nodes'];
}

/// From a node's path in the graph to its place in the file; null where the file has no such node.
export function placeOf(source: Source, nodePath: string): Path | null {
  let place: Path = ['nodes'];
  const steps = nodePath.split('/');
  for (const [index, step] of steps.entries()) {
    place = [...place, step];
    const node = nodeAt(source, place);
    if (node === undefined) return null;
    if (index < steps.length - 1) place = [...place, ...inner(valueAt(source, place) as Record<string, unknown>)];
  }
  return place;
}

/// The map that holds a region's nodes; the region `''` is the file's own.
export function regionPlace(source: Source, region: string): Path {
  if (region === '') return ['nodes'];
  const place = placeOf(source, region);
  return place ? [...place, ...inner(valueAt(source, place) as Record<string, unknown>)] : ['nodes'];
}

export function regionOf(nodePath: string): string {
  return nodePath.split('/').slice(0, -1).join('/');
}

export function idOf(nodePath: string): string {
  return nodePath.split('/').at(-1)!;
}

export function pathIn(region: string, id: string): string {
  return region === '' ? id : `${region}/${id}`;
}

/// From a place in the file to the innermost node around it.
export function nodePathOf(place: Path): string | null {
  const steps: string[] = [];
  for (let index = 0; index + 1 < place.length; ++index) {
    if (place[index] !== 'nodes') continue;
    steps.push(String(place[index + 1]));
    ++index;
  }
  return steps.length > 0 && place[0] === 'nodes' ? steps.join('/') : null;
}

/// The ids of all nodes of the file, nested ones included: they are unique together.
export function allIds(source: Source): Set<string> {
  const ids = new Set<string>();
  const walk = (place: Path) => {
    for (const id of keysAt(source, place)) {
      ids.add(id);
      walk([...place, id, 'nodes']);
      walk([...place, id, 'group', 'nodes']);
    }
  };
  walk(['nodes']);
  return ids;
}

export function freeId(taken: ReadonlySet<string>, wanted: string): string {
  if (!taken.has(wanted)) return wanted;
  const stem = wanted.replace(/_?\d+$/, '');
  for (let n = 2; ; ++n) {
    const id = `${stem}_${n}`;
    if (!taken.has(id)) return id;
  }
}

/// An edge's entry in `needs`.
export function need(from: string, port: string | null): string {
  return port ? `${from}.${port}` : from;
}

export function needsOf(source: Source, nodePath: string): string[] {
  const place = placeOf(source, nodePath);
  const value = place ? valueAt(source, [...place, 'needs']) : undefined;
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

export function addNode(text: string, region: string, id: string, body: Record<string, unknown>, after?: string): string {
  return setValue(text, [...regionPlace(parse(text), region), id], body, after);
}

export function connect(text: string, target: string, entry: string): string {
  const source = parse(text);
  const place = placeOf(source, target);
  if (!place) return text;
  const needs = needsOf(source, target);
  if (needs.includes(entry)) return text;
  if (needs.length > 0) return appendItem(text, [...place, 'needs'], entry);
  return prependNeeds(text, source, place, entry);
}

/// `needs` stands first in its node, where people look for it.
function prependNeeds(text: string, source: Source, place: Path, entry: string): string {
  const node = nodeAt(source, place);
  if (pairAt(source, [...place, 'needs']) || !isMap(node) || node.items.length === 0) return setValue(text, [...place, 'needs'], entry);
  const at = startOf(node.items[0]);
  const column = at - (text.lastIndexOf('\n', at - 1) + 1);
  const separator = node.flow ? ', ' : '\n' + ' '.repeat(column);
  return replaceRanges(text, [{ from: at, to: at, with: `needs: ${entry}${separator}` }]);
}

export function disconnect(text: string, target: string, entry: string): string {
  return replaceNeed(text, target, entry, []);
}

/// Puts entries in the place of one; none removes it.
export function replaceNeed(text: string, target: string, wanted: string, entries: readonly string[]): string {
  const source = parse(text);
  const place = placeOf(source, target);
  if (!place) return text;
  // The graph names the port of an approval where the file may leave it out.
  const written = needsOf(source, target);
  const entry = written.includes(wanted) ? wanted : wanted.replace(/\.approved$/, '');
  const list = nodeAt(source, [...place, 'needs']);
  const fresh = entries.filter((candidate) => !needsOf(source, target).includes(candidate));
  if (isScalar(list)) {
    if (String(list.value) !== entry) return text;
    if (fresh.length === 0) return removeValue(text, [...place, 'needs']);
    return setValue(text, [...place, 'needs'], fresh.length === 1 ? fresh[0] : fresh);
  }
  if (!isSeq(list)) return text;
  const index = list.items.findIndex((item) => isScalar(item) && String(item.value) === entry);
  if (index < 0) return text;
  if (fresh.length === 0) return removeValue(text, [...place, 'needs', index]);
  let result = setValue(text, [...place, 'needs', index], fresh[0]);
  for (const more of fresh.slice(1)) result = appendItem(result, [...place, 'needs'], more);
  return result;
}

/// Puts a new node into an edge: it needs what the edge needed, the target needs it.
export function insertOnEdge(text: string, edge: { from: string; port: string | null; to: string }, id: string, body: Record<string, unknown>): string {
  const region = regionOf(edge.to);
  const entry = need(idOf(edge.from), edge.port);
  const added = addNode(text, region, id, { needs: entry, ...body }, idOf(edge.from));
  return replaceNeed(added, edge.to, entry, [id]);
}

/// Removes a node. What came after it on success comes after what it needed.
export function removeNode(text: string, nodePath: string): string {
  const source = parse(text);
  const place = placeOf(source, nodePath);
  if (!place) return text;
  const region = regionOf(nodePath);
  const id = idOf(nodePath);
  const own = needsOf(source, nodePath);
  let result = removeValue(text, place);
  for (const sibling of keysAt(source, place.slice(0, -1))) {
    if (sibling === id) continue;
    for (const entry of needsOf(source, pathIn(region, sibling))) {
      const [from, port] = entry.split('.') as [string, string?];
      if (from === id) result = replaceNeed(result, pathIn(region, sibling), entry, port === undefined ? own : []);
    }
  }
  return removeValue(result, ['ui', 'positions', nodePath]);
}

/// Renames a node, and every `needs` and `$nodes.` that names it.
export function renameNode(text: string, nodePath: string, id: string): string {
  const source = parse(text);
  const place = placeOf(source, nodePath);
  if (!place) return text;
  const old = idOf(nodePath);
  const region = regionOf(nodePath);
  const ranges: { from: number; to: number; with: string }[] = [];
  for (const sibling of keysAt(source, place.slice(0, -1))) {
    const list = nodeAt(source, [...place.slice(0, -1), sibling, 'needs']);
    for (const item of isSeq(list) ? list.items : [list]) {
      if (!isScalar(item)) continue;
      const [from, ...port] = String(item.value).split('.');
      if (from !== old) continue;
      const quote = /^["']/.exec(text.slice(startOf(item)))?.[0] ?? '';
      ranges.push({ from: startOf(item), to: endOf(source, item), with: quote + [id, ...port].join('.') + quote });
    }
  }
  const mention = new RegExp(`\\$nodes\\.${old}(?![A-Za-z0-9_])`, 'g');
  visit(source.tree, {
    Scalar(_key, scalar) {
      if (!scalar.range || typeof scalar.value !== 'string') return;
      const written = text.slice(scalar.range[0], scalar.range[1]);
      for (const found of written.matchAll(mention)) {
        const from = scalar.range[0] + found.index + '$nodes.'.length;
        ranges.push({ from, to: from + old.length, with: id });
      }
    },
  });
  const renamed = replaceRanges(text, ranges);
  const moved = renameKey(renamed, placeOf(parse(renamed), nodePath)!, id);
  return renameKey(moved, ['ui', 'positions', nodePath], pathIn(region, id));
}
