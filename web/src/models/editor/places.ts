// SPDX-License-Identifier: Apache-2.0
// Where tasks stand on the canvas. The text does not say: a layout gives the places, new tasks go
// where nothing is, and what somebody has moved stays.
import type { DagGraph } from '@/api/types.gen';
import {
  type Flow,
  type FlowTask,
  edges_of,
  group_node,
  groups_in,
  tasks_in,
} from '@/models/editor/flow';
import type { PlacedBox } from '@/models/dag-graph';

export interface Spot {
  x: number;
  y: number;
}
export interface Box extends Spot {
  width: number;
  height: number;
}
export type Spots = Readonly<Record<string, Spot>>;

export const TASK_WIDTH = 192;
export const TASK_HEIGHT = 52;
const GAP = 28;
const PAD = { top: 34, side: 14 };

/** As the layout of the DAG page takes it. */
export function graph_of(flow: Flow): DagGraph {
  return {
    dag_id: flow.dag_id,
    version: 0,
    params: {},
    nodes: flow.tasks.map((task) => ({
      id: task.key,
      label: task.key,
      operator_name: task.operator,
      trigger_rule: 'all_success',
      is_branch: false,
      is_mapped: false,
      doc_md: '',
      ...(task.group === null ? {} : { group: task.group }),
    })),
    groups: flow.groups.map((group) => ({
      id: group.id,
      label: group.id,
      is_mapped: false,
      ...(group.parent === null ? {} : { parent: group.parent }),
    })),
    edges: edges_of(flow).filter((edge) => edge.source !== edge.target),
  };
}

/** Places of the tasks of a layout, whose boxes stand relative to the one around them. */
export function spots_of(boxes: readonly PlacedBox[]): Record<string, Spot> {
  const whole = new Map<string, Spot>();
  const spots: Record<string, Spot> = {};
  for (const box of boxes) {
    const outer = box.parent === null ? undefined : whole.get(box.parent);
    const spot = { x: (outer?.x ?? 0) + box.x, y: (outer?.y ?? 0) + box.y };
    whole.set(box.id, spot);
    spots[box.id] = spot;
  }
  return spots;
}

const touches = (left: Spot, right: Spot): boolean =>
  Math.abs(left.x - right.x) < TASK_WIDTH + GAP && Math.abs(left.y - right.y) < TASK_HEIGHT + GAP;

/** The wanted place, or the next one below it where nothing stands. */
export function free_spot(taken: readonly Spot[], wanted: Spot): Spot {
  let spot = wanted;
  while (taken.some((one) => touches(one, spot))) {
    spot = { x: spot.x, y: spot.y + TASK_HEIGHT + GAP };
  }
  return spot;
}

/** A place for each task: its own, or a free one behind those it runs after. */
export function with_all(flow: Flow, spots: Spots): Spots {
  if (flow.tasks.every((task) => spots[task.key])) return spots;
  const all: Record<string, Spot> = {};
  for (const { id } of flow.groups) {
    const known = spots[group_node(id)];
    if (known) all[group_node(id)] = known;
  }
  for (const task of flow.tasks) {
    const known = spots[task.key];
    if (known) all[task.key] = known;
  }
  for (const task of flow.tasks) {
    if (all[task.key]) continue;
    const before = task.after.flatMap((id) => all[id] ?? []);
    const first = before[0] ?? null;
    const wanted = first
      ? { x: Math.max(...before.map((one) => one.x)) + TASK_WIDTH + 2 * GAP, y: first.y }
      : { x: 0, y: 0 };
    all[task.key] = free_spot(Object.values(all), wanted);
  }
  return all;
}

function around(boxes: readonly Box[]): Box {
  const left = Math.min(...boxes.map((box) => box.x)) - PAD.side;
  const top = Math.min(...boxes.map((box) => box.y)) - PAD.top;
  const right = Math.max(...boxes.map((box) => box.x + box.width)) + PAD.side;
  const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + PAD.side;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** A box around each group's tasks and groups, outer ones first; empty groups stand below all. */
export function group_boxes(flow: Flow, spots: Spots): Map<string, Box> {
  const boxes = new Map<string, Box>();
  const lowest = Math.max(0, ...flow.tasks.map((task) => (spots[task.key]?.y ?? 0) + TASK_HEIGHT));
  let below = lowest + 2 * GAP;
  for (const group of [...flow.groups].reverse()) {
    const inner: Box[] = flow.groups.flatMap((one) =>
      one.parent === group.id ? (boxes.get(one.id) ?? []) : [],
    );
    for (const task of tasks_in(flow, group.id)) {
      const spot = task.group === group.id ? spots[task.key] : undefined;
      if (spot) inner.push({ ...spot, width: TASK_WIDTH, height: TASK_HEIGHT });
    }
    if (inner.length > 0) boxes.set(group.id, around(inner));
    else {
      const spot = spots[group_node(group.id)];
      const size = { width: TASK_WIDTH + 2 * PAD.side, height: TASK_HEIGHT + PAD.top + PAD.side };
      boxes.set(group.id, { ...(spot ?? { x: 0, y: below }), ...size });
      if (!spot) below += size.height + GAP;
    }
  }
  return new Map([...boxes].reverse());
}

/** As far as a task is taken over the edge of its group until it is out of it. */
const LEAVE = 40;

function holds(box: Box, spot: Spot, margin: number): boolean {
  return (
    spot.x >= box.x - margin &&
    spot.x <= box.x + box.width + margin &&
    spot.y >= box.y - margin &&
    spot.y <= box.y + box.height + margin
  );
}

/** Whether something else is in the task's group, so that its box can be told without the task. */
function has_others(flow: Flow, task: FlowTask): boolean {
  return (
    flow.groups.some((one) => one.parent === task.group) ||
    flow.tasks.some((one) => one.group === task.group && one !== task)
  );
}

/** While a task is dragged, its group's box stays as it is without it. */
export function flow_without(flow: Flow, key: string | null): Flow {
  const task = flow.tasks.find((one) => one.key === key);
  if (!task || task.group === null || !has_others(flow, task)) return flow;
  return { ...flow, tasks: flow.tasks.filter((one) => one !== task) };
}

/**
 * Full id of the innermost group in whose box a task's middle would be; null in none. A task alone in
 * its group takes the box along, and does not leave it but for another group.
 */
export function group_under(
  flow: Flow,
  spots: Spots,
  key: string | null,
  spot: Spot,
): string | null {
  const task = flow.tasks.find((one) => one.key === key);
  const own = task?.group ?? null;
  const middle = { x: spot.x + TASK_WIDTH / 2, y: spot.y + TASK_HEIGHT / 2 };
  const is_alone = task !== undefined && own !== null && !has_others(flow, task);
  let found: string | null = null;
  for (const [id, box] of group_boxes(flow_without(flow, key), spots)) {
    if (is_alone && id === own) continue;
    if (holds(box, middle, id === own ? LEAVE : 0)) found = id;
  }
  const stays = is_alone && (found === null || groups_in(flow, found).has(own));
  return stays ? own : found;
}

export { group_node };
