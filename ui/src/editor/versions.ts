import { placeOf } from '../document/nodes';
import { linesOf, parse, valueAt, type Source } from '../document/source';
import type { Version } from '../graph/compare';
import { graphOfDocument } from '../graph/fromDocument';
import { startPath } from '../graph/model';

/// A text as one of two versions to be compared; null when it cannot be read.
export function versionOf(text: string): (Version & { source: Source }) | null {
  const source = parse(text);
  if (!source.readable) return null;
  return {
    source,
    graph: graphOfDocument(valueAt(source, [])),
    fields: (path) => {
      if (path === startPath) return { triggers: valueAt(source, ['triggers']) ?? null };
      const place = placeOf(source, path);
      return ((place && valueAt(source, place)) ?? {}) as Record<string, unknown>;
    },
  };
}

/// The lines of a node, or those of the triggers, as far left as they go; empty when there is no such node.
export function textOfNode(source: Source, path: string): string {
  const place = path === startPath ? ['triggers'] : placeOf(source, path);
  const lines = place && linesOf(source, place);
  if (!lines) return '';
  const texts = source.text.split('\n').slice(lines.first - 1, lines.last);
  const indent = /^ */.exec(texts[0]!)![0].length;
  return texts.map((line) => (line.slice(0, indent).trim() === '' ? line.slice(indent) : line)).join('\n');
}
