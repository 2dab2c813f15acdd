/// Values of the file. Integers that JavaScript's numbers cannot hold stay BigInts, so that an edit beside one does not
/// change it.

/// What `yaml` reads with `intAsBigInt`, with small integers as numbers.
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
  return value;
}

/// JSON over several lines; on one where an integer needs it.
export function jsonLines(value: unknown): string {
  try {
    return JSON.stringify(value, null, 2) ?? '';
  } catch {
    return jsonText(value);
  }
}

/// JSON on one line, with integers of any size.
export function jsonText(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value === 'object' && value !== null) return `{${Object.entries(value).filter(([, entry]) => entry !== undefined).map(([key, entry]) => `${JSON.stringify(key)}:${jsonText(entry)}`).join(',')}}`;
  return JSON.stringify(value) ?? 'null';
}
