import { kinds, type Graph, type GraphEdge, type GraphNode, type GraphTrigger, type Kind, type TriggerKind } from './model';

/// The graph of a file that has errors, out of the data the server's parser read from it: it draws no graph of a file
/// that cannot run, and people fix files on the canvas. For a file without errors it is the server's own graph.
export function graphOfDocument(document: unknown): Graph {
  const root = mapOf(document);
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  let level: { region: Map<string, unknown>; parent: string | null }[] = [{ region: entriesOf(root.get('nodes')), parent: null }];
  while (level.length > 0) {
    const deeper: typeof level = [];
    for (const { region, parent } of level) {
      for (const [id, value] of region) {
        const node = mapOf(value);
        const kind = kinds.find((candidate) => node.has(candidate));
        if (!kind) continue;
        const path = parent === null ? id : `${parent}/${id}`;
        const title = node.get('title');
        nodes.push({ id, kind, path, ...(parent === null ? {} : { parent }), ...(typeof title === 'string' ? { title } : {}) });
        edges.push(...edgesOf(node.get('needs'), region, parent, path));
        const inner = kind === 'group' ? mapOf(node.get('group')).get('nodes') : kind === 'foreach' || kind === 'loop' ? node.get('nodes') : null;
        if (inner) deeper.push({ region: entriesOf(inner), parent: path });
      }
    }
    level = deeper;
  }
  return { nodes, edges, triggers: triggersOf(root.get('triggers')) };
}

function mapOf(value: unknown): Map<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : new Map();
}

const entriesOf = mapOf;

function edgesOf(needs: unknown, region: ReadonlyMap<string, unknown>, parent: string | null, to: string): GraphEdge[] {
  const list = Array.isArray(needs) ? needs : needs === undefined || needs === null ? [] : [needs];
  return list.flatMap((entry) => {
    const [from = '', port] = String(entry).split('.');
    if (!region.has(from)) return [];
    const plain = mapOf(region.get(from)).has('approval') ? 'approved' : null;
    return [{ from: parent === null ? from : `${parent}/${from}`, port: port ?? plain, to }];
  });
}

function triggersOf(value: unknown): GraphTrigger[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry) => {
    const trigger = mapOf(entry);
    const kind = (['cron', 'webhook', 'event'] as TriggerKind[]).find((candidate) => trigger.has(candidate));
    return kind ? [{ id: String(trigger.get('id') ?? ''), kind, source: String(trigger.get(kind) ?? '') }] : [];
  });
}

export type { Kind };
