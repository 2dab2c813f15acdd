import { api } from '../api/api';
import { Problem } from '../api/client';
import type { Instance } from '../api/types';
import { createStore, type Store } from '../components/store';
import { upstream, type Graph } from '../graph/model';
import type { RunNode } from '../graph/run';
import { RunStore } from '../runs/runStore';
import type { Pin, Pins } from './pins';

/// A test run: of the whole draft, or of one node.
export interface Trial {
  run: RunStore;
  node: string | null;
  /// The draft as it was then.
  text: string;
}

export interface TrialState {
  /// The last one of each sort.
  whole: Trial | null;
  single: Trial | null;
  busy: boolean;
  problem: Problem | null;
}

/// The test runs of one editor.
export class Trials {
  readonly store: Store<TrialState> = createStore<TrialState>({ whole: null, single: null, busy: false, problem: null });

  async start(text: string, node: string | null, input: unknown, outputs: () => Promise<Record<string, unknown>>): Promise<boolean> {
    this.patch({ busy: true, problem: null });
    try {
      const { id } = await api.test({ text, ...(node ? { node } : {}), ...(input === undefined ? {} : { input }), outputs: await outputs() });
      const run = new RunStore(id);
      run.open();
      const old = node ? this.store.get().single : this.store.get().whole;
      old?.run.close();
      this.patch({ [node ? 'single' : 'whole']: { run, node, text } });
      return true;
    } catch (error) {
      this.patch({ problem: error instanceof Problem ? error : new Problem(0, 'client', String(error)) });
      return false;
    } finally {
      this.patch({ busy: false });
    }
  }

  close(): void {
    const { whole, single } = this.store.get();
    whole?.run.close();
    single?.run.close();
  }

  private patch(change: Partial<TrialState>): void {
    this.store.set({ ...this.store.get(), ...change });
  }
}

const choosing = new Set(['switch', 'approval']);

/// A result as the server wants it.
export function given(graph: Graph, path: string, pin: Pin): unknown {
  const kind = graph.nodes.find((node) => node.path === path)?.kind;
  return kind && choosing.has(kind) ? { case: pin.case ?? '', output: pin.output } : pin.output;
}

/// Whether results of nodes of this path can be given: not of those inside of loops and groups.
export function canBeGiven(path: string): boolean {
  return !path.includes('/');
}

/// Pins of nodes that are still there.
export function pinnedOutputs(graph: Graph, pins: Pins): Record<string, unknown> {
  const known = new Set(graph.nodes.map((node) => node.path));
  return Object.fromEntries(Object.entries(pins).filter(([path]) => known.has(path)).map(([path, pin]) => [path, given(graph, path, pin)]));
}

/// What a node of a run gave, as a pin; null when it gave nothing.
export function pinOf(node: RunNode | undefined): Pin | null {
  if (!node || node.output === undefined || (node.status !== 'succeeded' && node.status !== 'compensated')) return null;
  const decision = (node.output as { decision?: string } | null)?.decision;
  const way = node.case ?? (typeof decision === 'string' ? decision : undefined);
  return { output: node.output, ...(way === undefined ? {} : { case: way }) };
}

/// What the nodes before one gave: what is pinned, else what they gave in a run; of one that failed its error, which
/// is what those behind its failure get.
export async function outputsBefore(graph: Graph, path: string, pins: Pins, run: Instance | null): Promise<Record<string, unknown>> {
  const outputs: Record<string, unknown> = {};
  for (const { path: before } of upstream(graph, path)) {
    if (!canBeGiven(before)) continue;
    const pin = pins[before];
    if (pin) {
      outputs[before] = given(graph, before, pin);
      continue;
    }
    let node = run?.nodes[before];
    if (run && node?.omitted) node = (await api.instance(run.id, { path: before })).nodes[before];
    const found = pinOf(node);
    if (found) outputs[before] = given(graph, before, found);
    else if (node?.error && node.handled) outputs[before] = node.error;
  }
  return outputs;
}
