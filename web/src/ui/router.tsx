// SPDX-License-Identifier: Apache-2.0
// A small router over the History API: the address is the only state, pages read it with hooks.
// Knows no page; the table of pages is in app/.
import {
  type AnchorHTMLAttributes,
  type MouseEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useSyncExternalStore,
} from 'react';

const CHANGED = 'aiflow:navigated';

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(CHANGED, listener);
  };
}

const address = (): string => window.location.pathname + window.location.search;

/** Asked before the page is left; false keeps it. */
let may_leave: (() => boolean) | null = null;

/** Asks `question` before a page with unsaved work is left, by whatever way. */
export function useLeaveQuestion(has_work: boolean, question: string): void {
  useEffect(() => {
    if (!has_work) return;
    const here = address();
    const ask = (): boolean => window.confirm(question);
    const on_close = (event: BeforeUnloadEvent): void => event.preventDefault();
    // Before the listeners that show another page; the browser has moved already.
    const on_move = (event: PopStateEvent): void => {
      if (window.location.pathname === here.split('?')[0] || ask()) return;
      event.stopImmediatePropagation();
      window.history.pushState(null, '', here);
    };
    may_leave = ask;
    window.addEventListener('beforeunload', on_close);
    window.addEventListener('popstate', on_move, true);
    return () => {
      may_leave = null;
      window.removeEventListener('beforeunload', on_close);
      window.removeEventListener('popstate', on_move, true);
    };
  }, [has_work, question]);
}

/** Gives the page on screen its lasting address; it stays as it is. */
export function settle_at(to: string): void {
  window.history.replaceState(null, '', to);
}

/** Whether a page would ask before it is left. */
export const has_unsaved_work = (): boolean => may_leave !== null;

/** Goes to an address of this page; `replace` leaves no step in the history. */
export function navigate(to: string, replace = false): void {
  if (to === address()) return;
  const moved = to.split('?')[0] !== window.location.pathname;
  if (moved && may_leave && !may_leave()) return;
  window.history[replace ? 'replaceState' : 'pushState'](null, '', to);
  window.dispatchEvent(new Event(CHANGED));
  if (moved) document.querySelector('main')?.scrollTo(0, 0);
}

export interface Place {
  path: string;
  query: URLSearchParams;
}

export function usePlace(): Place {
  const text = useSyncExternalStore(subscribe, address);
  return useMemo(() => {
    const [path = '/', search = ''] = text.split('?', 2);
    return { path, query: new URLSearchParams(search) };
  }, [text]);
}

/** One value of the query and its setter; null removes it. Selections do not fill the history. */
export function useQueryValue(name: string): [string | null, (value: string | null) => void] {
  const { query } = usePlace();
  const set = useCallback((value: string | null) => set_query({ [name]: value }), [name]);
  return [query.get(name), set];
}

/** Changes several values of the query at once; a list is given as often as it has values. */
export function set_query(
  values: Record<string, string | readonly string[] | null>,
  push = false,
): void {
  const query = new URLSearchParams(window.location.search);
  for (const [name, value] of Object.entries(values)) {
    query.delete(name);
    const list = typeof value === 'string' ? [value] : (value ?? []);
    for (const one of list) if (one !== '') query.append(name, one);
  }
  const text = query.toString();
  navigate(window.location.pathname + (text ? `?${text}` : ''), !push);
}

/** Values of a pattern such as "/dags/:dag_id", or null when the path is another one. */
export function match_path(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/').filter(Boolean);
  const given = path.split('/').filter(Boolean);
  if (wanted.length !== given.length) return null;
  const values: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    const text = given[at] ?? '';
    if (part.startsWith(':')) values[part.slice(1)] = decode(text);
    else if (part !== text) return null;
  }
  return values;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  to: string;
  children: ReactNode;
}

/** A link within the page; new tabs and modified clicks stay the browser's. */
export function Link({ to, onClick, children, ...rest }: LinkProps): ReactNode {
  const go = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (event.defaultPrevented || event.button !== 0 || modified) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={to} onClick={go} {...rest}>
      {children}
    </a>
  );
}
