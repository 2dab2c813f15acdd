import type { GraphEdge } from './model';
import { startPath } from './model';

export type NodeStatus = 'pending' | 'scheduled' | 'running' | 'waiting' | 'retrying' | 'succeeded' | 'failed' | 'timed_out' | 'skipped' | 'cancelled' | 'compensated';
export type InstanceStatus = 'queued' | 'running' | 'stuck' | 'completed' | 'failed' | 'timed_out' | 'cancelled' | 'terminated' | 'not_triggered';

export interface NodeError {
  code: string;
  message: string;
  node?: string;
  attempt?: number;
  retryable?: boolean;
  cause?: NodeError | null;
  data?: unknown;
}

/// Why a node does not move.
export interface Reason {
  kind: 'event' | 'approval' | 'timer' | 'retry' | 'queue' | 'limit' | 'worker' | string;
  type?: string | string[];
  key?: string;
  until?: string;
  queue?: string;
  message?: string;
  attempt?: number;
  of?: number;
  received?: number;
  code?: string;
  assignees?: unknown;
}

/// One node of an instance document.
export interface RunNode {
  status: NodeStatus;
  attempts: number;
  startedAt?: string | null;
  endedAt?: string | null;
  input?: unknown;
  output?: unknown;
  error?: NodeError | null;
  case?: string;
  reason?: Reason | null;
  counts?: Partial<Record<NodeStatus, number>> | null;
  maxAttempts?: number;
  /// The failure went on to another node.
  handled?: boolean;
  /// Input and output are too large to be sent unasked.
  omitted?: boolean;
  /// The instance that a workflow node started.
  child?: string;
  tries?: Try[];
}

/// One attempt of a node.
export interface Try {
  attempt: number;
  scheduledAt: string | null;
  startedAt: string | null;
  endedAt: string | null;
  outcome: string;
  worker?: string;
  error?: { code: string; message: string };
}

export const settled: ReadonlySet<NodeStatus> = new Set(['succeeded', 'failed', 'timed_out', 'skipped', 'cancelled', 'compensated']);
export const active: ReadonlySet<NodeStatus> = new Set(['scheduled', 'running', 'waiting', 'retrying']);
const openInstances: ReadonlySet<InstanceStatus> = new Set(['queued', 'running', 'stuck']);

export function isOpen(status: InstanceStatus): boolean {
  return openInstances.has(status);
}

export type EdgeState = 'open' | 'taken' | 'failure' | 'dead';

function decisionOf(node: RunNode): string | undefined {
  if (node.case) return node.case;
  const output = node.output as { decision?: unknown } | null | undefined;
  return typeof output?.decision === 'string' ? output.decision : undefined;
}

/// How an edge settled, as far as its source tells.
export function edgeState(edge: GraphEdge, source: RunNode | undefined): EdgeState {
  if (edge.from === startPath) return 'taken';
  if (!source || !settled.has(source.status)) return 'open';
  const port = edge.port;
  switch (source.status) {
    case 'succeeded':
    case 'compensated':
      if (port === null || port === 'done') return 'taken';
      if (port === 'failed' || port === 'skipped') return 'dead';
      return decisionOf(source) === port ? 'taken' : 'dead';
    case 'failed':
    case 'timed_out':
      return port === 'failed' || port === 'done' ? 'failure' : 'dead';
    case 'skipped':
      return port === 'skipped' ? 'taken' : 'dead';
    default:
      return 'dead';
  }
}
