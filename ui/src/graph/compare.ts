import { jsonText } from '../document/values';
import { edgeId, regionKinds, startPath, type Graph, type GraphEdge, type GraphNode } from './model';

export type Change = 'added' | 'removed' | 'changed';

/// One of two versions of a workflow: its graph, and what its file says of each node.
export interface Version {
  graph: Graph;
  /// Of `$start`: the triggers.
  fields: (path: string) => Record<string, unknown>;
}

/// Both versions in one picture: all that is there afterwards, and what was removed.
export interface Comparison {
  graph: Graph;
  /// By path of a node and by edgeId; what is not in it is the same in both.
  changes: ReadonlyMap<string, Change>;
}

/// What a node says itself, in whatever order: edges and the nodes inside of a region are told on their own.
function own(node: GraphNode | undefined, fields: Record<string, unknown>): string {
  const { needs: _needs, nodes: _nodes, ...rest } = fields;
  if (node?.kind === 'group' && typeof rest.group === 'object' && rest.group !== null) {
    const { nodes: _inner, ...group } = rest.group as Record<string, unknown>;
    rest.group = group;
  }
  return jsonText(Object.fromEntries(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/// Removed nodes stand after the one they stood after. Those inside of what is no region any more are left out: their
/// parent has changed.
function together(before: Graph, after: Graph): GraphNode[] {
  const nodes = [...after.nodes];
  const places = new Set(after.nodes.map((node) => node.path));
  const regions = new Set(after.nodes.filter((node) => regionKinds.has(node.kind)).map((node) => node.path));
  let last = -1;
  for (const node of before.nodes) {
    if (places.has(node.path)) {
      last = nodes.findIndex((other) => other.path === node.path);
    } else if (!node.parent || regions.has(node.parent)) {
      nodes.splice(++last, 0, node);
      places.add(node.path);
      if (regionKinds.has(node.kind)) regions.add(node.path);
    }
  }
  return nodes;
}

export function compare(before: Version, after: Version): Comparison {
  const nodes = together(before.graph, after.graph);
  const shown = new Set(nodes.map((node) => node.path));
  const old = new Map(before.graph.nodes.map((node) => [node.path, node]));
  const current = new Map(after.graph.nodes.map((node) => [node.path, node]));
  const changes = new Map<string, Change>();
  for (const { path } of nodes) {
    if (!old.has(path)) changes.set(path, 'added');
    else if (!current.has(path)) changes.set(path, 'removed');
    else if (own(old.get(path), before.fields(path)) !== own(current.get(path), after.fields(path))) changes.set(path, 'changed');
  }
  if (jsonText(before.fields(startPath)) !== jsonText(after.fields(startPath))) changes.set(startPath, 'changed');
  const oldEdges = new Set(before.graph.edges.map(edgeId));
  const currentEdges = new Set(after.graph.edges.map(edgeId));
  const removed = before.graph.edges.filter((edge: GraphEdge) => !currentEdges.has(edgeId(edge)) && shown.has(edge.from) && shown.has(edge.to));
  for (const edge of after.graph.edges) if (!oldEdges.has(edgeId(edge))) changes.set(edgeId(edge), 'added');
  for (const edge of removed) changes.set(edgeId(edge), 'removed');
  return { graph: { nodes, edges: [...after.graph.edges, ...removed], triggers: after.graph.triggers }, changes };
}
