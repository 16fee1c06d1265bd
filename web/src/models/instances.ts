// SPDX-License-Identifier: Apache-2.0
// A task of a run and its instances. A mapped task has one of map index -1 until it is expanded,
// then those from 0 up.
import { TASK_STATES, type TaskInstance, type TaskState } from '@/api/types.gen';

/** What a person has to know first comes first; the server folds a grid's cells the same way. */
export const MOST_TELLING: readonly TaskState[] = [
  'failed',
  'upstream_failed',
  'running',
  'restarting',
  'awaiting_input',
  'deferred',
  'up_for_retry',
  'up_for_reschedule',
  'queued',
  'scheduled',
  'no_status',
  'success',
  'skipped',
  'removed',
];

const RANK = new Map(MOST_TELLING.map((state, rank) => [state as string, rank]));

/** States that a newer server may have come last. */
const rank_of = (state: TaskState): number => RANK.get(state) ?? TASK_STATES.length;

/** How often it may run at all: `max_tries` counts only the repetitions. */
export const tries_allowed = (instance: Pick<TaskInstance, 'max_tries'>): number =>
  instance.max_tries + 1;

export interface StateCount {
  state: TaskState;
  count: number;
}

/** How many there are of each state that occurs, the most telling first. */
export function count_states(instances: Iterable<{ state: TaskState }>): StateCount[] {
  const counts = new Map<TaskState, number>();
  for (const { state } of instances) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts]
    .map(([state, count]) => ({ state, count }))
    .sort((a, b) => rank_of(a.state) - rank_of(b.state));
}

/** A task of one run as one thing. */
export interface TaskSummary {
  state: TaskState;
  /** The most telling instance. */
  instance: TaskInstance;
  /** Instances of a mapped task, those that were removed apart; null: it has but the one. */
  width: number | null;
  counts: StateCount[];
}

const same_count = (a: StateCount, b: StateCount | undefined): boolean =>
  a.state === b?.state && a.count === b.count;

/** Whether both tell the same. Instances are the same objects while nothing of them changes. */
export function same_summary(a: TaskSummary | undefined, b: TaskSummary | undefined): boolean {
  if (a === b) return true;
  return (
    a?.instance === b?.instance &&
    a?.state === b?.state &&
    a?.width === b?.width &&
    a?.counts.length === b?.counts.length &&
    Boolean(a?.counts.every((one, at) => same_count(one, b?.counts[at])))
  );
}

export function is_expanded(instance: TaskInstance): boolean {
  return instance.map_index >= 0;
}

function summary_of(instances: [TaskInstance, ...TaskInstance[]]): TaskSummary {
  const instance = instances.reduce((held, one) =>
    rank_of(one.state) < rank_of(held.state) ? one : held,
  );
  const there = instances.filter((one) => is_expanded(one) && one.state !== 'removed');
  return {
    state: instance.state,
    instance,
    width: instances.some(is_expanded) ? there.length : null,
    counts: count_states(instances),
  };
}

export function summary_by_task(instances: readonly TaskInstance[]): Map<string, TaskSummary> {
  const by_task = new Map<string, [TaskInstance, ...TaskInstance[]]>();
  for (const instance of instances) {
    const held = by_task.get(instance.task_id);
    if (held) held.push(instance);
    else by_task.set(instance.task_id, [instance]);
  }
  return new Map([...by_task].map(([task_id, held]) => [task_id, summary_of(held)]));
}

/** The instances of one task by map index. */
export function instances_of(instances: readonly TaskInstance[], task_id: string): TaskInstance[] {
  return instances
    .filter((one) => one.task_id === task_id)
    .sort((a, b) => a.map_index - b.map_index);
}

/** Those of one state; null = all. */
export function in_state(
  instances: readonly TaskInstance[],
  state: string | null,
): readonly TaskInstance[] {
  return state === null ? instances : instances.filter((one) => one.state === state);
}

/**
 * The list with changes put in, the last of an instance counting. Once a task is expanded, the one
 * that stood for it is gone.
 */
export function with_instances(
  instances: readonly TaskInstance[],
  changes: readonly TaskInstance[],
): TaskInstance[] {
  const name = (one: TaskInstance): string => instance_name(one.task_id, one.map_index);
  const changed = new Map(changes.map((one) => [name(one), one]));
  const all_expanded = [...instances, ...changes].filter(is_expanded);
  const expanded = new Set(all_expanded.map((one) => one.task_id));
  const is_gone = (one: TaskInstance): boolean => !is_expanded(one) && expanded.has(one.task_id);
  const kept = instances.filter((one) => !is_gone(one));
  const result = kept.map((one) => {
    const change = changed.get(name(one));
    changed.delete(name(one));
    return change ?? one;
  });
  return [...result, ...[...changed.values()].filter((one) => !is_gone(one))];
}

/** "task" or "task[3]", as the command line and the causes write it. */
export function instance_name(task_id: string, map_index: number): string {
  return map_index >= 0 ? `${task_id}[${map_index}]` : task_id;
}

/** The map index in a page's address; -1 = none. */
export function read_map_index(text: string | null): number {
  return text !== null && /^\d{1,7}$/.test(text) ? Number(text) : -1;
}

/** What may be marked `state`: all that are not so already, nor removed from the run. */
export function markable(instances: readonly TaskInstance[], state: TaskState): TaskInstance[] {
  return instances.filter((one) => one.state !== state && one.state !== 'removed');
}

const GOOD: readonly TaskState[] = ['success', 'skipped', 'removed'];
const OVER: readonly TaskState[] = [...GOOD, 'failed', 'upstream_failed'];

/** What a mark of the whole run would change: those that go on without it stay as they are. */
export function changed_by_run_mark(
  instances: readonly TaskInstance[],
  state: 'success' | 'failed',
): TaskInstance[] {
  const stays = state === 'success' ? GOOD : OVER;
  return instances.filter((one) => !stays.includes(one.state));
}
