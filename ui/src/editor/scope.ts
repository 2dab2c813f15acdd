import type { Instance, JsonSchema } from '../api/types';
import { idOf, needsOf, placeOf } from '../document/nodes';
import { keysAt, valueAt, type Source } from '../document/source';
import { upstream, type Graph } from '../graph/model';
import { startPath } from '../graph/model';
import type { Scope } from './completion';
import type { Pins } from './pins';

/// A value of the shape a schema describes, for names that no run has filled yet.
export function sampleOf(schema: JsonSchema | null | undefined): unknown {
  if (!schema || typeof schema !== 'object') return undefined;
  if (schema.default !== undefined) return schema.default;
  if (Array.isArray(schema.examples)) return schema.examples[0];
  if (typeof schema.properties === 'object') {
    return Object.fromEntries(Object.entries(schema.properties as Record<string, JsonSchema>).map(([name, property]) => [name, sampleOf(property)]));
  }
  return undefined;
}

/// What the node of a run with that definition path was given or gave, of whichever iteration.
function nodeIn(run: Instance | null, path: string) {
  if (!run) return undefined;
  if (run.nodes[path]) return run.nodes[path];
  const pattern = new RegExp(`^${path.split('/').join('/(?:\\d+/)?')}$`);
  const found = Object.keys(run.nodes).find((key) => pattern.test(key));
  return found ? run.nodes[found] : undefined;
}

/// The names an expression of a node can use.
export function scopeOf(source: Source, graph: Graph, path: string, run: Instance | null, pins: Pins = {}): Scope {
  const input = run?.input ?? sampleOf(valueAt(source, ['input']) as JsonSchema | undefined) ?? {};
  const nodes: Record<string, unknown> = {};
  for (const node of path === startPath ? [] : upstream(graph, path)) {
    const state = nodeIn(run, node.path);
    const pin = pins[node.path];
    if (pin) nodes[node.id] = { output: pin.output, status: 'succeeded', error: null, attempts: 1, startedAt: undefined, endedAt: undefined, case: pin.case };
    else nodes[node.id] = { output: state?.output, status: state?.status, error: state?.error ?? null, attempts: state?.attempts, startedAt: state?.startedAt, endedAt: state?.endedAt, case: state?.case };
  }
  const values: Record<string, unknown> = {
    '.': (standsOnPins(source, path, pins) ? undefined : nodeIn(run, path)?.input) ?? dotOf(source, path, nodes, input),
    $input: input,
    $nodes: nodes,
    $vars: valueAt(source, ['vars']) ?? {},
    $trigger: { kind: run?.trigger?.kind, id: run?.trigger?.id, payload: undefined },
    $run: { id: run?.id, workflow: run?.workflow, revision: run?.revision, namespace: run?.namespace, startedAt: run?.startedAt },
    $secrets: {},
    $error: nodeIn(run, path)?.error ?? undefined,
  };
  const parent = path.includes('/') ? placeOf(source, path.split('/').slice(0, -1).join('/')) : null;
  if (parent && keysAt(source, parent).includes('foreach')) {
    const name = valueAt(source, [...parent, 'as']);
    values[`$${typeof name === 'string' ? name : 'item'}`] = values['.'];
    values.$index = 0;
  } else if (parent && keysAt(source, parent).includes('loop')) {
    values.$index = 0;
    values.$previous = null;
  }
  return { values, secrets: ((valueAt(source, ['secrets']) as unknown[] | undefined) ?? []).map(String), sample: run?.id ?? null };
}

function standsOnPins(source: Source, path: string, pins: Pins): boolean {
  return path !== startPath && needsOf(source, path).some((entry) => pins[entry.split('.')[0] ?? '']);
}

function dotOf(source: Source, path: string, nodes: Record<string, unknown>, input: unknown): unknown {
  if (path === startPath) return { body: {}, headers: {}, query: {}, method: 'POST', path: '' };
  const needs = needsOf(source, path).map((entry) => entry.split('.')[0] ?? '');
  const output = (id: string) => (nodes[id] as { output?: unknown } | undefined)?.output;
  if (needs.length === 0) return path.includes('/') ? undefined : input;
  if (needs.length === 1) return output(needs[0]!);
  return Object.fromEntries(needs.map((id) => [idOf(id), output(id)]));
}
