// SPDX-License-Identifier: Apache-2.0
// The chain of tasks that decided how long a run took: from the task that ended last back to the
// start, over whichever upstream task ended last.
import type { DagGraph, TaskInstance } from '@/api/types.gen';

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

/** From the first start to the last end of each task that has begun; what still runs ends `now`. */
export function task_spans(instances: readonly TaskInstance[], now: number): Map<string, Span> {
  const spans = new Map<string, Span>();
  for (const { task_id, start_date, end_date } of instances) {
    if (!start_date) continue;
    const from = Date.parse(start_date);
    const to = Math.max(from, end_date ? Date.parse(end_date) : now);
    const held = spans.get(task_id);
    spans.set(task_id, {
      from: Math.min(from, held?.from ?? from),
      to: Math.max(to, held?.to ?? to),
    });
  }
  return spans;
}
