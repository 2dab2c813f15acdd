import type { ElkExtendedEdge, ElkNode, ElkPort } from 'elkjs/lib/elk-api';
import { edgeId, regionKinds, startPath, type Graph, type GraphEdge } from './model';

/// Sizes of what is drawn, in pixels at 100 %.
export const card = { width: 224, height: 56 };
export const frame = { header: 32, padding: 12, footer: 28 };

export type Direction = 'DOWN' | 'RIGHT';

export interface Point {
  x: number;
  y: number;
}

export interface Box extends Point {
  width: number;
  height: number;
}

/// Where everything stands, in the coordinates of the whole picture.
export interface Arrangement {
  boxes: ReadonlyMap<string, Box>;
  /// Corners of each edge by its id, from source to target.
  wires: ReadonlyMap<string, Point[]>;
  width: number;
  height: number;
}

/// What decides the layout besides the graph.
export interface ArrangeOptions {
  direction: Direction;
  /// Ports of nodes with more than one exit, in order.
  ports: ReadonlyMap<string, readonly string[]>;
  collapsed: ReadonlySet<string>;
}

/// Edges to draw: those of the graph and those from the start block to the nodes that begin.
export function drawnEdges(graph: Graph, collapsed: ReadonlySet<string>): GraphEdge[] {
  const begins = graph.nodes.filter((node) => !node.parent && !graph.edges.some((edge) => edge.to === node.path));
  const hidden = (path: string) => [...collapsed].some((frame) => path.startsWith(`${frame}/`));
  return [...begins.map((node) => ({ from: startPath, to: node.path, port: null })), ...graph.edges.filter((edge) => !hidden(edge.to))];
}

function layoutOptions(direction: Direction): Record<string, string> {
  return {
    'elk.algorithm': 'layered',
    'elk.direction': direction,
    'elk.edgeRouting': 'ORTHOGONAL',
    'elk.layered.spacing.nodeNodeBetweenLayers': '48',
    'elk.spacing.nodeNode': '24',
    'elk.spacing.edgeNode': '16',
    'elk.layered.spacing.edgeNodeBetweenLayers': '16',
    'elk.layered.layering.strategy': 'LONGEST_PATH_SOURCE',
    'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
    'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
    'elk.layered.crossingMinimization.forceNodeModelOrder': 'false',
    'elk.layered.mergeEdges': 'true',
  };
}

function portsOf(path: string, exits: readonly string[], size: { width: number; height: number }, direction: Direction): ElkPort[] {
  const down = direction === 'DOWN';
  const along = down ? size.width : size.height;
  const place = (side: 'in' | 'out', share: number): Pick<ElkPort, 'x' | 'y' | 'layoutOptions'> => ({
    x: down ? along * share : side === 'in' ? 0 : size.width,
    y: down ? (side === 'in' ? 0 : size.height) : along * share,
    layoutOptions: { 'elk.port.side': down ? (side === 'in' ? 'NORTH' : 'SOUTH') : side === 'in' ? 'WEST' : 'EAST' },
  });
  const named = exits.map((exit, index) => ({ id: `${path}:${exit}`, width: 0, height: 0, ...place('out', (index + 1) / (exits.length + 1)) }));
  return [{ id: `${path}:<`, width: 0, height: 0, ...place('in', 0.5) }, { id: `${path}:>`, width: 0, height: 0, ...place('out', 0.5) }, ...named];
}

/// The graph as the layout engine takes it.
export function toElk(graph: Graph, options: ArrangeOptions): ElkNode {
  const shared = layoutOptions(options.direction);
  // Cards of a layer begin at one line, beside a frame too.
  const alignment = options.direction === 'DOWN' ? 'TOP' : 'LEFT';
  const edges = drawnEdges(graph, options.collapsed);
  const exit = (edge: GraphEdge) => {
    const exits = options.ports.get(edge.from) ?? [];
    return edge.port && exits.includes(edge.port) ? `${edge.from}:${edge.port}` : `${edge.from}:>`;
  };
  const edgesIn = (parent: string | undefined): ElkExtendedEdge[] =>
    edges
      .filter((edge) => (graph.nodes.find((node) => node.path === edge.to)?.parent ?? undefined) === parent)
      .map((edge) => ({ id: edgeId(edge), sources: [exit(edge)], targets: [`${edge.to}:<`] }));
  const childrenOf = (parent: string | undefined): ElkNode[] =>
    graph.nodes
      .filter((node) => (node.parent ?? undefined) === parent)
      .map((node) => {
        const open = regionKinds.has(node.kind) && !options.collapsed.has(node.path) && graph.nodes.some((inner) => inner.parent === node.path);
        if (!open) {
          return {
            id: node.path, ...card,
            ports: portsOf(node.path, options.ports.get(node.path) ?? [], card, options.direction),
            layoutOptions: { 'elk.portConstraints': 'FIXED_POS', 'elk.alignment': alignment },
          };
        }
        const padding = `[top=${frame.header + frame.padding},left=${frame.padding},bottom=${frame.footer + frame.padding},right=${frame.padding}]`;
        return {
          id: node.path,
          children: childrenOf(node.path),
          edges: edgesIn(node.path),
          ports: portsOf(node.path, [], card, options.direction).map(({ x: _x, y: _y, ...port }) => port),
          layoutOptions: { ...shared, 'elk.padding': padding, 'elk.portConstraints': 'FIXED_SIDE', 'elk.portAlignment.default': 'CENTER', 'elk.alignment': alignment },
        };
      });
  const start: ElkNode = { id: startPath, ...card, ports: portsOf(startPath, [], card, options.direction), layoutOptions: { 'elk.portConstraints': 'FIXED_POS' } };
  return { id: 'root', layoutOptions: { ...shared, 'elk.padding': '[top=24,left=24,bottom=24,right=24]' }, children: [start, ...childrenOf(undefined)], edges: edgesIn(undefined) };
}

/// Offsets too small to be meant are drawn straight.
const snap = 12;

/// The engine's answer in the coordinates of the whole picture.
export function fromElk(root: ElkNode): Arrangement {
  const boxes = new Map<string, Box>();
  const wires = new Map<string, Point[]>();
  const walk = (node: ElkNode, origin: Point) => {
    for (const child of node.children ?? []) {
      const at = { x: origin.x + (child.x ?? 0), y: origin.y + (child.y ?? 0) };
      boxes.set(child.id, { ...at, width: child.width ?? card.width, height: child.height ?? card.height });
      walk(child, at);
    }
    for (const edge of node.edges ?? []) {
      const section = edge.sections?.[0];
      if (!section) continue;
      const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map((point) => ({ x: origin.x + point.x, y: origin.y + point.y }));
      wires.set(edge.id, straightened(points));
    }
  };
  walk(root, { x: 0, y: 0 });
  return { boxes, wires, width: root.width ?? 0, height: root.height ?? 0 };
}

function straightened(points: Point[]): Point[] {
  const [first, last] = [points[0]!, points.at(-1)!];
  const close = points.every((point) => Math.abs(point.x - first.x) < snap) && Math.abs(last.x - first.x) < snap;
  return close && points.length > 2 ? [{ x: last.x, y: first.y }, last] : points;
}

/// An SVG path with round corners through points that lie at right angles.
export function roundedPath(points: readonly Point[], radius = 8): string {
  const first = points[0];
  if (!first) return '';
  let path = `M${first.x},${first.y}`;
  for (let index = 1; index < points.length - 1; ++index) {
    const [before, corner, after] = [points[index - 1]!, points[index]!, points[index + 1]!];
    const toward = (from: Point, to: Point) => {
      const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
      const cut = Math.min(radius, length / 2);
      return { x: from.x + ((to.x - from.x) / length) * cut, y: from.y + ((to.y - from.y) / length) * cut };
    };
    const start = toward(corner, before);
    const end = toward(corner, after);
    path += `L${start.x},${start.y}Q${corner.x},${corner.y} ${end.x},${end.y}`;
  }
  const last = points.at(-1)!;
  return `${path}L${last.x},${last.y}`;
}

/// The middle of a path, where its `+` stands.
export function midpoint(points: readonly Point[]): Point {
  const lengths = points.slice(1).map((point, index) => Math.hypot(point.x - points[index]!.x, point.y - points[index]!.y));
  let rest = lengths.reduce((sum, length) => sum + length, 0) / 2;
  for (const [index, length] of lengths.entries()) {
    if (rest <= length) {
      const [from, to] = [points[index]!, points[index + 1]!];
      const share = length === 0 ? 0 : rest / length;
      return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
    }
    rest -= length;
  }
  return points[0] ?? { x: 0, y: 0 };
}
