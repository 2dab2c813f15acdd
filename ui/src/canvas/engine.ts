import ELK, { type ElkNode } from 'elkjs/lib/elk-api';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import { fromElk, toElk, type Arrangement, type ArrangeOptions } from '../graph/arrange';
import type { Graph } from '../graph/model';

/// The layout engine, in a worker of its own, started with the first picture.
let engine: InstanceType<typeof ELK> | null = null;

const cache = new Map<string, Promise<Arrangement>>();
const cached = 50;

/// Computes a layout; the same graph always gets the same one.
export function arrange(graph: Graph, options: ArrangeOptions): Promise<Arrangement> {
  const root = toElk(graph, options);
  const key = JSON.stringify(root);
  const known = cache.get(key);
  if (known) return known;
  engine ??= new ELK({ workerFactory: () => new Worker(workerUrl) });
  const result = engine.layout(JSON.parse(key) as ElkNode).then(fromElk);
  cache.set(key, result);
  if (cache.size > cached) cache.delete(cache.keys().next().value!);
  result.catch(() => cache.delete(key));
  return result;
}
