// SPDX-License-Identifier: Apache-2.0
// A search through a whole log that is too large to be held.
import { useEffect, useState } from 'react';
import type { LogPiece } from '@/models/log/part';
import { type Scan, scan_log } from '@/models/log/scan';

/** One types on; only what stands for this long is searched for. */
const TYPING_MS = 300;
/** The numbers move at most this often. */
const SHOW_MS = 200;

export interface LogSearchProps {
  read: (offset: number, signal?: AbortSignal) => Promise<LogPiece>;
  needle: string;
  /** Whether there is anything to do: a log that is held as a whole is searched where it is. */
  enabled: boolean;
}

/** What was found so far; null = nothing is searched for. */
export function useLogSearch({ read, needle, enabled }: LogSearchProps): Scan | null {
  const [scan, set_scan] = useState<Scan | null>(null);
  useEffect(() => {
    set_scan(null);
    if (!enabled || !needle) return;
    const abort = new AbortController();
    const wanted = needle.toLowerCase();
    let shown = 0;
    const on_progress = (now: Scan): void => {
      if (!now.done && performance.now() - shown < SHOW_MS) return;
      shown = performance.now();
      set_scan(now);
    };
    const start = (): void => {
      scan_log({
        read: (offset) => read(offset, abort.signal),
        matches: (plain) => plain.toLowerCase().includes(wanted),
        on_progress,
      }).catch(() => {
        if (!abort.signal.aborted) set_scan((now) => now && { ...now, done: true });
      });
    };
    const timer = window.setTimeout(start, TYPING_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [read, needle, enabled]);
  return scan;
}
