// SPDX-License-Identifier: Apache-2.0
// The graph of a DAG as elkjs wants it. Depends on structure only, so that a layout is made once
// per version and states are painted on afterwards.
import type { DagGraph } from '@/api/types.gen';
import type { TaskSummary } from '@/models/instances';

const NODE_WIDTH = 192;
const NODE_HEIGHT = 52;

export interface ElkBox {
  id: string;
  width?: number;
  height?: number;
  x?: number;
  y?: number;
  children?: ElkBox[];
  layoutOptions?: Record<string, string>;
  edges?: {
    id: string;
    sources: string[];
    targets: string[];
    labels?: { text: string; width: number; height: number }[];
  }[];
}

const ROOT_OPTIONS: Record<string, string> = {
  'elk.algorithm': 'layered',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.layered.spacing.nodeNodeBetweenLayers': '34',
  'elk.spacing.nodeNode': '24',
};

/** What looks best, in a time that grows fast: of 1,000 tasks it is some three times the other. */
const SMALL_OPTIONS: Record<string, string> = {
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
};
/**
 * Edges are drawn by the picture, not by the layout: their ways are left to what takes least time,
 * with little room between the layers for them (it grows with their width otherwise). Linear
 * segments, since Brandes and Koepf's placement spreads layers that are joined in a circle.
 */
const LARGE_OPTIONS: Record<string, string> = {
  'elk.layered.nodePlacement.strategy': 'LINEAR_SEGMENTS',
  'elk.layered.layering.strategy': 'LONGEST_PATH_SOURCE',
  'elk.layered.thoroughness': '1',
  'elk.layered.crossingMinimization.greedySwitch.type': 'OFF',
  'elk.edgeRouting': 'POLYLINE',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '6',
};
const LARGE_TASKS = 200;

/** Whether a graph is so large that its layout is made once, in a quicker way. */
export const is_large = (graph: DagGraph): boolean => graph.nodes.length > LARGE_TASKS;

/** Group ids get a prefix, since a group and a task may share a name. */
export const group_key = (id: string): string => `group:${id}`;

/** The group behind a key; null: it is a task's. */
export const group_of_key = (key: string): string | null =>
  key.startsWith('group:') ? key.slice('group:'.length) : null;

export type Direction = 'RIGHT' | 'DOWN';

/** How much of its size a layout keeps when it is fitted into a space; 1 = all of it. */
export function fit_scale(boxes: PlacedBox[], space: { width: number; height: number }): number {
  const outer = boxes.filter((box) => box.parent === null);
  const width = Math.max(1, ...outer.map((box) => box.x + box.width));
  const height = Math.max(1, ...outer.map((box) => box.y + box.height));
  return Math.min(1, space.width / width, space.height / height);
}

/** How many tasks stand one after the other, and how many side by side at most. */
function depth_and_breadth(graph: DagGraph): [depth: number, breadth: number] {
  const upstream = new Map<string, string[]>(graph.nodes.map((node) => [node.id, []]));
  for (const edge of graph.edges) upstream.get(edge.target)?.push(edge.source);
  const layer = new Map<string, number>();
  const counts: number[] = [];
  const todo = graph.nodes.map((node) => node.id);
  for (let id = todo.at(-1); id !== undefined; id = todo.at(-1)) {
    const before = layer.has(id) ? [] : (upstream.get(id) ?? []);
    const missing = before.filter((one) => upstream.has(one) && !layer.has(one));
    // The server takes no DAG with a circle in it, so this comes to an end.
    if (missing.length > 0) {
      todo.push(...missing);
      continue;
    }
    todo.pop();
    if (layer.has(id)) continue;
    const own = Math.max(-1, ...before.map((one) => layer.get(one) ?? -1)) + 1;
    layer.set(id, own);
    counts[own] = (counts[own] ?? 0) + 1;
  }
  return [counts.length, Math.max(0, ...counts)];
}

/** The direction that will show a graph larger in a space, told from its structure. */
export function likely_direction(
  graph: DagGraph,
  space: { width: number; height: number },
): Direction {
  const [depth, breadth] = depth_and_breadth(graph);
  const scale = (across: number, down: number): number =>
    Math.min(space.width / (across * NODE_WIDTH), space.height / (down * NODE_HEIGHT));
  return scale(depth, breadth) >= scale(breadth, depth) ? 'RIGHT' : 'DOWN';
}

const LETTER_WIDTH = 6.5;
const LABEL_WIDTH = 160;

const label_box = (text: string): { text: string; width: number; height: number } => ({
  text,
  width: Math.min(LABEL_WIDTH, text.length * LETTER_WIDTH + 12),
  height: 18,
});

export function to_elk(graph: DagGraph, direction: Direction): ElkBox {
  const boxes = new Map<string, ElkBox>();
  const options = is_large(graph) ? LARGE_OPTIONS : SMALL_OPTIONS;
  for (const group of graph.groups) {
    boxes.set(group.id, {
      id: group_key(group.id),
      children: [],
      // elkjs hands down only the direction.
      layoutOptions: { ...options, 'elk.padding': '[top=34,left=14,bottom=14,right=14]' },
    });
  }
  const root: ElkBox = {
    id: 'root',
    children: [],
    layoutOptions: {
      ...ROOT_OPTIONS,
      ...options,
      'elk.direction': direction,
    },
  };
  const home = (group: string | null | undefined): ElkBox =>
    (group ? boxes.get(group) : undefined) ?? root;
  for (const group of graph.groups) {
    const box = boxes.get(group.id);
    if (box) home(group.parent).children?.push(box);
  }
  for (const node of graph.nodes) {
    home(node.group).children?.push({ id: node.id, width: NODE_WIDTH, height: NODE_HEIGHT });
  }
  root.edges = graph.edges.map((edge) => ({
    id: `${edge.source}->${edge.target}`,
    sources: [edge.source],
    targets: [edge.target],
    // So that there is room for the words; the picture writes them itself.
    ...(edge.label ? { labels: [label_box(edge.label)] } : {}),
  }));
  return root;
}

export interface PlacedBox {
  id: string;
  parent: string | null;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A laid-out tree as a flat list, parents before children; positions are relative to the parent. */
export function flatten(box: ElkBox, parent: string | null = null): PlacedBox[] {
  return (box.children ?? []).flatMap((child) => [
    {
      id: child.id,
      parent,
      x: child.x ?? 0,
      y: child.y ?? 0,
      width: child.width ?? NODE_WIDTH,
      height: child.height ?? NODE_HEIGHT,
    },
    ...flatten(child, child.id),
  ]);
}

/** What all outer boxes take up. */
export function bounds_of(boxes: readonly PlacedBox[]): {
  left: number;
  top: number;
  right: number;
  bottom: number;
} {
  const outer = boxes.filter((box) => box.parent === null);
  return {
    left: Math.min(...outer.map((box) => box.x)),
    top: Math.min(...outer.map((box) => box.y)),
    right: Math.max(...outer.map((box) => box.x + box.width)),
    bottom: Math.max(...outer.map((box) => box.y + box.height)),
  };
}

/** Ids on any path through `task_id`: itself, what it waits for and what waits for it. */
export function path_through(graph: DagGraph, task_id: string): Set<string> {
  const walk = (from: 'source' | 'target', to: 'source' | 'target'): Set<string> => {
    const seen = new Set([task_id]);
    const todo = [task_id];
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
      for (const edge of graph.edges) {
        if (edge[from] !== id || seen.has(edge[to])) continue;
        seen.add(edge[to]);
        todo.push(edge[to]);
      }
    }
    return seen;
  };
  return new Set([...walk('source', 'target'), ...walk('target', 'source')]);
}

/**
 * How many times each mapped group runs: as often as its widest task. A group that is not expanded
 * yet is not in it.
 */
export function group_widths(
  graph: DagGraph,
  summaries: ReadonlyMap<string, TaskSummary>,
): Map<string, number> {
  const parent_of = new Map(graph.groups.map((group) => [group.id, group.parent ?? null]));
  const mapped = new Set(graph.groups.filter((group) => group.is_mapped).map(({ id }) => id));
  const widths = new Map<string, number>();
  for (const node of graph.nodes) {
    const width = summaries.get(node.id)?.width ?? null;
    if (width === null) continue;
    // Tasks in a mapped group are as many as the group; only that group's own box tells so.
    let group = node.group ?? null;
    while (group && !mapped.has(group)) group = parent_of.get(group) ?? null;
    if (group) widths.set(group, Math.max(width, widths.get(group) ?? 0));
  }
  return widths;
}
