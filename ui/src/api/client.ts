import { jsonText } from '../document/values';
import { signedOut } from './session';

/// A call that did not succeed, as the server tells it (RFC 9457), or that did not reach it (`status` 0).
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly extra: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

const base = '/api/v1';

interface Options {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  json?: unknown;
  /// A body that is not JSON, with its content type.
  text?: { type: string; body: string };
  query?: Record<string, string | number | boolean | null | undefined>;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export function url(path: string, query: Options['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return base + path + (text ? `?${text}` : '');
}

async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    const body = JSON.parse(text) as Record<string, unknown>;
    const message = typeof body.detail === 'string' ? body.detail : String(body.title ?? response.statusText);
    return new Problem(response.status, String(body.code ?? response.status), message, body);
  } catch {
    return new Problem(response.status, String(response.status), text || response.statusText);
  }
}

async function send(path: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
  let body: string | undefined;
  if (options.text) {
    headers['Content-Type'] = options.text.type;
    body = options.text.body;
  } else if (options.json !== undefined) {
    headers['Content-Type'] = 'application/json';
    body = jsonText(options.json);
  }
  let response: Response;
  try {
    response = await fetch(url(path, options.query), {
      method: options.method ?? (body === undefined ? 'GET' : 'POST'),
      headers,
      body,
      signal: options.signal,
      credentials: 'same-origin',
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, 'unreachable', 'The server does not answer.');
  }
  if (response.status === 401) signedOut.set(true);
  if (!response.ok) throw await problemOf(response);
  return response;
}

export async function call<T>(path: string, options: Options = {}): Promise<T> {
  const response = await send(path, options);
  const text = await response.text();
  return (text ? JSON.parse(text) : null) as T;
}

/// Parts of a path, encoded: ids may hold any character.
export function at(...parts: string[]): string {
  return parts.map((part) => '/' + encodeURIComponent(part)).join('');
}
