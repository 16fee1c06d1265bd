// SPDX-License-Identifier: Apache-2.0
// What the canvas and the forms do to the groups of a DAG's text. Each takes the text and gives the
// new one, or throws EditRefused.
import { type Flow, type FlowGroup, groups_in, tasks_in } from '@/models/editor/flow';
import {
  delete_task,
  flow_of,
  following,
  free_id,
  move_task,
  set_field,
  without_names,
} from '@/models/editor/flow-edits';
import {
  EditRefused,
  type Path,
  append_at,
  remove_at,
  set_texts,
} from '@/models/editor/text-edits';

function found_group(flow: Flow, id: string): FlowGroup {
  const found = flow.groups.find((group) => group.id === id);
  if (found) return found;
  throw new EditRefused(`there is no group ${id}`);
}

/** An empty group, in another one or in none. */
export function add_group(text: string, parent: string | null): { text: string; id: string } {
  const flow = flow_of(text);
  const group_id = free_id(flow, 'group', parent);
  const prefix = flow.groups.find((one) => one.id === parent)?.prefix ?? '';
  const item = { group_id, ...(parent === null ? {} : { parent_group: parent }) };
  return { text: append_at(text, ['task_groups'], item), id: prefix + group_id };
}

/** What names a group as the one around it: where, and which group that is. */
function around(flow: Flow): { path: Path; at: number; id: string }[] {
  const at = (id: string): number => found_group(flow, id).at;
  const of = (path: Path, id: string | null): { path: Path; at: number; id: string }[] =>
    id === null ? [] : [{ path, at: at(id), id }];
  return [
    ...flow.groups.flatMap((one) => of(['task_groups', one.at, 'parent_group'], one.parent)),
    ...flow.tasks.flatMap((one) => of(['tasks', one.at, 'task_group'], one.group)),
  ];
}

type Member = ReturnType<typeof around>[number];

/** The text with members that name the group around them as it is called by now. */
function with_members(text: string, members: readonly Member[], levels: number): string {
  const named = members.map((one) => ({ ...one, said: one.id }));
  let now = text;
  // A group's new id is known when the one around it is named rightly: a round for each level.
  for (let round = 0; round <= levels; round += 1) {
    const ids = new Map(flow_of(now).groups.map((group) => [group.at, group.id]));
    const wrong = named.filter(({ at, said }) => ids.get(at) !== said);
    if (wrong.length === 0) break;
    for (const one of wrong) one.said = ids.get(one.at) ?? one.said;
    const changes = wrong.map(({ path, said }) => [path, said] as const);
    now = set_texts(now, changes);
  }
  return now;
}

/** Changes what a group's id is made of, or where it is; all that is in it, and who names it, follows. */
export function change_group(
  text: string,
  id: string,
  key: 'group_id' | 'parent_group' | 'prefix_group_id',
  value: unknown,
): string {
  const flow = flow_of(text);
  const made = set_field(text, ['task_groups', found_group(flow, id).at, key], value);
  if (value === '') return made;
  const now = with_members(made, around(flow), flow.groups.length);
  const all = flow_of(now).groups.map((group) => group.id);
  if (new Set(all).size < all.length) throw new EditRefused('there is a group of that name');
  return following(flow, now);
}

function without_group(text: string, at: number): string {
  const rest = remove_at(text, ['task_groups', at]);
  const { fields } = flow_of(rest);
  const is_empty = Array.isArray(fields.task_groups) && fields.task_groups.length === 0;
  return is_empty ? remove_at(rest, ['task_groups']) : rest;
}

/** Without the group; what was in it stands in the group around it. Nothing runs after it any more. */
export function dissolve_group(text: string, id: string): string {
  const { at, parent } = found_group(flow_of(text), id);
  const nameless = without_names(text, flow_of(text), id);
  const flow = flow_of(nameless);
  const members = around(flow);
  const moved = members
    .filter((one) => one.at === at)
    .reduce((now, { path }) => set_field(now, path, parent ?? undefined), nameless);
  const others = members.filter((one) => one.at !== at);
  const settled = with_members(moved, others, flow.groups.length);
  return without_group(following(flow, settled), at);
}

/** Without the group and all that is in it. */
export function delete_group(text: string, id: string): string {
  const flow = flow_of(text);
  found_group(flow, id);
  const inside = groups_in(flow, id);
  // From the end on, so that the places before stay right.
  const bare = [...tasks_in(flow, id)]
    .reverse()
    .reduce((now, task) => delete_task(now, task.key), text);
  return flow.groups
    .filter((group) => inside.has(group.id))
    .reverse()
    .reduce((now, group) => {
      const nameless = without_names(now, flow_of(now), group.id);
      return without_group(nameless, group.at);
    }, bare);
}

/** A new group where the task is, with the task in it. */
export function wrap_task(text: string, key: string): { text: string; id: string } {
  const task = flow_of(text).tasks.find((one) => one.key === key);
  if (!task) throw new EditRefused(`there is no task ${key}`);
  const made = add_group(text, task.group);
  return { text: move_task(made.text, key, made.id), id: made.id };
}
