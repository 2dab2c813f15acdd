/// The graph as the server draws it from the text; the browser has no parser of its own.
export const kinds = ['shell', 'python', 'http', 'event', 'switch', 'set', 'wait', 'approval', 'foreach', 'loop', 'group', 'workflow', 'emit', 'notify', 'fail'] as const;
export type Kind = (typeof kinds)[number];
export type TriggerKind = 'webhook' | 'cron' | 'event';

export interface GraphNode {
  path: string;
  id: string;
  kind: Kind;
  title?: string;
  /// Path of the region's node; none: the file's own region.
  parent?: string;
}

export interface GraphEdge {
  from: string;
  to: string;
  port: string | null;
}

export interface GraphTrigger {
  id: string;
  kind: TriggerKind;
  source: string;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  triggers: GraphTrigger[];
}

export const emptyGraph: Graph = { nodes: [], edges: [], triggers: [] };

/// The block at the top that stands for whatever starts a run.
export const startPath = '$start';

export const regionKinds: ReadonlySet<Kind> = new Set(['foreach', 'loop', 'group']);

export function edgeId(edge: GraphEdge): string {
  return `${edge.from}>${edge.port ?? ''}>${edge.to}`;
}

export function nodeOf(graph: Graph, path: string): GraphNode | undefined {
  return graph.nodes.find((node) => node.path === path);
}

/// A path inside of iterations (`each/7/ship`) as the definition knows it (`each/ship`), with the iterations it names.
export function definitionPath(path: string): { path: string; iterations: Map<string, number> } {
  const iterations = new Map<string, number>();
  let at = '';
  for (const step of path.split('/')) {
    if (/^\d+$/.test(step)) iterations.set(at, Number(step));
    else at = at === '' ? step : `${at}/${step}`;
  }
  return { path: at, iterations };
}

/// The path of a node within the iterations that are shown.
export function runPath(graph: Graph, path: string, iterations: ReadonlyMap<string, number>): string {
  let at = '';
  let result = '';
  for (const step of path.split('/')) {
    const region = nodeOf(graph, at);
    if (region && (region.kind === 'foreach' || region.kind === 'loop')) result += `/${iterations.get(at) ?? 0}`;
    at = at === '' ? step : `${at}/${step}`;
    result = result === '' ? step : `${result}/${step}`;
  }
  return result;
}

/// Nodes a node can be reached from, in the order of their declaration.
export function upstream(graph: Graph, path: string): GraphNode[] {
  const found = new Set<string>();
  const walk = (at: string) => {
    for (const edge of graph.edges) {
      if (edge.to !== at || found.has(edge.from)) continue;
      found.add(edge.from);
      walk(edge.from);
    }
  };
  for (let at = path; at !== ''; at = at.split('/').slice(0, -1).join('/')) walk(at);
  return graph.nodes.filter((node) => found.has(node.path));
}

/// Whether an edge would close a circle.
export function wouldCycle(graph: Graph, from: string, to: string): boolean {
  return from === to || upstream(graph, from).some((node) => node.path === to);
}

/// What each arrow key leads to: along edges up and down, to the neighbours of a layer left and right.
export function neighbour(graph: Graph, path: string, key: string, positions: ReadonlyMap<string, { x: number; y: number }>): string | null {
  const roots = () => graph.nodes.filter((node) => !node.parent && !graph.edges.some((edge) => edge.to === node.path)).map((node) => node.path);
  const nearest = (paths: string[]) => {
    const x = positions.get(path)?.x ?? 0;
    return paths.sort((a, b) => Math.abs((positions.get(a)?.x ?? 0) - x) - Math.abs((positions.get(b)?.x ?? 0) - x))[0] ?? null;
  };
  if (key === 'ArrowDown') {
    if (path === startPath) return nearest(roots());
    return nearest(graph.edges.filter((edge) => edge.from === path).map((edge) => edge.to)) ?? nearest(firstInside(graph, path));
  }
  if (key === 'ArrowUp') {
    const above = nearest(graph.edges.filter((edge) => edge.to === path).map((edge) => edge.from));
    if (above) return above;
    return nodeOf(graph, path)?.parent ?? (path === startPath ? null : startPath);
  }
  const own = positions.get(path);
  if (!own) return null;
  const parent = nodeOf(graph, path)?.parent;
  const side = graph.nodes.filter((node) => {
    const other = positions.get(node.path);
    if (!other || node.path === path || node.parent !== parent) return false;
    return key === 'ArrowLeft' ? other.x < own.x : other.x > own.x;
  });
  const distance = (node: GraphNode) => {
    const other = positions.get(node.path)!;
    return Math.abs(other.x - own.x) + 4 * Math.abs(other.y - own.y);
  };
  return side.sort((a, b) => distance(a) - distance(b))[0]?.path ?? null;
}

function firstInside(graph: Graph, path: string): string[] {
  return graph.nodes.filter((node) => node.parent === path && !graph.edges.some((edge) => edge.to === node.path)).map((node) => node.path);
}
