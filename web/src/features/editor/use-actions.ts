// SPDX-License-Identifier: Apache-2.0
// What the canvas and the form do to the text; what stood somewhere stays there under its new name.
import type { OperatorInfo } from '@/api/types.gen';
import type { CanvasState } from '@/features/editor/use-canvas';
import type { Draft } from '@/features/editor/use-draft';
import { type Flow, group_node, group_of_node, parse_flow } from '@/models/editor/flow';
import {
  add_task,
  connect,
  delete_task,
  disconnect,
  makes_circle,
  move_task,
  rename_task,
  set_field,
} from '@/models/editor/flow-edits';
import {
  add_group,
  change_group,
  delete_group,
  dissolve_group,
  wrap_task,
} from '@/models/editor/group-edits';
import type { Spot } from '@/models/editor/places';
import type { Path } from '@/models/editor/text-edits';

export interface EditorActions {
  set: (path: Path, value: unknown) => void;
  /** Into the selected group, or that of the selected task, or the one at that place. */
  add: (operator: OperatorInfo, spot: Spot | null) => void;
  rename: (key: string, id: string) => void;
  move: (key: string, group: string | null) => void;
  connect: (source: string, target: string) => void;
  disconnect: (source: string, target: string) => void;
  /** A task, or a group, whose tasks stay. */
  remove: (node: string) => void;
  /** A group and all in it. */
  remove_all: (group: string) => void;
  /** Around the selected task, in the selected group, or else in none. */
  new_group: (spot: Spot | null) => void;
  change_group: (
    group: string,
    key: 'group_id' | 'parent_group' | 'prefix_group_id',
    value: unknown,
  ) => void;
}

/** Nodes that are called otherwise now; each stands at the place in its list where it stood. */
function new_names(before: Flow, after: Flow): Map<string, string> {
  const names = new Map<string, string>();
  const note = (from: string, to: string | undefined): void => {
    if (to !== undefined && from !== to) names.set(from, to);
  };
  for (const one of before.tasks) note(one.key, after.tasks.find(({ at }) => at === one.at)?.key);
  if (before.groups.length <= after.groups.length) {
    for (const one of before.groups) {
      const now = after.groups.find(({ at }) => at === one.at);
      note(group_node(one.id), now && group_node(now.id));
    }
  }
  return names;
}

export interface Acting {
  draft: Draft;
  flow: Flow;
  canvas: CanvasState;
  selected: string | null;
  select: (node: string | null) => void;
}

export function useActions(acting: Acting): EditorActions {
  const { draft, flow, canvas, selected, select } = acting;
  /** An edit after which things may be called otherwise; false when it was refused. */
  const follow = (make: (text: string) => string, chosen: string | null = selected): boolean => {
    let after: Flow | null = null;
    const done = draft.edit((text) => {
      const made = make(text);
      after = parse_flow(made).flow;
      return made;
    });
    if (!done || !after) return false;
    const names = new_names(flow, after);
    canvas.rename(names);
    select(chosen === null ? null : (names.get(chosen) ?? chosen));
    return true;
  };
  const add = (operator: OperatorInfo, spot: Spot | null, group: string | null): void => {
    let key = '';
    const done = draft.edit((now) => {
      const made = add_task(now, operator, group);
      key = made.key;
      return made.text;
    });
    if (!done) return;
    canvas.place(key, spot, selected);
    select(key);
  };
  const new_group = (spot: Spot | null): void => {
    const task = flow.tasks.find((one) => one.key === selected);
    const outer = group_of_node(flow, selected)?.id ?? null;
    let id = '';
    const done = follow((text) => {
      const made = task ? wrap_task(text, task.key) : add_group(text, outer);
      id = made.id;
      return made.text;
    });
    if (!done) return;
    if (!task && !outer && spot) canvas.place(group_node(id), spot, null);
    select(group_node(id));
  };
  return {
    set: (path, value) => draft.edit((text) => set_field(text, path, value), path.join('.')),
    add: (operator, spot) => {
      const group = spot
        ? canvas.group_under(null, spot)
        : (group_of_node(flow, selected)?.id ??
          flow.tasks.find((one) => one.key === selected)?.group ??
          null);
      add(operator, spot, group);
    },
    rename: (key, id) => follow((text) => rename_task(text, key, id)),
    move: (key, group) => follow((text) => move_task(text, key, group)),
    connect: (source, target) => {
      if (makes_circle(flow, source, target)) return;
      draft.edit((text) => connect(text, source, target));
    },
    disconnect: (source, target) => draft.edit((text) => disconnect(text, source, target)),
    remove: (node) => {
      const group = group_of_node(flow, node);
      if (group) follow((text) => dissolve_group(text, group.id), null);
      else if (draft.edit((text) => delete_task(text, node))) select(null);
    },
    remove_all: (group) => follow((text) => delete_group(text, group), null),
    new_group,
    change_group: (group, key, value) => follow((text) => change_group(text, group, key, value)),
  };
}
