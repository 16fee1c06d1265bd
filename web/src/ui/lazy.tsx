// SPDX-License-Identifier: Apache-2.0
import { type ComponentType, type ReactNode, useEffect, useState } from 'react';
import { Skeleton } from '@/ui/feedback';
import { has_unsaved_work } from '@/ui/router';

interface Module<P> {
  default: ComponentType<P>;
}

/** A skeleton that is there for a moment only is worse than none. */
const SKELETON_MS = 150;

function Waiting(): ReactNode {
  const [late, set_late] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => set_late(true), SKELETON_MS);
    return () => window.clearTimeout(timer);
  }, []);
  return <div className="page">{late && <Skeleton rows={6} height={44} />}</div>;
}

/** Twice in this time is no accident: the error is shown then. */
const RELOAD_MS = 30_000;
const RELOADED_AT = 'aiflow.reloaded_at';
/** A server that does not answer in this time is away. */
const ANSWER_MS = 3000;

/** Whether loading the page anew brings it: not while the server is away, or over somebody's work. */
async function may_reload(): Promise<boolean> {
  const before = Number(sessionStorage.getItem(RELOADED_AT) ?? 0);
  if (Date.now() - before < RELOAD_MS || has_unsaved_work()) return false;
  return fetch('/', { cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS) }).then(
    (answer) => answer.ok,
    () => false,
  );
}

/**
 * Loads a part of the dashboard. A browser keeps it when one has failed, so the page is loaded anew where
 * that can be done: the network has changed in that moment, or the server was upgraded and its parts
 * have other names.
 */
export async function load_code<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!(await may_reload())) throw error;
    sessionStorage.setItem(RELOADED_AT, String(Date.now()));
    window.location.reload();
    return new Promise(() => undefined);
  }
}

/**
 * A component whose code comes when it is first shown. React's own lazy() is used with Suspense,
 * which shows nothing new for 300 ms after it has shown a fallback; on a page that is there after
 * 50 ms this is most of the wait. Code that does not come is an error of the page around it.
 */
export function lazy<P extends object>(load: () => Promise<Module<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P): ReactNode {
    const [Shown, set_shown] = useState(() => loaded);
    const [error, set_error] = useState<unknown>(null);
    useEffect(() => {
      if (Shown) return;
      load_code(load).then((module) => {
        loaded = module.default;
        set_shown(() => module.default);
      }, set_error);
    }, [Shown]);
    if (error) throw error as Error;
    return Shown ? <Shown {...props} /> : <Waiting />;
  };
}
