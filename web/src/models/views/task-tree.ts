// SPDX-License-Identifier: Apache-2.0
// The tasks of a DAG as a tree: what waits for a task stands below it. A task with several tasks
// before it stands below each; what comes after it is shown once, at the first place.
import type { DagGraph } from '@/api/types.gen';

export interface TreeRow {
  /** The path of ids from the root, which tells its places apart. */
  key: string;
  task_id: string;
  label: string;
  depth: number;
  /** Has something below it, at this place. */
  has_more: boolean;
  is_folded: boolean;
  /** Stands further up with what comes after it. */
  is_repeat: boolean;
}

export function task_tree(graph: DagGraph, folded: ReadonlySet<string>): TreeRow[] {
  const labels = new Map(graph.nodes.map((node) => [node.id, node.label || node.id]));
  const below = new Map<string, string[]>();
  const has_upstream = new Set<string>();
  for (const { source, target } of graph.edges) {
    has_upstream.add(target);
    const held = below.get(source);
    if (held) held.push(target);
    else below.set(source, [target]);
  }
  const rows: TreeRow[] = [];
  const seen = new Set<string>();
  const roots = graph.nodes.map((node) => node.id).filter((id) => !has_upstream.has(id));
  // A stack and no recursion: a chain may be thousands of tasks long.
  const todo = roots.map((id) => ({ id, depth: 0, key: id })).reverse();
  for (let one = todo.pop(); one; one = todo.pop()) {
    const { id, depth, key } = one;
    const next = below.get(id) ?? [];
    const is_repeat = seen.has(id) && next.length > 0;
    const is_folded = folded.has(id) && !is_repeat && next.length > 0;
    rows.push({
      key,
      task_id: id,
      label: labels.get(id) ?? id,
      depth,
      has_more: next.length > 0 && !is_repeat,
      is_folded,
      is_repeat,
    });
    seen.add(id);
    if (is_repeat || is_folded) continue;
    for (const child of [...next].reverse()) {
      todo.push({ id: child, depth: depth + 1, key: `${rows.length}/${child}` });
    }
  }
  return rows;
}
