import type { Graph } from '../graph/model';
import type { InstanceStatus, NodeError, RunNode } from '../graph/run';

export interface List<T> {
  items: T[];
  next?: string | null;
}

export interface Diagnostic {
  severity: 'error' | 'warning';
  code: string;
  message: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  path?: string;
  hint?: string | null;
}

export interface Validation {
  diagnostics: Diagnostic[];
  graph: Graph | null;
  document: unknown;
}

export interface WorkflowItem {
  namespace: string;
  name: string;
  title?: string | null;
  description?: string | null;
  labels?: Record<string, string> | null;
  revision: number;
  digest?: string;
  createdAt?: string;
  updatedAt?: string;
}

export interface WorkflowDetail extends WorkflowItem {
  source?: string;
  definition?: Record<string, unknown>;
}

export interface RevisionItem {
  revision: number;
  digest: string;
  createdAt?: string;
  createdBy?: string;
  title?: string | null;
}

export interface Trigger {
  id: string;
  kind: 'manual' | 'webhook' | 'cron' | 'event';
  paused?: boolean;
  note?: string | null;
  cron?: string;
  timezone?: string;
  overlap?: string;
  nextFireTimes?: string[] | null;
  problem?: string | null;
  runs?: { id: string; runId: string; scheduledAt: string | null; startedAt: string | null }[];
  counts?: { started: number; skipped: number; missed: number; buffered: number };
  path?: string;
  methods?: string[];
  auth?: string | null;
  respond?: string;
  type?: string;
  source?: string | null;
  enabled?: boolean;
}

export interface InstanceItem {
  id: string;
  workflow: string;
  namespace: string;
  revision?: number | null;
  status: InstanceStatus;
  trigger?: { kind: string; id?: string } | null;
  key?: string | null;
  title?: string | null;
  startedAt: string | null;
  endedAt: string | null;
  error?: NodeError | null;
  nodes?: { path: string; status?: string }[] | Record<string, RunNode> | string[] | null;
}

export interface Instance extends InstanceItem {
  input: unknown;
  output: unknown;
  run?: { id: string; events: number };
  nodes: Record<string, RunNode>;
  parent?: { id: string; node?: string } | null;
  children?: { id: string; node?: string; workflow?: string }[];
  stuck?: { cause?: string; message?: string } | null;
}

export interface LogLine {
  path: string;
  attempt: number;
  stream: 'stdout' | 'stderr' | string;
  text: string;
  at: string;
}

export interface HistoryEvent {
  id: number;
  type: string;
  at: string;
  path?: string | null;
  attempt?: number | null;
  [more: string]: unknown;
}

export interface Delivery {
  id: string;
  kind: string;
  namespace: string;
  workflow: string;
  trigger: string;
  status: 'pending' | 'started' | 'joined' | 'ignored' | 'failed' | string;
  key?: string | null;
  instance?: string | null;
  receivedAt: string;
  settledAt?: string | null;
  attempts?: number;
  error?: { code: string; message: string } | null;
  payload?: unknown;
  input?: unknown;
}

export interface Approval {
  id: string;
  instance: string;
  namespace: string;
  workflow: string;
  node: string;
  title?: string | null;
  form?: Record<string, unknown> | null;
  assignees?: unknown;
  since?: string;
}

export interface Channel {
  name: string;
  kind: string;
  language?: string;
  events?: string[];
  config?: Record<string, unknown>;
}

export interface Notification {
  id: string;
  event: string;
  channel: string;
  instance?: string | null;
  workflow?: string | null;
  namespace?: string | null;
  status: string;
  attempts?: number;
  error?: { code?: string; message?: string } | string | null;
  createdAt?: string;
  deliveredAt?: string | null;
}

export interface Secret {
  name: string;
  namespace?: string;
  createdAt?: string;
  updatedAt?: string;
}

export interface AuditEntry {
  id: string;
  at: string;
  actor: string;
  remote?: string;
  action: string;
  target: string;
  detail?: unknown;
}

export type JsonSchema = Record<string, unknown>;
