/// What a node gives in test runs instead of running: its output, and of a switch or an approval the way out.
export interface Pin {
  output: unknown;
  case?: string;
}

export type Pins = Readonly<Record<string, Pin>>;

const prefix = 'weft.pins.';

/// Kept in this browser, beside the draft: they are no part of the workflow.
export function readPins(name: string): Pins {
  try {
    return (JSON.parse(localStorage.getItem(prefix + name) ?? 'null') as Pins | null) ?? {};
  } catch {
    return {};
  }
}

export function writePins(name: string, pins: Pins): void {
  try {
    if (Object.keys(pins).length > 0) localStorage.setItem(prefix + name, JSON.stringify(pins));
    else localStorage.removeItem(prefix + name);
  } catch {
    // They last as long as the page, then.
  }
}
