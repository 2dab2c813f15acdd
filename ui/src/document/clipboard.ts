import { isMap, parseDocument } from 'yaml';
import { addNode, allIds, freeId, idOf, placeOf } from './nodes';
import { appendItem } from './splice';
import { plain } from './values';
import { endOf, keyOf, lineStart, pairAt, parse, startOf } from './source';

/// Nodes as YAML, as they are written in the file, comments included.
export function copyNodes(text: string, nodePaths: readonly string[]): string {
  const source = parse(text);
  const pieces: string[] = [];
  for (const nodePath of nodePaths) {
    const place = placeOf(source, nodePath);
    const pair = place && pairAt(source, place);
    if (!pair) continue;
    const from = startOf(pair);
    const column = from - lineStart(text, from);
    const lines = text.slice(from, endOf(source, pair)).split('\n');
    pieces.push(lines.map((line, index) => (index === 0 ? line : line.slice(Math.min(column, line.length - line.trimStart().length)))).join('\n'));
  }
  return pieces.length > 0 ? pieces.join('\n') + '\n' : '';
}

export interface Pasted {
  text: string;
  /// Ids as they came and as they are now.
  ids: Map<string, string>;
  trigger: boolean;
}

const cronText = /^(@(every\s+\S+|yearly|annually|monthly|weekly|daily|midnight|hourly)|(\S+\s+){4,5}\S+)$/;
const cronField = /^[\d*/,\-?LW#A-Za-z]+$/;

/// A line that reads as a schedule.
export function isCron(text: string): boolean {
  const line = text.trim();
  if (!cronText.test(line) || line.includes('\n')) return false;
  return line.startsWith('@') || (line.split(/\s+/).every((field) => cronField.test(field)) && /[\d*]/.test(line));
}

function words(command: string): string[] {
  const found: string[] = [];
  const pattern = /"((?:[^"\\]|\\.)*)"|\$?'([^']*)'|(\S+)/g;
  for (const match of command.replace(/\\\r?\n/g, ' ').matchAll(pattern)) {
    found.push(match[1] !== undefined ? match[1].replace(/\\(.)/g, '$1') : (match[2] ?? match[3] ?? ''));
  }
  return found;
}

/// An http node that sends what a curl command line sends; null if it is none.
export function fromCurl(command: string): Record<string, unknown> | null {
  const [program, ...rest] = words(command.trim());
  if (program !== 'curl') return null;
  let url = '';
  let method = '';
  let user = '';
  const headers: Record<string, string> = {};
  const data: string[] = [];
  for (let index = 0; index < rest.length; ++index) {
    const word = rest[index]!;
    const value = () => rest[++index] ?? '';
    if (word === '-X' || word === '--request') method = value();
    else if (word === '-H' || word === '--header') {
      const [name = '', ...parts] = value().split(':');
      headers[name.trim()] = parts.join(':').trim();
    } else if (['-d', '--data', '--data-raw', '--data-binary', '--json'].includes(word)) {
      data.push(value());
      if (word === '--json') headers['Content-Type'] ??= 'application/json';
    } else if (word === '-u' || word === '--user') user = value();
    else if (word === '--url') url = value();
    else if (['-o', '--output', '-m', '--max-time', '--connect-timeout', '-A', '--user-agent', '-b', '--cookie'].includes(word)) value();
    else if (!word.startsWith('-')) url = word;
  }
  if (!url) return null;
  const http: Record<string, unknown> = { url };
  if (method || data.length > 0) http.method = method || 'POST';
  if (Object.keys(headers).length > 0) http.headers = headers;
  if (data.length > 0) http.body = jsonOr(data.join('&'));
  if (user) http.auth = { basic: { user: user.split(':')[0], password: user.split(':').slice(1).join(':') } };
  return { http };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function freeTriggerId(text: string, wanted: string): string {
  const triggers = (parse(text).tree.toJS() as { triggers?: { id?: string }[] } | null)?.triggers ?? [];
  return freeId(new Set(triggers.map((trigger) => String(trigger.id))), wanted);
}

export function addTrigger(text: string, id: string, trigger: Record<string, unknown>): { text: string; id: string } {
  const free = freeTriggerId(text, id);
  return { text: appendItem(text, ['triggers'], { id: free, ...trigger }), id: free };
}

/// Puts what is on the clipboard into a region: nodes as YAML or JSON, a curl command, a cron line. null when it is
/// none of them.
export function paste(text: string, region: string, clip: string, kinds: ReadonlySet<string>): Pasted | null {
  if (isCron(clip)) return { text: addTrigger(text, 'schedule', { cron: clip.trim() }).text, ids: new Map(), trigger: true };
  const curl = fromCurl(clip);
  if (curl) {
    const id = freeId(allIds(parse(text)), 'request');
    return { text: addNode(text, region, id, curl), ids: new Map([['request', id]]), trigger: false };
  }
  const tree = parseDocument(clip, { intAsBigInt: true });
  if (tree.errors.length > 0 || !isMap(tree.contents)) return null;
  const all = plain(tree.toJS()) as Record<string, unknown>;
  const nodes = ('nodes' in all && typeof all.nodes === 'object' ? all.nodes : all) as Record<string, Record<string, unknown>>;
  const isNode = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).some((key) => kinds.has(key));
  if (Object.keys(nodes).length === 0 || !Object.values(nodes).every(isNode)) return null;
  const taken = allIds(parse(text));
  const ids = new Map<string, string>();
  for (const id of Object.keys(nodes)) {
    const free = freeId(taken, id);
    taken.add(free);
    ids.set(id, free);
  }
  const siblings = new Set([...allIds(parse(text))]);
  let result = text;
  for (const [id, body] of Object.entries(nodes)) result = addNode(result, region, ids.get(id)!, renamed(body, ids, siblings));
  return { text: result, ids, trigger: false };
}

/// A pasted node names pasted nodes by their new ids, and drops needs of nodes that are not there.
function renamed(body: Record<string, unknown>, ids: ReadonlyMap<string, string>, present: ReadonlySet<string>): Record<string, unknown> {
  const mention = /\$nodes\.([a-z][a-z0-9_]*)/g;
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return value.replace(mention, (whole, id: string) => (ids.has(id) ? `$nodes.${ids.get(id)}` : whole));
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, walk(entry)]));
    return value;
  };
  const result = walk(body) as Record<string, unknown>;
  if (result.needs !== undefined) {
    const list = (Array.isArray(result.needs) ? result.needs : [result.needs]).map(String);
    const kept = list.flatMap((entry) => {
      const [from, ...port] = entry.split('.') as [string, ...string[]];
      if (ids.has(from)) return [[ids.get(from)!, ...port].join('.')];
      return present.has(from) ? [entry] : [];
    });
    if (kept.length === 0) delete result.needs;
    else result.needs = kept.length === 1 ? kept[0] : kept;
  }
  return result;
}

/// A second copy of a node beside it, with the same needs.
export function duplicateNode(text: string, nodePath: string): { text: string; id: string } {
  const source = parse(text);
  const place = placeOf(source, nodePath);
  const pair = place && pairAt(source, place);
  const id = freeId(allIds(source), idOf(nodePath));
  if (!pair) return { text, id };
  const body = plain((pair.value as { toJS(tree: unknown): unknown }).toJS(source.tree)) as Record<string, unknown>;
  const region = nodePath.split('/').slice(0, -1).join('/');
  return { text: addNode(text, region, id, withFreshIds(body, allIds(source)), keyOf(pair)), id };
}

/// Nested nodes of a copy need ids of their own.
function withFreshIds(body: Record<string, unknown>, taken: Set<string>): Record<string, unknown> {
  const nested = (body.nodes ?? (body.group as Record<string, unknown> | undefined)?.nodes) as Record<string, Record<string, unknown>> | undefined;
  if (!nested) return body;
  const ids = new Map<string, string>();
  for (const id of Object.keys(nested)) {
    const free = freeId(taken, id);
    taken.add(free);
    ids.set(id, free);
  }
  const nodes = Object.fromEntries(Object.entries(nested).map(([id, node]) => [ids.get(id)!, renamed(withFreshIds(node, taken), ids, new Set(ids.keys()))]));
  return body.nodes ? { ...body, nodes } : { ...body, group: { nodes } };
}
