import { runPath, type Graph } from '../graph/model';
import { active, type NodeStatus } from '../graph/run';
import type { RunStore } from './runStore';

/// The iteration each region shows: the one that was chosen, else one that is at work, else one that failed.
export function shownIterations(graph: Graph, run: RunStore, chosen: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const shown = new Map(chosen);
  for (const region of graph.nodes) {
    if ((region.kind !== 'foreach' && region.kind !== 'loop') || shown.has(region.path)) continue;
    const path = runPath(graph, region.path, shown);
    const inside = (fits: (status: NodeStatus) => boolean) =>
      run.iterations(path).find((index) => Object.entries(run.nodes).some(([key, node]) => key.startsWith(`${path}/${index}/`) && fits(node.status)));
    const index = inside((status) => active.has(status)) ?? inside((status) => status === 'failed' || status === 'timed_out') ?? run.iterations(path)[0];
    if (index !== undefined) shown.set(region.path, index);
  }
  return shown;
}
