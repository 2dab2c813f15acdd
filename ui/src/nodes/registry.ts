import type { Kind } from '../graph/model';
import { approval } from './approval';
import { emit } from './emit';
import { event } from './event';
import { fail } from './fail';
import { foreach } from './foreach';
import { group } from './group';
import { http } from './http';
import type { KindSpec } from './kind';
import { loop } from './loop';
import { notify } from './notify';
import { python } from './python';
import { set } from './set';
import { shell } from './shell';
import { switchKind } from './switch';
import { wait } from './wait';
import { workflow } from './workflow';

/// Every kind of node, in the palette's order.
export const registry: Record<Kind, KindSpec> = {
  http, shell, python, emit, notify,
  switch: switchKind, foreach, loop, group, workflow, fail,
  wait, event, approval,
  set,
};

export const specs: readonly KindSpec[] = Object.values(registry);
export const kindNames: ReadonlySet<string> = new Set(Object.keys(registry));
