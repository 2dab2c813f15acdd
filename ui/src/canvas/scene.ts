import type { Edge, Node } from '@xyflow/react';
import { card, drawnEdges, type Arrangement, type Point } from '../graph/arrange';
import { edgeId, regionKinds, startPath, type Graph, type GraphNode } from '../graph/model';
import type { Fields } from '../nodes/kind';

/// What a card shows, apart from the state of a run.
export interface CardData extends Record<string, unknown> {
  node: GraphNode;
  fields: Fields;
  collapsed: boolean;
  marker: 'error' | 'warning' | null;
}

export interface WireData extends Record<string, unknown> {
  points: Point[] | null;
  port: string | null;
  /// Whether the source is the start block.
  fromStart: boolean;
  /// Names of switch cases and approvals stand in the file; the rest are ports that every node has.
  isCase: boolean;
}

export type CardNode = Node<CardData, 'card' | 'frame' | 'start'>;
export type Wire = Edge<WireData, 'wire'>;

export type Positions = Readonly<Record<string, Point>>;

/// What the canvas draws: one node a card or frame, in the order of parents before children.
export function sceneOf(
  graph: Graph,
  layout: Arrangement,
  fieldsOf: (path: string) => Fields,
  positions: Positions,
  collapsed: ReadonlySet<string>,
  markers: ReadonlyMap<string, 'error' | 'warning'>,
): { nodes: CardNode[]; wires: Wire[] } {
  const hidden = (path: string) => [...collapsed].some((frame) => path.startsWith(`${frame}/`));
  const absolute = (path: string): Point => positions[path] ?? layout.boxes.get(path) ?? { x: 0, y: 0 };
  const start: GraphNode = { path: startPath, id: startPath, kind: 'set' };
  const nodes = [start, ...graph.nodes.filter((node) => !hidden(node.path))].map((node): CardNode => {
    const box = layout.boxes.get(node.path);
    const isFrame = regionKinds.has(node.kind) && !collapsed.has(node.path) && (box?.height ?? 0) > card.height;
    const own = node.path === startPath ? (positions[startPath] ?? box ?? { x: 0, y: 0 }) : absolute(node.path);
    const parent = node.parent ? absolute(node.parent) : { x: 0, y: 0 };
    return {
      id: node.path,
      type: node.path === startPath ? 'start' : isFrame ? 'frame' : 'card',
      position: { x: own.x - parent.x, y: own.y - parent.y },
      ...(node.parent ? { parentId: node.parent, extent: undefined } : {}),
      width: box?.width ?? card.width,
      height: box?.height ?? card.height,
      data: { node, fields: fieldsOf(node.path), collapsed: collapsed.has(node.path), marker: markers.get(node.path) ?? null },
      zIndex: node.path.split('/').length,
    };
  });
  const moved = (path: string) => [path, ...ancestors(path)].some((at) => at in positions);
  const wires = drawnEdges(graph, collapsed).map((edge): Wire => ({
    id: edgeId(edge),
    type: 'wire',
    source: edge.from,
    target: edge.to,
    data: {
      points: moved(edge.from) || moved(edge.to) ? null : (layout.wires.get(edgeId(edge)) ?? null),
      port: edge.port,
      fromStart: edge.from === startPath,
      isCase: edge.port !== null && !['failed', 'done', 'skipped'].includes(edge.port),
    },
    zIndex: edge.to.split('/').length,
  }));
  return { nodes, wires };
}

function ancestors(path: string): string[] {
  const steps = path.split('/');
  return steps.slice(1).map((_step, index) => steps.slice(0, index + 1).join('/'));
}
