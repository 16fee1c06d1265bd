// SPDX-License-Identifier: Apache-2.0
// One place that talks to the server. A route is named by its key in api/engine.yaml, so a route
// that is renamed there fails to compile here.
import { ApiError, error_from_answer } from '@/api/error';
import { ROUTES } from '@/api/types.gen';

export type RouteName = keyof typeof ROUTES;

export interface CallOptions {
  /** Values of the {braces} in the path. */
  path?: Record<string, string | number>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  signal?: AbortSignal;
  /** One for each wish of a person (Idempotency-Key): asked again under it, nothing is done twice. */
  wish?: string;
  /** The tag of what is to be changed, as it was seen: the server refuses (412) when it is another. */
  if_match?: string;
}

let csrf_token = '';

/** Remembers the token that each unsafe call must carry; comes with the session. */
export function set_csrf_token(token: string): void {
  csrf_token = token;
}

/** The address of a route, for fetch, <img>, EventSource and WebSocket alike. */
export function route_url(name: RouteName, options: Omit<CallOptions, 'body'> = {}): string {
  const path = ROUTES[name].path.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = options.path?.[key];
    if (value === undefined) throw new Error(`route ${name} needs ${key}`);
    return encodeURIComponent(String(value));
  });
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined && value !== '') query.set(key, String(value));
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

async function read_body(answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (!text) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Calls a route and returns its JSON answer; throws ApiError on any failure. */
export async function call<T>(name: RouteName, options: CallOptions = {}): Promise<T> {
  return (await call_tagged<T>(name, options)).value;
}

/** The same with the answer's ETag, which names what was read; empty when it has none. */
export async function call_tagged<T>(
  name: RouteName,
  options: CallOptions = {},
): Promise<{ value: T; tag: string }> {
  const { method } = ROUTES[name];
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.if_match) headers['If-Match'] = options.if_match;
  if (method !== 'GET' && csrf_token) headers['X-CSRF-Token'] = csrf_token;
  if (options.wish) headers['Idempotency-Key'] = options.wish;
  let answer: Response;
  try {
    answer = await fetch(route_url(name, options), {
      method,
      headers,
      credentials: 'same-origin',
      ...(options.body !== undefined ? { body: JSON.stringify(options.body) } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, 'unavailable', 'the server does not answer', '');
  }
  const body = await read_body(answer);
  if (!answer.ok) {
    throw error_from_answer(answer.status, body, answer.headers.get('X-Request-Id') ?? '');
  }
  return { value: body as T, tag: answer.headers.get('ETag') ?? '' };
}

/** A page of a list route. */
export interface ListAnswer<T> {
  items: T[];
  total_entries: number;
  /** Of lists that go on by cursor; null on the last page. */
  next_cursor?: string | null;
}

/** Calls a list route and returns its items. */
export async function call_list<T>(name: RouteName, options: CallOptions = {}): Promise<T[]> {
  const answer = await call<ListAnswer<T>>(name, options);
  return answer.items;
}

/** The most that the server gives of a list at once. */
const PAGE_ITEMS_MAX = 1000;

/** Calls a list route for all of its items, page by page. */
export async function call_all<T>(name: RouteName, options: CallOptions = {}): Promise<T[]> {
  const items: T[] = [];
  let place: { cursor: string } | { offset: number } = { offset: 0 };
  for (;;) {
    const query = { ...options.query, limit: PAGE_ITEMS_MAX, ...place };
    const page: ListAnswer<T> = await call(name, { ...options, query });
    items.push(...page.items);
    const next = page.next_cursor;
    const is_last = next === undefined ? items.length >= page.total_entries : next === null;
    if (is_last || page.items.length === 0) return items;
    place = next ? { cursor: next } : { offset: items.length };
  }
}
