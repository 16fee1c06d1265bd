// SPDX-License-Identifier: Apache-2.0
// States, selection and the critical path painted on a laid-out graph.
import type { Edge, Node } from '@xyflow/react';
import type { DagGraph } from '@/api/types.gen';
import type { Layout } from '@/queries/use-layout';
import type { GroupNode, TaskData, TaskNode } from '@/features/workflows/graph/graph-nodes';
import { group_key, group_widths, is_large } from '@/models/dag-graph';
import type { TaskSummary } from '@/models/instances';
import { edge_path, rects_of } from '@/models/views/graph-svg';

export interface PaintOptions {
  graph: DagGraph;
  layout: Layout;
  states: Map<string, TaskSummary>;
  selected: string | null;
  /** Ids to keep bright; null = all. */
  on_path: Set<string> | null;
  /** Ids of boxes on the run's critical path, in its order. */
  critical: readonly string[];
  /** Tasks in each folded box. */
  tasks_in: ReadonlyMap<string, number>;
  on_fold: (box: string) => void;
}

export function paint_nodes(options: PaintOptions): (TaskNode | GroupNode)[] {
  const { graph, layout, states, selected, on_path, tasks_in, on_fold } = options;
  const critical = new Set(options.critical);
  const tasks = new Map(graph.nodes.map((node) => [node.id, node]));
  const groups = new Map(graph.groups.map((group) => [group_key(group.id), group]));
  const widths = group_widths(graph, states);
  return layout.boxes.flatMap((box): (TaskNode | GroupNode)[] => {
    const common = {
      id: box.id,
      position: { x: box.x, y: box.y },
      width: box.width,
      height: box.height,
      ...(box.parent ? { parentId: box.parent } : {}),
    };
    const group = groups.get(box.id);
    if (group) {
      const data = {
        label: group.label || group.id,
        is_mapped: group.is_mapped,
        on_fold,
        width: widths.get(group.id) ?? null,
      };
      return [{ ...common, type: 'group_box', data, selectable: false, focusable: false }];
    }
    const node = tasks.get(box.id);
    if (!node) return [];
    const data = {
      node,
      summary: states.get(box.id),
      dim: on_path !== null && !on_path.has(box.id),
      direction: layout.direction,
      critical: critical.has(box.id),
      folded: tasks_in.get(box.id) ?? null,
      on_fold,
    };
    // Above the joined edges, which are above the groups.
    return [{ ...common, type: 'task', data, selected: box.id === selected, zIndex: 1 }];
  });
}

const edge_name = (source: string, target: string): string => `${source}->${target}`;

/** The edges from each box of the path to the next. */
export function critical_edges(path: readonly string[]): Set<string> {
  const pairs = path.slice(1).map((to, at) => edge_name(path[at] ?? '', to));
  return new Set(pairs);
}

export function paint_edges(options: PaintOptions): Edge[] {
  const { graph, states, on_path } = options;
  const strong = critical_edges(options.critical);
  return graph.edges.map((edge) => {
    const dim = on_path !== null && !(on_path.has(edge.source) && on_path.has(edge.target));
    const target = states.get(edge.target)?.state;
    const source = states.get(edge.source)?.state;
    const is_critical = strong.has(edge_name(edge.source, edge.target));
    return {
      id: edge_name(edge.source, edge.target),
      source: edge.source,
      target: edge.target,
      ...(edge.label ? { label: edge.label, labelBgPadding: [5, 2] as [number, number] } : {}),
      className: [
        is_critical ? 'graph-edge-critical' : '',
        dim ? 'graph-edge-dim' : '',
        target === 'skipped' ? 'graph-edge-skipped' : '',
        source === 'success' && target !== 'skipped' ? 'graph-edge-done' : '',
      ].join(' '),
      focusable: false,
    };
  });
}

export interface SplitEdges {
  /** Each an element of its own; of a large graph those with a label. */
  own: Edge[];
  /** The data of one path for all edges that look the same, by their class; the critical last. */
  joined: [look: string, path: string][];
}

/**
 * A thousand edges that are an element each keep the browser busy for a second; of a large graph
 * those that look the same are one path.
 */
export function split_edges(edges: Edge[], { graph, layout }: PaintOptions): SplitEdges {
  if (!is_large(graph)) return { own: edges, joined: [] };
  const rects = rects_of(layout.boxes);
  const paths = new Map<string, string[]>();
  for (const edge of edges) {
    if (edge.label !== undefined) continue;
    const [from, to] = [rects.get(edge.source), rects.get(edge.target)];
    if (!from || !to) continue;
    const look = edge.className?.trim() ?? '';
    const same = paths.get(look) ?? [];
    same.push(edge_path(from, to, layout.direction));
    paths.set(look, same);
  }
  const is_strong = (look: string): number => Number(look.includes('graph-edge-critical'));
  const joined = [...paths]
    .map(([look, parts]): [string, string] => [look, parts.join('')])
    .sort(([a], [b]) => is_strong(a) - is_strong(b));
  return { own: edges.filter((edge) => edge.label !== undefined), joined };
}

export function minimap_color(node: Node): string {
  const state = (node.data as Partial<TaskData>).summary?.state ?? 'no_status';
  return node.type === 'task' ? `var(--st-${state}-solid)` : 'var(--sunken)';
}
