// SPDX-License-Identifier: Apache-2.0
// States, selection and the critical path painted on a laid-out graph.
import { type Edge, type Node, type NodeHandle, Position } from '@xyflow/react';
import type { DagGraph } from '@/api/types.gen';
import type { Layout } from '@/queries/use-layout';
import type { GroupNode, TaskData, TaskNode } from '@/features/workflows/graph/graph-nodes';
import {
  type Direction,
  type PlacedBox,
  group_key,
  group_widths,
  is_large,
} from '@/models/dag-graph';
import { type TaskSummary, same_summary } from '@/models/instances';
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

export type BoxNode = TaskNode | GroupNode;

/** Where edges end and begin, so that React Flow need not look for it in the page. */
function handles_of({ width, height }: PlacedBox, direction: Direction): NodeHandle[] {
  const none = { width: 0, height: 0 };
  const [x, y] = [width / 2, height / 2];
  return direction === 'RIGHT'
    ? [
        { type: 'target', position: Position.Left, x: 0, y, ...none },
        { type: 'source', position: Position.Right, x: width, y, ...none },
      ]
    : [
        { type: 'target', position: Position.Top, x, y: 0, ...none },
        { type: 'source', position: Position.Bottom, x, y: height, ...none },
      ];
}

const same_fields = (
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
  but: readonly string[],
): boolean =>
  [...Object.keys(a), ...Object.keys(b)].every((name) => but.includes(name) || a[name] === b[name]);

const same_box = (a: BoxNode, b: BoxNode): boolean =>
  same_fields({ ...a }, { ...b }, ['position', 'measured', 'handles', 'data']) &&
  a.position.x === b.position.x &&
  a.position.y === b.position.y &&
  same_fields(a.data, b.data, ['summary']) &&
  same_summary((a as TaskNode).data.summary, (b as TaskNode).data.summary);

/** The boxes, of which those that are as before are the same objects: only others are drawn anew. */
export function keep_same(before: readonly BoxNode[], now: readonly BoxNode[]): BoxNode[] {
  const held = new Map(before.map((box) => [box.id, box]));
  return now.map((box) => {
    const old = held.get(box.id);
    return old && same_box(old, box) ? old : box;
  });
}

/** Of each task or folded group what its box tells. */
export function paint_tasks(options: PaintOptions): Map<string, TaskData> {
  const { graph, layout, states, on_path, tasks_in, on_fold } = options;
  const critical = new Set(options.critical);
  return new Map(
    graph.nodes.map((node) => [
      node.id,
      {
        node,
        summary: states.get(node.id),
        dim: on_path !== null && !on_path.has(node.id),
        direction: layout.direction,
        critical: critical.has(node.id),
        folded: tasks_in.get(node.id) ?? null,
        on_fold,
      },
    ]),
  );
}

export function paint_nodes(options: PaintOptions): BoxNode[] {
  const { graph, layout, states, selected, on_fold } = options;
  const tasks = paint_tasks(options);
  const groups = new Map(graph.groups.map((group) => [group_key(group.id), group]));
  const widths = group_widths(graph, states);
  return layout.boxes.flatMap((box): BoxNode[] => {
    const common = {
      id: box.id,
      position: { x: box.x, y: box.y },
      width: box.width,
      height: box.height,
      measured: { width: box.width, height: box.height },
      // Here too: what is said of all boxes comes after the first drawing, and causes a second.
      connectable: false,
      draggable: false,
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
    const data = tasks.get(box.id);
    if (!data) return [];
    // Above the joined edges, which are above the groups.
    const handles = handles_of(box, layout.direction);
    const is_selected = box.id === selected;
    return [{ ...common, handles, type: 'task', data, selected: is_selected, zIndex: 1 }];
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
  /** Each an element of its own; of a large graph those with a label, while it can be read. */
  own: Edge[];
  /** The data of one path for all edges that look the same, by their class; the critical last. */
  joined: [look: string, path: string][];
}

/**
 * A thousand edges that are an element each keep the browser busy for a second; of a large graph
 * those that look the same are one path.
 */
export function split_edges(edges: Edge[], options: PaintOptions, is_far: boolean): SplitEdges {
  const { graph, layout } = options;
  if (!is_large(graph)) return { own: edges, joined: [] };
  const is_own = (edge: Edge): boolean => !is_far && edge.label !== undefined;
  const rects = rects_of(layout.boxes);
  const paths = new Map<string, string[]>();
  for (const edge of edges) {
    if (is_own(edge)) continue;
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
  return { own: edges.filter(is_own), joined };
}

export function minimap_color(node: Node): string {
  const state = (node.data as Partial<TaskData>).summary?.state ?? 'no_status';
  return node.type === 'task' ? `var(--st-${state}-solid)` : 'var(--sunken)';
}
