import { api } from '../api/api';
import { Problem } from '../api/client';
import type { Instance, LogLine } from '../api/types';
import type { Overlay } from '../canvas/context';
import { createStore, type Store } from '../components/store';
import { isOpen, type InstanceStatus, type RunNode } from '../graph/run';

export type Connection = 'connecting' | 'live' | 'reconnecting' | 'closed';

/// What of a run is not about one node.
export interface RunHead {
  instance: Instance | null;
  connection: Connection;
  /// When the last message came.
  at: number;
  problem: Problem | null;
  /// The event of history that is shown instead of now; null: now.
  scrub: number | null;
}

/// Between two drawings; and from the first news to one, since a push comes in several messages. Milliseconds.
const drawEvery = 250;
const gather = 20;
const logKept = 5000;

/// A run, kept up to date by the server's stream. Nodes have subscribers of their own: a push renders the cards it is
/// about and nothing else.
export class RunStore implements Overlay {
  readonly head: Store<RunHead> = createStore<RunHead>({ instance: null, connection: 'connecting', at: Date.now(), problem: null, scrub: null });
  readonly logs: Store<readonly LogLine[]> = createStore<readonly LogLine[]>([]);
  /// Counts changes of any node, for views of all of them.
  readonly version: Store<number> = createStore(0);
  private live: Record<string, RunNode> = {};
  private past: Record<string, RunNode> | null = null;
  private listeners = new Map<string, Set<() => void>>();
  private waiting = new Map<string, Partial<RunNode> & { path: string }>();
  private waitingLogs: LogLine[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private drawn = -drawEvery;
  private stream: EventSource | undefined;
  private scrubbing: AbortController | undefined;

  constructor(readonly id: string) {}

  open(): void {
    const stream = (this.stream = new EventSource(api.instanceStream(this.id)));
    stream.addEventListener('open', () => this.patch({ connection: 'live', problem: null }));
    stream.addEventListener('instance', (event) => this.document(JSON.parse((event as MessageEvent<string>).data) as Instance));
    stream.addEventListener('node', (event) => {
      const change = JSON.parse((event as MessageEvent<string>).data) as Partial<RunNode> & { path: string };
      this.waiting.set(change.path, { ...this.waiting.get(change.path), ...change });
      this.later();
    });
    stream.addEventListener('log', (event) => {
      this.waitingLogs.push(JSON.parse((event as MessageEvent<string>).data) as LogLine);
      this.later();
    });
    stream.addEventListener('closed', (event) => {
      this.flush();
      const end = JSON.parse((event as MessageEvent<string>).data) as { status: InstanceStatus; output?: unknown; error?: Instance['error']; endedAt?: string };
      const { instance } = this.head.get();
      stream.close();
      if (instance) this.patch({ instance: { ...instance, ...end, endedAt: end.endedAt ?? instance.endedAt ?? new Date().toISOString() }, connection: 'closed' });
      void this.reload();
    });
    stream.addEventListener('error', () => {
      const { instance } = this.head.get();
      if (stream.readyState === EventSource.CLOSED || !instance) void this.reload(stream.readyState === EventSource.CLOSED);
      if (instance && isOpen(instance.status)) this.patch({ connection: 'reconnecting' });
    });
  }

  close(): void {
    this.stream?.close();
    this.scrubbing?.abort();
    clearTimeout(this.timer);
  }

  node(path: string): RunNode | undefined {
    return (this.past ?? this.live)[path];
  }

  get nodes(): Readonly<Record<string, RunNode>> {
    return this.past ?? this.live;
  }

  subscribe(path: string, listener: () => void): () => void {
    const known = this.listeners.get(path) ?? new Set();
    known.add(listener);
    this.listeners.set(path, known);
    return () => known.delete(listener);
  }

  iterations(path: string): number[] {
    const prefix = `${path}/`;
    const found = new Set<number>();
    for (const key of Object.keys(this.nodes)) {
      if (!key.startsWith(prefix)) continue;
      const index = Number(key.slice(prefix.length).split('/')[0]);
      if (Number.isInteger(index)) found.add(index);
    }
    return [...found].sort((a, b) => a - b);
  }

  /// Shows the run as it was after an event; null: as it is.
  async show(event: number | null): Promise<void> {
    this.scrubbing?.abort();
    if (event === null) {
      this.past = null;
      this.patch({ scrub: null });
      this.tellAll();
      return;
    }
    this.patch({ scrub: event });
    const scrubbing = (this.scrubbing = new AbortController());
    const run = this.head.get().instance?.run?.id;
    try {
      const past = await api.instance(this.id, { at: `${run}:${event}` }, scrubbing.signal);
      if (scrubbing.signal.aborted) return;
      this.past = past.nodes;
      this.tellAll();
    } catch (error) {
      if (!scrubbing.signal.aborted) this.patch({ problem: error as Problem });
    }
  }

  async reload(endsStream = false): Promise<void> {
    try {
      const instance = await api.instance(this.id);
      this.document(instance);
      if (!isOpen(instance.status)) this.patch({ connection: 'closed' });
      else if (endsStream) setTimeout(() => (this.stream?.close(), this.open()), 2000);
    } catch (error) {
      this.patch({ problem: error as Problem });
    }
  }

  private document(instance: Instance): void {
    const before = this.live;
    this.waiting.clear();
    // A node that did not change stays the same object, so that its card is not drawn anew.
    this.live = Object.fromEntries(Object.entries(instance.nodes).map(([path, node]) => [path, JSON.stringify(before[path]) === JSON.stringify(node) ? before[path]! : node]));
    this.patch({ instance, at: Date.now(), problem: null, connection: isOpen(instance.status) ? 'live' : 'closed' });
    if (this.past === null) this.tellAll();
  }

  private later(): void {
    this.timer ??= setTimeout(() => this.flush(), Math.max(gather, this.drawn + drawEvery - performance.now()));
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.drawn = performance.now();
    if (this.waitingLogs.length > 0) {
      this.logs.set([...this.logs.get(), ...this.waitingLogs].slice(-logKept));
      this.waitingLogs = [];
    }
    if (this.waiting.size === 0) return;
    const changed = [...this.waiting.keys()];
    const next = { ...this.live };
    for (const [path, { path: _path, ...change }] of this.waiting) {
      if ('removed' in change) delete next[path];
      else next[path] = { ...(next[path] ?? { status: 'pending', attempts: 0 }), ...change } as RunNode;
    }
    this.live = next;
    this.waiting.clear();
    const { instance } = this.head.get();
    this.patch({ at: Date.now(), instance: instance && { ...instance, nodes: next } });
    if (this.past !== null) return;
    for (const path of changed) for (const listener of [...(this.listeners.get(path) ?? [])]) listener();
    this.version.set(this.version.get() + 1);
  }

  private tellAll(): void {
    for (const listeners of this.listeners.values()) for (const listener of [...listeners]) listener();
    this.version.set(this.version.get() + 1);
  }

  private patch(change: Partial<RunHead>): void {
    this.head.set({ ...this.head.get(), ...change });
  }
}
