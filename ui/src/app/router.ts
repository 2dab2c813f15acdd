import { useSyncExternalStore } from 'react';

/// The address is the state of what is shown: pages read it and change it, nothing else routes.
export interface Location {
  path: string;
  query: URLSearchParams;
}

let current: Location = read();
const listeners = new Set<() => void>();
let guard: (() => boolean) | null = null;

function read(): Location {
  return { path: window.location.pathname, query: new URLSearchParams(window.location.search) };
}

function changed(): void {
  current = read();
  for (const listener of [...listeners]) listener();
}

window.addEventListener('popstate', changed);

/// Asked before another page is shown; false keeps this one.
export function setLeaveGuard(ask: (() => boolean) | null): void {
  guard = ask;
}

export function go(to: string, options: { replace?: boolean } = {}): void {
  const samePage = to.split('?')[0] === window.location.pathname;
  if (!samePage && guard && !guard()) return;
  if (options.replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  changed();
}

/// Changes some parameters of the address and keeps the rest; null removes one.
export function setQuery(changes: Record<string, string | null>, options: { replace?: boolean } = { replace: true }): void {
  const query = new URLSearchParams(window.location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  go(window.location.pathname + (text ? `?${text}` : ''), options);
}

export function useLocation(): Location {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

/// The decoded parts of `path` where it fits the pattern `/a/:b`, else null.
export function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.replace(/\/$/, '').split('/');
  if (wanted.length !== given.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':')) {
      try {
        parameters[part.slice(1)] = decodeURIComponent(value);
      } catch {
        return null;
      }
    } else if (part !== value) {
      return null;
    }
  }
  return parameters;
}

export const paths = {
  workflows: '/workflows',
  editor: (ns: string, name: string) => `/workflows/${encodeURIComponent(ns)}/${encodeURIComponent(name)}`,
  draft: '/new',
  instances: '/instances',
  instance: (id: string) => `/instances/${encodeURIComponent(id)}`,
  triggers: '/triggers',
  approvals: '/approvals',
  notifications: '/notifications',
  queues: '/queues',
  secrets: '/secrets',
  tokens: '/tokens',
  audit: '/audit',
};
