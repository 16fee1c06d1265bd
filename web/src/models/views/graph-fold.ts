// SPDX-License-Identifier: Apache-2.0
// A graph with some of its groups shown as one box each.
import type { DagGraph, TaskInstance } from '@/api/types.gen';
import { group_key } from '@/models/dag-graph';
import { type TaskSummary, summary_by_task } from '@/models/instances';

export interface FoldedGraph {
  graph: DagGraph;
  /** The box in which each task is: itself, or `group_key` of the outermost folded group. */
  box_of: ReadonlyMap<string, string>;
  /** Tasks in each folded box. */
  tasks_in: ReadonlyMap<string, number>;
}

/** The outermost folded group that holds each group; itself may be it. */
function folded_into(graph: DagGraph, folded: ReadonlySet<string>): Map<string, string> {
  const parent_of = new Map(graph.groups.map((group) => [group.id, group.parent ?? null]));
  const result = new Map<string, string>();
  for (const group of graph.groups) {
    let outermost: string | null = null;
    const seen = new Set<string>();
    for (let id: string | null = group.id; id && !seen.has(id); id = parent_of.get(id) ?? null) {
      seen.add(id);
      if (folded.has(id)) outermost = id;
    }
    if (outermost) result.set(group.id, outermost);
  }
  return result;
}

export function fold_groups(graph: DagGraph, folded: ReadonlySet<string>): FoldedGraph {
  const into = folded_into(graph, folded);
  const box_of = new Map<string, string>();
  const tasks_in = new Map<string, number>();
  const nodes: DagGraph['nodes'] = [];
  for (const node of graph.nodes) {
    const group = node.group ? into.get(node.group) : undefined;
    box_of.set(node.id, group ? group_key(group) : node.id);
    if (!group) {
      nodes.push(node);
      continue;
    }
    const key = group_key(group);
    const held = tasks_in.get(key) ?? 0;
    tasks_in.set(key, held + 1);
    if (held > 0) continue;
    const at = graph.groups.find((one) => one.id === group);
    nodes.push({
      ...node,
      id: key,
      label: at?.label || group,
      group: at?.parent ?? null,
      is_mapped: false,
      is_branch: false,
      doc_md: '',
    });
  }
  const edges = new Map<string, DagGraph['edges'][number]>();
  for (const edge of graph.edges) {
    const source = box_of.get(edge.source) ?? edge.source;
    const target = box_of.get(edge.target) ?? edge.target;
    if (source === target) continue;
    const name = JSON.stringify([source, target]);
    // Edges that become one keep their words when they all say the same.
    const label = edges.get(name)?.label ?? edge.label;
    const is_one = !edges.has(name) || edges.get(name)?.label === edge.label;
    edges.set(name, { source, target, ...(label && is_one ? { label } : {}) });
  }
  return {
    graph: {
      ...graph,
      nodes,
      groups: graph.groups.filter((group) => !into.has(group.id)),
      edges: [...edges.values()],
    },
    box_of,
    tasks_in,
  };
}

/** How each box stands: the tasks by themselves, those in a folded group together. */
export function box_summaries(
  instances: readonly TaskInstance[],
  box_of: ReadonlyMap<string, string>,
): Map<string, TaskSummary> {
  return summary_by_task(
    instances.map((one) => {
      const box = box_of.get(one.task_id) ?? one.task_id;
      return box === one.task_id ? one : { ...one, task_id: box };
    }),
  );
}

/** Graphs of more tasks begin with their outer groups folded. */
const TASKS_UNFOLDED_MAX = 200;
const NONE = '-';

/** Ids of folded groups from a page's address. */
export function read_folded(text: string | null, graph: DagGraph): Set<string> {
  if (text === null) {
    const is_large = graph.nodes.length > TASKS_UNFOLDED_MAX;
    return new Set(graph.groups.filter((one) => is_large && !one.parent).map((one) => one.id));
  }
  const known = new Set(graph.groups.map((group) => group.id));
  return new Set(text.split(',').filter((id) => known.has(id)));
}

export function write_folded(folded: ReadonlySet<string>): string {
  return [...folded].join(',') || NONE;
}
