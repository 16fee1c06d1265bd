// SPDX-License-Identifier: Apache-2.0
// What the canvas and the forms do to a DAG's text. Each takes the text and gives the new one, or
// throws EditRefused.
import type { OperatorInfo } from '@/api/types.gen';
import { type Flow, type FlowTask, groups_in, parse_flow, tasks_in } from '@/models/editor/flow';
import {
  EditRefused,
  type Path,
  append_at,
  remove_at,
  set_at,
  set_texts,
} from '@/models/editor/text-edits';

export function flow_of(text: string): Flow {
  const { flow, error } = parse_flow(text);
  if (flow) return flow;
  throw new EditRefused(error.message);
}

function task_of(flow: Flow, key: string): FlowTask {
  const found = flow.tasks.find((task) => task.key === key);
  if (found) return found;
  throw new EditRefused(`there is no task ${key}`);
}

/** The text that a new DAG begins with. */
export const new_dag = (dag_id: string): string =>
  `aiflow_dag: 1\ndag_id: ${dag_id}\ndescription: ""\ntasks: []\n`;

/** `base`, `base_2`, ...: with the prefix of the group around it, no task's and no group's id. */
export function free_id(flow: Flow, base: string, group: string | null): string {
  const prefix = flow.groups.find((one) => one.id === group)?.prefix ?? '';
  const taken = new Set([...flow.tasks.map((task) => task.id), ...flow.groups.map(({ id }) => id)]);
  if (!taken.has(prefix + base)) return base;
  for (let number = 2; ; number += 1) {
    if (!taken.has(`${prefix}${base}_${number}`)) return `${base}_${number}`;
  }
}

/** What a task is called first, after its operator's name. */
function base_of(operator: string): string {
  const words = operator.replace(/(Operator|Sensor)$/, '') || operator;
  return words.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}

/** A task with what its operator needs left empty, so that the form and the checks ask for it. */
export function add_task(
  text: string,
  operator: OperatorInfo,
  group: string | null = null,
): { text: string; key: string } {
  const flow = flow_of(text);
  const task_id = free_id(flow, base_of(operator.name), group);
  const item = {
    task_id,
    ...(group === null ? {} : { task_group: group }),
    operator: operator.name,
  };
  const prefix = flow.groups.find((one) => one.id === group)?.prefix ?? '';
  return { text: append_at(text, ['tasks'], item), key: prefix + task_id };
}

export function set_field(text: string, path: Path, value: unknown): string {
  return value === undefined ? remove_at(text, path) : set_at(text, path, value);
}

/** Every place that names an id, but as its own. */
function named_at(flow: Flow, id: string): Path[] {
  const found: Path[] = [];
  const look = (at: Path, value: unknown): void => {
    if (value === id) found.push(at);
    if (!Array.isArray(value)) return;
    value.forEach((one, index) => one === id && found.push([...at, index]));
  };
  for (const task of flow.tasks) {
    look(['tasks', task.at, 'dependencies'], task.fields.dependencies);
    look(['tasks', task.at, 'teardown_of'], task.fields.teardown_of);
  }
  for (const group of flow.groups) {
    look(['task_groups', group.at, 'dependencies'], group.fields.dependencies);
  }
  return found;
}

export function without_names(text: string, flow: Flow, id: string): string {
  // From the end on, so that places of a list stay right.
  return named_at(flow, id)
    .reverse()
    .reduce((now, path) => {
      const made = remove_at(now, path);
      const list = path.slice(0, -1);
      const is_item = typeof path.at(-1) === 'number';
      return is_item && is_empty_list(made, list) ? remove_at(made, list) : made;
    }, text);
}

function is_empty_list(text: string, path: Path): boolean {
  const { doc } = parse_flow(text);
  const found = (doc?.toJS() as unknown) ?? null;
  const value = path.reduce<unknown>(
    (one, key) => (one as Record<string | number, unknown> | null | undefined)?.[key],
    found,
  );
  return Array.isArray(value) && value.length === 0;
}

/** Without the task, and without the words of others that they run after it. */
export function delete_task(text: string, key: string): string {
  const flow = flow_of(text);
  const task = task_of(flow, key);
  const is_only = flow.tasks.filter((one) => one.id === task.id).length === 1;
  const rest = is_only ? without_names(text, flow, task.id) : text;
  return remove_at(rest, ['tasks', task.at]);
}

/**
 * Whoever names a task or a group by an id that it had `before` names it by the one it has now; each
 * stands at the place in its list where it stood.
 */
export function following(before: Flow, made: string): string {
  const now = flow_of(made);
  const tasks = new Map(now.tasks.map((task) => [task.at, task.id]));
  const groups = new Map(now.groups.map((group) => [group.at, group.id]));
  const ids = [
    ...before.tasks.map((task) => [task.id, tasks.get(task.at)] as const),
    ...before.groups.map((group) => [group.id, groups.get(group.at)] as const),
  ];
  const changes = ids.flatMap(([id, new_id]): [Path, string][] => {
    const is_clear = id && ids.filter(([one]) => one === id).length === 1;
    if (!is_clear || !new_id || new_id === id) return [];
    return named_at(before, id).map((path) => [path, new_id]);
  });
  return changes.length === 0 ? made : set_texts(made, changes);
}

/** Gives a task another id (without the groups' prefix), also where others name it. */
export function rename_task(text: string, key: string, own_id: string): string {
  const flow = flow_of(text);
  const renamed = set_at(text, ['tasks', task_of(flow, key).at, 'task_id'], own_id);
  return own_id === '' ? renamed : following(flow, renamed);
}

/** Moves a task into a group, or out of all; who names it follows. */
export function move_task(text: string, key: string, group: string | null): string {
  const flow = flow_of(text);
  const path = ['tasks', task_of(flow, key).at, 'task_group'];
  return following(flow, set_field(text, path, group ?? undefined));
}

function place_of(flow: Flow, target: string): { path: Path; after: readonly string[] } {
  const task = flow.tasks.find((one) => one.key === target);
  if (task) return { path: ['tasks', task.at], after: task.after };
  const group = flow.groups.find((one) => `group:${one.id}` === target);
  if (group) return { path: ['task_groups', group.at], after: group.after };
  throw new EditRefused(`there is no ${target}`);
}

/** Full id of what a node of the canvas stands for. */
export function id_of_node(flow: Flow, node: string): string {
  return node.startsWith('group:')
    ? node.slice('group:'.length)
    : (flow.tasks.find((task) => task.key === node)?.id ?? node);
}

/** An id, and with a group's those of all in it. */
function with_inner(flow: Flow, id: string): string[] {
  if (!flow.groups.some((group) => group.id === id)) return [id];
  return [...groups_in(flow, id), ...tasks_in(flow, id).map((task) => task.id)];
}

/** What each runs after: also what the groups around it do. */
function all_after(flow: Flow): Map<string, string[]> {
  const after = new Map<string, string[]>();
  for (const one of flow.groups) {
    after.set(one.id, [...one.after, ...(after.get(one.parent ?? '') ?? [])]);
  }
  const of_groups = new Map(after);
  for (const one of flow.tasks) {
    after.set(one.id, [...one.after, ...(of_groups.get(one.group ?? '') ?? [])]);
  }
  return after;
}

/** Whether `target` would then, over others, run after itself. */
export function makes_circle(flow: Flow, source: string, target: string): boolean {
  const after = all_after(flow);
  const goals = new Set(with_inner(flow, id_of_node(flow, target)));
  const todo = with_inner(flow, id_of_node(flow, source));
  const seen = new Set<string>();
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    if (goals.has(id)) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    todo.push(...(after.get(id) ?? []).flatMap((one) => with_inner(flow, one)));
  }
  return false;
}

/** `target` runs after `source`; both are nodes of the canvas. */
export function connect(text: string, source: string, target: string): string {
  const flow = flow_of(text);
  const id = id_of_node(flow, source);
  const { path, after } = place_of(flow, target);
  if (after.includes(id)) return text;
  const list = [...path, 'dependencies'];
  const given = (path[0] === 'tasks' ? flow.tasks : flow.groups).find((one) => one.at === path[1]);
  const single = given?.fields.dependencies;
  if (typeof single === 'string') return set_at(text, list, [single, id]);
  return after.length === 0 ? set_at(text, list, [id]) : append_at(text, list, id);
}

export function disconnect(text: string, source: string, target: string): string {
  const flow = flow_of(text);
  const id = id_of_node(flow, source);
  const { path, after } = place_of(flow, target);
  const at = after.indexOf(id);
  if (at < 0) return text;
  const list = [...path, 'dependencies'];
  return remove_at(text, after.length === 1 ? list : [...list, at]);
}
