// SPDX-License-Identifier: Apache-2.0
import { type ComponentType, type ReactNode, useEffect, useState } from 'react';
import { Skeleton } from '@/ui/feedback';

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

/** Waits before code is asked for again: a network that comes back, or has just changed, needs no more. */
const AGAIN_MS = [300, 1500];

/** Loads code; when it does not come at once it is asked for again, before that is an error. */
export async function load_code<T>(load: () => Promise<T>): Promise<T> {
  for (const wait of AGAIN_MS) {
    try {
      return await load();
    } catch {
      await new Promise((done) => window.setTimeout(done, wait));
    }
  }
  return load();
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
