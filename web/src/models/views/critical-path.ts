// SPDX-License-Identifier: Apache-2.0
// The chain of tasks that decided how long a run took: from the task that ended last back to the
// start, over whichever upstream task ended last.
import type { DagGraph, TaskInstance } from '@/api/types.gen';

export interface Span {
  /** Milliseconds since 1970. */
  from: number;
  to: number;
}

function neighbours(edges: DagGraph['edges'], back: boolean): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const { source, target } of edges) {
    const [from, to] = back ? [target, source] : [source, target];
    const held = map.get(from);
    if (held) held.push(to);
    else map.set(from, [to]);
  }
  return map;
}

/** Ids in the order of the run; empty when nothing has started. */
export function critical_path(
  edges: DagGraph['edges'],
  spans: ReadonlyMap<string, Span>,
): string[] {
  const upstream = neighbours(edges, true);
  const downstream = neighbours(edges, false);
  const last_of = (ids: Iterable<string>, not_before = -Infinity): string | null => {
    let last: string | null = null;
    for (const id of ids) {
      const span = spans.get(id);
      const best = last === null ? undefined : spans.get(last);
      if (span && span.to >= not_before && (!best || span.to > best.to)) last = id;
    }
    return last;
  };
  const path: string[] = [];
  const seen = new Set<string>();
  const end = last_of(spans.keys());
  for (let id = end; id !== null && !seen.has(id);) {
    seen.add(id);
    path.unshift(id);
    id = last_of(upstream.get(id) ?? []);
  }
  // What came after it in the same millisecond, as tasks do that need no worker.
  const ended = end === null ? 0 : (spans.get(end)?.to ?? 0);
  const after = (id: string): string | null => last_of(downstream.get(id) ?? [], ended);
  for (let id = end && after(end); id !== null && !seen.has(id); id = after(id)) {
    seen.add(id);
    path.push(id);
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
