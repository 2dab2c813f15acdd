import { jsonText } from '../document/values';

/// What can be written inside of `${ }`, with values from a real run. Used by every expression field and the YAML pane.

export interface Suggestion {
  label: string;
  /// A sample of the value, or a function's signature.
  detail: string;
  /// How much of the text in front of the cursor it replaces.
  from: number;
  kind: 'value' | 'function' | 'secret';
}

/// Values that names stand for: `.` and `$name`.
export interface Scope {
  values: Record<string, unknown>;
  secrets: readonly string[];
  /// The instance the values come from.
  sample: string | null;
}

const functions: Record<string, string> = {
  length: 'length', keys: 'keys', map: 'map(f)', select: 'select(f)', add: 'add', first: 'first(f)', last: 'last', join: 'join(text)',
  split: 'split(text)', test: 'test(regex)', tostring: 'tostring', tonumber: 'tonumber', to_entries: 'to_entries', from_entries: 'from_entries',
  with_entries: 'with_entries(f)', has: 'has(key)', any: 'any(f)', all: 'all(f)', sort_by: 'sort_by(f)', group_by: 'group_by(f)', unique: 'unique',
  min_by: 'min_by(f)', max_by: 'max_by(f)', range: 'range(n)', not: 'not', ascii_downcase: 'ascii_downcase', ascii_upcase: 'ascii_upcase',
  startswith: 'startswith(text)', endswith: 'endswith(text)', ltrimstr: 'ltrimstr(text)', rtrimstr: 'rtrimstr(text)', contains: 'contains(value)',
  flatten: 'flatten', reverse: 'reverse', now: 'now', todate: 'todate', fromdate: 'fromdate', tojson: 'tojson', fromjson: 'fromjson', type: 'type', empty: 'empty', error: 'error(text)',
};

/// The part of a text that the cursor at its end is inside of an expression with; null outside of `${ }`.
export function expressionBefore(text: string): string | null {
  const open = text.lastIndexOf('${');
  if (open < 0 || text[open - 1] === '$') return null;
  let depth = 0;
  for (const letter of text.slice(open + 2)) {
    if (letter === '{') ++depth;
    if (letter === '}' && depth-- === 0) return null;
  }
  return text.slice(open + 2);
}

function preview(value: unknown): string {
  if (value === undefined) return '';
  const text = jsonText(value);
  return text.length > 28 ? `${text.slice(0, 27)}…` : text;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/// Suggestions at the end of an expression.
export function complete(expression: string, scope: Scope): Suggestion[] {
  const token = /(?:\$[A-Za-z_]\w*|\.)?(?:\.?[A-Za-z_]\w*|\[\d*\])*\.?$|\$$/.exec(expression)?.[0] ?? '';
  const cut = Math.max(token.lastIndexOf('.'), -1);
  const typed = token.slice(cut + 1);
  const from = expression.length - typed.length;
  const fits = (name: string) => name.toLowerCase().startsWith(typed.toLowerCase()) && name !== typed;
  if (cut < 0) {
    const names = Object.keys(scope.values).filter((name) => name !== '.' && fits(name)).map((name): Suggestion => ({ label: name, detail: preview(scope.values[name]), from, kind: 'value' }));
    if (typed.startsWith('$')) return names;
    const known = Object.entries(functions).filter(([name]) => fits(name)).map(([label, detail]): Suggestion => ({ label, detail, from, kind: 'function' }));
    return typed === '' ? [...names, ...fieldsOf(scope.values['.'], '', from).map((one) => ({ ...one, label: `.${one.label}` }))] : [...names, ...known];
  }
  const steps = token.slice(0, cut).split('.').filter((step) => step !== '');
  if (steps[0] === '$secrets') return scope.secrets.filter(fits).map((label) => ({ label, detail: '••••', from, kind: 'secret' }));
  let value: unknown = token.startsWith('$') ? scope.values[steps[0] ?? ''] : scope.values['.'];
  for (const step of token.startsWith('$') ? steps.slice(1) : steps) {
    const [name = '', ...indices] = step.split('[');
    if (name) value = member(value, name);
    for (const index of indices) value = member(value, index.replace(']', '') || '0');
  }
  return fieldsOf(value, typed, from);
}

function fieldsOf(value: unknown, typed: string, from: number): Suggestion[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value)
    .filter(([name]) => name.toLowerCase().startsWith(typed.toLowerCase()) && name !== typed && /^[A-Za-z_]\w*$/.test(name))
    .map(([label, field]) => ({ label, detail: preview(field), from, kind: 'value' }));
}
