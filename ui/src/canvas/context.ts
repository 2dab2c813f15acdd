import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Change } from '../graph/compare';
import type { Graph, GraphEdge, GraphTrigger } from '../graph/model';
import { runPath } from '../graph/model';
import type { RunNode } from '../graph/run';

/// The state of a run, read node by node, so that a push renders the cards it is about and no others.
export interface Overlay {
  node(path: string): RunNode | undefined;
  subscribe(path: string, listener: () => void): () => void;
  /// Iterations of a region that are known, in order.
  iterations(path: string): number[];
}

/// What cards, frames and wires need besides their own data.
export interface CanvasContextValue {
  mode: 'edit' | 'run' | 'compare';
  graph: Graph;
  triggers: readonly GraphTrigger[];
  overlay: Overlay | null;
  /// By path of a node and by edgeId, where two versions are compared.
  changes: ReadonlyMap<string, Change> | null;
  /// Nodes whose outputs are pinned for test runs.
  pinned: ReadonlySet<string>;
  /// What started the run, for the start block.
  startedBy: { title: string; detail: string } | null;
  iterations: ReadonlyMap<string, number>;
  showIteration: (region: string, index: number) => void;
  toggleFrame: (path: string) => void;
  insertOn: ((edge: GraphEdge, at: HTMLElement) => void) | null;
  /// Ports of a kind that offers several.
  portsOf: (path: string) => readonly string[];
  direction: 'DOWN' | 'RIGHT';
  selected: string | null;
  /// The wire being drawn starts here.
  connecting: { from: string; refuse: (to: string) => string | null } | null;
}

export const CanvasContext = createContext<CanvasContextValue | null>(null);

export function useCanvas(): CanvasContextValue {
  const value = useContext(CanvasContext);
  if (!value) throw new Error('a card stands outside of a canvas');
  return value;
}

const nothing = () => () => undefined;

export function useRunNode(path: string): RunNode | undefined {
  const { overlay, graph, iterations } = useCanvas();
  const inRun = overlay ? runPath(graph, path, iterations) : path;
  return useSyncExternalStore(overlay ? (listener) => overlay.subscribe(inRun, listener) : nothing, () => overlay?.node(inRun));
}
