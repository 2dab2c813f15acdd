import type { Graph } from '../graph/model';
import { at, call, Problem, url } from './client';
import type { Approval, AuditEntry, Channel, ChannelChange, ChannelTest, Delivery, Deployed, DraftItem, Evaluation, HistoryEvent, Instance, InstanceItem, JsonSchema, List, LogLine, NewToken, Notification, Queue, Rerun, RevisionItem, Secret, ServerDraft, Session, Started, Token, TokenWish, Trigger, Validation, WorkflowDetail, WorkflowItem } from './types';

type Signal = AbortSignal | undefined;
type Filters = Record<string, string | number | null | undefined>;

const workflow = (ns: string, name: string) => `/workflows${at(ns, name)}`;
const instance = (id: string) => `/instances${at(id)}`;

const ifMatch = (version: string | null): Record<string, string> => (version ? { 'If-Match': `"${version}"` } : {});

/// Every call the pages make, by its meaning.
export const api = {
  session: (signal?: Signal) => call<Session>('/session', { signal }),
  signIn: (token: string) => call<unknown>('/session', { method: 'POST', headers: { Authorization: `Bearer ${token}` } }),
  /// Whether the server reaches all it needs; fails when there is no server.
  ready: async (signal: AbortSignal): Promise<boolean> => {
    try {
      return (await fetch('/readyz', { signal })).ok;
    } catch (error) {
      if (signal.aborted) throw error;
      throw new Problem(0, 'unreachable', 'The server does not answer.');
    }
  },

  validate: (text: string, signal?: Signal) => call<Validation>('/validate', { text: { type: 'application/yaml', body: text }, signal }),
  schema: (signal?: Signal) => call<JsonSchema>('/schema', { signal }),
  evaluate: (body: Record<string, unknown>, signal?: Signal) => call<Evaluation>('/evaluate', { json: body, signal }),
  cronPreview: (expression: string, timezone: string, signal?: Signal) => call<{ nextFireTimes: string[] }>('/cron/preview', { query: { expression, timezone }, signal }),

  workflows: (signal?: Signal) => call<List<WorkflowItem>>('/workflows', { query: { limit: 500 }, signal }),
  /// With triggers, next fire and what the runs of a day came to.
  workflowsInDetail: (signal?: Signal) => call<List<WorkflowItem>>('/workflows', { query: { limit: 500, details: true }, signal }),
  workflow: (ns: string, name: string, signal?: Signal) => call<WorkflowDetail>(workflow(ns, name), { signal }),
  revisions: (ns: string, name: string, signal?: Signal) => call<List<RevisionItem>>(`${workflow(ns, name)}/revisions`, { signal }),
  revision: (ns: string, name: string, revision: number, signal?: Signal) => call<WorkflowDetail>(`${workflow(ns, name)}/revisions/${revision}`, { signal }),
  deploy: (text: string) => call<Deployed>('/workflows', { text: { type: 'application/yaml', body: text } }),
  remove: (ns: string, name: string) => call<null>(workflow(ns, name), { method: 'DELETE' }),
  test: (body: Record<string, unknown>) => call<{ id: string }>('/test', { json: body }),
  drafts: (ns: string | null, signal?: Signal) => call<List<DraftItem>>('/drafts', { query: { namespace: ns }, signal }),
  draft: (ns: string, name: string, signal?: Signal) => call<ServerDraft>(`/drafts${at(ns, name)}`, { signal }),
  /// `seen`: the version it takes the place of; null: none is known.
  putDraft: (ns: string, name: string, text: string, revision: number, seen: string | null) =>
    call<DraftItem>(`/drafts${at(ns, name)}`, { method: 'PUT', json: { text, revision }, headers: ifMatch(seen) }),
  removeDraft: (ns: string, name: string, seen: string) => call<null>(`/drafts${at(ns, name)}`, { method: 'DELETE', headers: ifMatch(seen) }),
  start: (ns: string, name: string, input: unknown, key: string) => call<Started>(`${workflow(ns, name)}/instances`, { json: key ? { input, key } : { input } }),

  triggers: (ns: string, name: string, signal?: Signal) => call<List<Trigger>>(`${workflow(ns, name)}/triggers`, { signal }),
  triggerAction: (ns: string, name: string, id: string, action: 'pause' | 'resume' | 'fire' | 'backfill', body: unknown = {}) =>
    call<Record<string, unknown>>(`${workflow(ns, name)}/triggers${at(id)}/${action}`, { json: body }),

  instances: (filters: Filters, signal?: Signal) => call<List<InstanceItem>>('/instances', { query: filters, signal }),
  instance: (id: string, query: Filters = {}, signal?: Signal) => call<Instance>(instance(id), { query, signal }),
  instanceDefinition: (id: string, signal?: Signal) => call<{ source: string; graph: Graph }>(`${instance(id)}/definition`, { signal }),
  instanceStream: (id: string) => url(`${instance(id)}/stream`),
  logs: (id: string, query: Filters = {}, signal?: Signal) => call<List<LogLine>>(`${instance(id)}/logs`, { query, signal }),
  history: (id: string, query: Filters = {}, signal?: Signal) => call<List<HistoryEvent>>(`${instance(id)}/history`, { query, signal }),
  cancel: (id: string) => call<unknown>(`${instance(id)}/cancel`, { json: {} }),
  terminate: (id: string, reason: string) => call<unknown>(`${instance(id)}/terminate`, { json: { reason } }),
  rerun: (id: string, body: Record<string, unknown>) => call<Rerun>(`${instance(id)}/rerun`, { json: body }),
  sendTo: (id: string, event: Record<string, unknown>) => call<unknown>(`${instance(id)}/event`, { json: event }),
  approve: (id: string, node: string, decision: string, data: unknown) => call<unknown>(`${instance(id)}/approve`, { json: { node, decision, data } }),

  publish: (event: Record<string, unknown>) => call<unknown>('/events', { text: { type: 'application/cloudevents+json', body: JSON.stringify(event) } }),
  deliveries: (filters: Filters, signal?: Signal) => call<List<Delivery>>('/deliveries', { query: filters, signal }),
  delivery: (id: string, signal?: Signal) => call<Delivery>(`/deliveries${at(id)}`, { signal }),
  replay: (id: string) => call<Started>(`/deliveries${at(id)}/replay`, { method: 'POST' }),

  approvals: (signal?: Signal) => call<List<Approval>>('/approvals', { signal }),
  queues: (signal?: Signal) => call<List<Queue>>('/queues', { signal }),
  channels: (signal?: Signal) => call<List<Channel>>('/channels', { signal }),
  putChannel: (channel: ChannelChange) => call<Channel>('/channels', { json: channel }),
  removeChannel: (name: string) => call<null>(`/channels${at(name)}`, { method: 'DELETE' }),
  testChannel: (name: string) => call<ChannelTest>(`/channels${at(name)}/test`, { method: 'POST' }),
  notifications: (filters: Filters, signal?: Signal) => call<List<Notification>>('/notifications', { query: filters, signal }),
  secrets: (ns: string, signal?: Signal) => call<List<Secret>>('/secrets', { query: { namespace: ns }, signal }),
  setSecret: (ns: string, name: string, value: string) => call<unknown>('/secrets', { json: { namespace: ns, name, value } }),
  removeSecret: (ns: string, name: string) => call<null>(`/secrets${at(ns, name)}`, { method: 'DELETE' }),
  tokens: (signal?: Signal) => call<List<Token>>('/tokens', { signal }),
  makeToken: (wanted: TokenWish) => call<NewToken>('/tokens', { json: wanted }),
  revokeToken: (id: string) => call<null>(`/tokens${at(id)}`, { method: 'DELETE' }),
  audit: (filters: Filters, signal?: Signal) => call<List<AuditEntry>>('/audit', { query: filters, signal }),
};
