// SPDX-License-Identifier: Apache-2.0
// The chain of tasks that decided how long a run took: from the task that ended last back to the
// start, over whichever upstream task ended last.
import type { DagGraph } from '@/api/types.gen';

export interface Span {
  /** Milliseconds since 1970. */
  from: number;
  to: number;
}

/** Ids in the order of the run; empty when nothing has started. */
export function critical_path(
  edges: DagGraph['edges'],
  spans: ReadonlyMap<string, Span>,
): string[] {
  const upstream = new Map<string, string[]>();
  for (const { source, target } of edges) {
    const held = upstream.get(target);
    if (held) held.push(source);
    else upstream.set(target, [source]);
  }
  const last_of = (ids: Iterable<string>): string | null => {
    let last: string | null = null;
    for (const id of ids) {
      const span = spans.get(id);
      const best = last === null ? undefined : spans.get(last);
      if (span && (!best || span.to > best.to)) last = id;
    }
    return last;
  };
  const path: string[] = [];
  const seen = new Set<string>();
  for (let id = last_of(spans.keys()); id !== null && !seen.has(id);) {
    seen.add(id);
    path.unshift(id);
    id = last_of(upstream.get(id) ?? []);
  }
  return path;
}
