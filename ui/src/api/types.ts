import type { Graph } from '../graph/model';
import type { InstanceStatus, NodeError, Reason, RunNode } from '../graph/run';
import type { components, operations } from '#openapi';

/// What the server sends, by its own description (`npm run api` makes types of it). Where a value is free in
/// the description, what the pages read of it is told here.
type Schemas = components['schemas'];

export interface List<T> {
  items: T[];
  next?: string | null;
}

export type Diagnostic = Schemas['Diagnostic'];
export type WorkflowItem = Schemas['WorkflowItem'];
export type WorkflowStats = Schemas['WorkflowStats'];
export type RevisionItem = Schemas['RevisionItem'];
export type Deployed = Schemas['Deployed'];
export type DraftItem = Schemas['DraftItem'];
export type ServerDraft = Schemas['Draft'];
export type Started = Schemas['Started'];
export type Trigger = Schemas['Trigger'];
export type InstanceItem = Schemas['InstanceItem'];
export type LogLine = Schemas['LogLine'];
export type HistoryEvent = Schemas['HistoryEvent'];
export type Delivery = Schemas['Delivery'] & { payload?: unknown; input?: unknown };
export type Channel = Schemas['Channel'];
export type ChannelChange = Schemas['ChannelChange'];
export type ChannelTest = Schemas['ChannelTest'];
export type Notification = Schemas['Notification'];
export type Queue = Schemas['Queue'];
export type Session = Schemas['Session'];
export type Permission = Schemas['Permission'];
export type Token = Schemas['Token'];
export type TokenWish = operations['createToken']['requestBody']['content']['application/json'];
export type NewToken = Token & { token: string };
export type Secret = Schemas['Secret'];
export type AuditEntry = Schemas['AuditEntry'];
export type Rerun = Schemas['Rerun'];
export type Evaluation = Schemas['Evaluation'];
export type JsonSchema = Record<string, unknown>;

export type Approval = Omit<Schemas['Approval'], 'title' | 'form'> & { title?: string | null; form?: JsonSchema | null };

export interface Validation {
  diagnostics: Diagnostic[];
  graph: Graph | null;
  document: unknown;
}

/// A revision as a whole.
export interface WorkflowDetail extends RevisionItem {
  source: string;
  graph: Graph;
  input: JsonSchema | null;
  manual: boolean;
}

export interface Instance {
  id: string;
  workflow: string;
  namespace: string;
  revision: number | null;
  status: InstanceStatus;
  reason?: Reason;
  trigger: { kind: string | null; id?: string };
  input: unknown;
  output: unknown;
  error: NodeError | null;
  startedAt: string | null;
  endedAt: string | null;
  run: { id: string; events: number };
  nodes: Record<string, RunNode>;
  parent?: unknown;
  children?: Record<string, string>;
}
