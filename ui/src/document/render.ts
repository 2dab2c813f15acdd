import { Document, isScalar, Scalar, type Node } from 'yaml';

/// Values as YAML, the way the examples are written: small maps and lists on one line (`{ a: 1 }`, `[a, b]`), scripts as
/// literal blocks, expressions in quotes.

/// How wide a list or map may be to stand on one line.
const oneLine = 72;
const options = { lineWidth: 0 } as const;

function scalarOf(value: unknown): Scalar {
  if (isScalar(value)) return value;
  const scalar = new Scalar(value);
  // Expressions are quoted always: they read the same whether or not their braces need it.
  if (typeof value === 'string' && value.includes('${') && !value.includes('\n')) {
    scalar.type = /["\\]/.test(value) && !value.includes("'") ? Scalar.QUOTE_SINGLE : Scalar.QUOTE_DOUBLE;
  }
  return scalar;
}

function flowScalar(value: unknown): string {
  const document = new Document([scalarOf(value)]);
  (document.contents as unknown as { flow: boolean }).flow = true;
  const text = document.toString({ ...options, flowCollectionPadding: false }).trim();
  return text.slice(1, -1).trim().replace(/\s*\n\s*/g, ' ');
}

function isMapLike(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isScalar(value);
}

/// A value on one line, as it stands inside of `{ }` and `[ ]`.
export function renderFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(renderFlow).join(', ')}]`;
  if (isMapLike(value)) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    return entries.length === 0 ? '{}' : `{ ${entries.map(([key, entry]) => `${flowScalar(key)}: ${renderFlow(entry)}`).join(', ')} }`;
  }
  return flowScalar(value);
}

function hasLines(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\n');
  if (isScalar(value)) return hasLines(value.value);
  if (Array.isArray(value)) return value.some(hasLines);
  return isMapLike(value) && Object.values(value).some(hasLines);
}

/// The lines of a value behind `key:` or `-`: the first goes on that line, the rest below it.
function blockLines(value: unknown, open: number): string[] {
  if ((Array.isArray(value) || isMapLike(value)) && Object.keys(value).length > 0) {
    // A list of maps reads better with one of them on each line.
    const apart = Array.isArray(value) && value.length > 1 && value.some(isMapLike);
    const flow = hasLines(value) || open > 0 || apart ? '' : renderFlow(value);
    if (flow && flow.length <= oneLine) return [flow];
    if (Array.isArray(value)) return ['', ...value.flatMap((item) => itemLines(item).map((line) => '  ' + line))];
    return ['', ...mapLines(value, open - 1).map((line) => '  ' + line)];
  }
  if (Array.isArray(value) || isMapLike(value)) return [Array.isArray(value) ? '[]' : '{}'];
  return new Document({ k: scalarOf(value) }).toString(options).replace(/\n$/, '').slice(3).split('\n');
}

function mapLines(map: Record<string, unknown>, open: number): string[] {
  return Object.entries(map)
    .filter(([, value]) => value !== undefined)
    .flatMap(([key, value], index) => [...(index > 0 && open === 1 ? [''] : []), ...entryLines(key, value, open)]);
}

function entryLines(key: string, value: unknown, open: number): string[] {
  const [first = '', ...rest] = blockLines(value, key === 'nodes' ? 2 : open);
  return [first === '' ? `${flowScalar(key)}:` : `${flowScalar(key)}: ${first}`, ...rest];
}

function itemLines(value: unknown): string[] {
  if (isMapLike(value) && Object.keys(value).length > 0 && (hasLines(value) || renderFlow(value).length > oneLine)) {
    return mapLines(value, 0).map((line, index) => (index === 0 ? '- ' : '  ') + line);
  }
  const [first = '', ...rest] = blockLines(value, 0);
  return [`- ${first}`.trimEnd(), ...rest];
}

function indented(lines: readonly string[], indent: string): string {
  return lines.map((line) => (line === '' ? line : indent + line)).join('\n');
}

/// `key: value` in block style, every line behind `indent`, no newline at the end. `open` levels of maps are not put on
/// one line however small they are.
export function renderEntry(key: string, value: unknown, indent: string, open = 0): string {
  return indented(entryLines(key, value, open), indent);
}

/// `- value` in block style.
export function renderItem(value: unknown, indent: string): string {
  return indented(itemLines(value), indent);
}

/// A whole map in block style, for YAML on the clipboard and for new files.
export function renderMap(map: Record<string, unknown>): string {
  return mapLines(map, 0).join('\n') + '\n';
}

/// A text as a scalar is written now, so that its new value is quoted alike; null where it was not quoted.
export function renderScalarLike(old: Node | null | undefined, value: string, inFlow: boolean): string | null {
  if (!isScalar(old) || value.includes('\n')) return null;
  if (old.type !== Scalar.QUOTE_DOUBLE && old.type !== Scalar.QUOTE_SINGLE) return null;
  const scalar = new Scalar(value);
  scalar.type = old.type;
  return inFlow ? flowScalar(scalar) : new Document(scalar).toString(options).trim();
}
