import type { Translate } from '../app/i18n';
import { regionKinds, startPath, type Graph } from '../graph/model';
import type { Fields } from '../nodes/kind';

/// All text of a value; of a region without the nodes inside of it.
function textsOf(value: unknown, region: boolean): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => textsOf(item, region));
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([key, inner]) => (region && key === 'nodes' ? [] : textsOf(inner, region)));
  return value === undefined || value === null ? [] : [String(value)];
}

/// Paths of the nodes whose id, title, kind or text holds `query`, in the order of the file; the triggers are one of them.
export function findNodes(graph: Graph, fields: (path: string) => Fields, query: string, t: Translate): string[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return [];
  const fits = (texts: readonly string[]) => texts.some((text) => text.toLowerCase().includes(wanted));
  const triggers = [t('canvas.triggers'), ...graph.triggers.flatMap(({ id, kind, source }) => [id, kind, t(`trigger.${kind}`), source])];
  const nodes = graph.nodes.filter((node) => fits([node.id, node.title ?? '', node.kind, t(`kind.${node.kind}`), ...textsOf(fields(node.path), regionKinds.has(node.kind))]));
  return [...(fits(triggers) ? [startPath] : []), ...nodes.map((node) => node.path)];
}
