// SPDX-License-Identifier: Apache-2.0
// The graph of a DAG as elkjs wants it. Depends on structure only, so that a layout is made once
// per version and states are painted on afterwards.
import type { DagGraph, TaskInstance, TaskState } from '@/api/types.gen';

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
  edges?: { id: string; sources: string[]; targets: string[] }[];
}

const ROOT_OPTIONS: Record<string, string> = {
  'elk.algorithm': 'layered',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.layered.spacing.nodeNodeBetweenLayers': '34',
  'elk.spacing.nodeNode': '24',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
};

/** Group ids get a prefix, since a group and a task may share a name. */
export const group_key = (id: string): string => `group:${id}`;

export type Direction = 'RIGHT' | 'DOWN';

/** How much of its size a layout keeps when it is fitted into a space; 1 = all of it. */
export function fit_scale(boxes: PlacedBox[], space: { width: number; height: number }): number {
  const outer = boxes.filter((box) => box.parent === null);
  const width = Math.max(1, ...outer.map((box) => box.x + box.width));
  const height = Math.max(1, ...outer.map((box) => box.y + box.height));
  return Math.min(1, space.width / width, space.height / height);
}

export function to_elk(graph: DagGraph, direction: Direction): ElkBox {
  const boxes = new Map<string, ElkBox>();
  for (const group of graph.groups) {
    boxes.set(group.id, {
      id: group_key(group.id),
      children: [],
      layoutOptions: { 'elk.padding': '[top=34,left=14,bottom=14,right=14]' },
    });
  }
  const root: ElkBox = {
    id: 'root',
    children: [],
    layoutOptions: { ...ROOT_OPTIONS, 'elk.direction': direction },
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

/** Ids on any path through `task_id`: itself, what it waits for and what waits for it. */
export function path_through(graph: DagGraph, task_id: string): Set<string> {
  const seen = new Set([task_id]);
  const walk = (from: 'source' | 'target', to: 'source' | 'target'): void => {
    const todo = [task_id];
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
      for (const edge of graph.edges) {
        if (edge[from] !== id || seen.has(edge[to])) continue;
        seen.add(edge[to]);
        todo.push(edge[to]);
      }
    }
  };
  walk('source', 'target');
  walk('target', 'source');
  return seen;
}

/** One state per task, worst first where a mapped task has several instances. */
const WORST_FIRST: TaskState[] = [
  'failed',
  'upstream_failed',
  'running',
  'restarting',
  'awaiting_input',
  'up_for_retry',
  'up_for_reschedule',
  'deferred',
  'queued',
  'scheduled',
];

export function state_by_task(instances: TaskInstance[]): Map<string, TaskInstance> {
  const rank = (state: TaskState): number => {
    const at = WORST_FIRST.indexOf(state);
    return at < 0 ? WORST_FIRST.length : at;
  };
  const result = new Map<string, TaskInstance>();
  for (const instance of instances) {
    const held = result.get(instance.task_id);
    if (!held || rank(instance.state) < rank(held.state)) result.set(instance.task_id, instance);
  }
  return result;
}
