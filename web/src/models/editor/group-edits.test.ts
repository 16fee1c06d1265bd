// SPDX-License-Identifier: Apache-2.0
// Drawing over many written DAGs with groups: after each step the text says what a plain model of the
// DAG says, and all that the step did not concern is there as it was written.
import { describe, expect, it } from 'vitest';
import type { OperatorInfo } from '@/api/types.gen';
import { parse_flow } from '@/models/editor/flow';
import {
  add_task,
  connect,
  delete_task,
  disconnect,
  makes_circle,
  move_task,
  rename_task,
} from '@/models/editor/flow-edits';
import {
  add_group,
  change_group,
  delete_group,
  dissolve_group,
  wrap_task,
} from '@/models/editor/group-edits';
import { set_texts } from '@/models/editor/text-edits';

/** The same numbers each time: a failure can be repeated. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A task or a group; it is told by its mark, whatever it is called. */
interface Thing {
  mark: string;
  own: string;
  in: Thing | null;
  after: Set<Thing>;
  plain: boolean;
}

interface Model {
  tasks: Thing[];
  groups: Thing[];
}

const prefix_of = (group: Thing | null): string =>
  group === null ? '' : prefix_of(group.in) + (group.plain ? '' : `${group.own}.`);
const id_of = (thing: Thing): string => prefix_of(thing.in) + thing.own;

function is_inside(thing: Thing | null, group: Thing): boolean {
  return thing !== null && (thing.in === group || is_inside(thing.in, group));
}

type Pick = (below: number) => number;
const one_of = <T>(pick: Pick, all: readonly T[]): T | undefined => all[pick(all.length)];

/** What a thing may run after without a circle: what was made before it, and is not around or in it. */
function may_follow(model: Model, thing: Thing): Thing[] {
  const all = [...model.tasks, ...model.groups];
  return all.filter((one) => one !== thing && !is_inside(thing, one) && !is_inside(one, thing));
}

function made_model(pick: Pick): Model {
  const model: Model = { tasks: [], groups: [] };
  const count = pick(4);
  for (let at = 0; at < count; at += 1) {
    const around = pick(2) ? (one_of(pick, model.groups) ?? null) : null;
    const plain = pick(5) === 0;
    model.groups.push({ mark: `g${at}`, own: `G${at}`, in: around, after: new Set(), plain });
  }
  for (let at = 0; at < 1 + pick(6); at += 1) {
    const around = pick(3) ? (one_of(pick, model.groups) ?? null) : null;
    const task: Thing = {
      mark: `t${at}`,
      own: `T${at}`,
      in: around,
      after: new Set(),
      plain: false,
    };
    // Only tasks of no group that waits: no circles.
    for (const other of model.tasks) if (pick(3) === 0) task.after.add(other);
    model.tasks.push(task);
  }
  return model;
}

/** In one of the ways in which people write it. */
function written(pick: Pick, model: Model): string {
  const item = (thing: Thing, keys: [string, string][]): string => {
    if (thing.after.size > 0) {
      const ids = [...thing.after].map(id_of);
      keys.push([
        'dependencies',
        pick(2) ? `[${ids.join(', ')}]` : ids.map((id) => `\n    - ${id}`).join(''),
      ]);
    }
    if (pick(3) === 0 && keys.every(([, value]) => !value.includes('\n'))) {
      return `- {${keys.map(([key, value]) => `${key}: ${value}`).join(', ')}}   # ${thing.mark} flow\n`;
    }
    const lines = keys.map(([key, value], at) => {
      const space = value.startsWith('\n') ? '' : pick(2) ? ' ' : '   ';
      const note = !value.includes('\n') && pick(3) === 0 ? ` # ${thing.mark} ${key}` : '';
      return `${at === 0 ? '- ' : '  '}${key}:${space}${value}${note}\n`;
    });
    return `${pick(3) === 0 ? `# ${thing.mark} comes\n` : ''}${lines.join('')}`;
  };
  const groups = model.groups.map((group) =>
    item(group, [
      ['group_id', pick(2) ? group.own : `"${group.own}"`],
      ['tooltip', group.mark],
      ...(group.in ? [['parent_group', id_of(group.in)] as [string, string]] : []),
      ...(group.plain ? [['prefix_group_id', 'false'] as [string, string]] : []),
    ]),
  );
  const tasks = model.tasks.map((task) =>
    item(task, [
      ['task_id', task.own],
      ['operator', pick(2) ? 'EmptyOperator' : "'EmptyOperator'"],
      ['doc_md', task.mark],
      ...(task.in ? [['task_group', id_of(task.in)] as [string, string]] : []),
    ]),
  );
  const head = '# made\naiflow_dag: 1   # one\ndag_id: d\n';
  const list = groups.length > 0 ? `task_groups:\n${groups.join('')}` : '';
  const odd = 'x-odd: {kept:   as it is} # odd\n';
  const rest = `tasks:\n${tasks.join('')}`;
  return head + (pick(2) ? list + odd + rest : rest + odd + list);
}

/** What is said, told by marks: where each thing is, what it is called, what it runs after. */
function said(text: string): unknown {
  const { flow, error } = parse_flow(text);
  if (!flow) throw new Error(`${error.message}\n${text}`);
  const marks = new Map<string, string>();
  for (const one of flow.groups) marks.set(one.id, String(one.fields.tooltip ?? one.id));
  for (const one of flow.tasks) marks.set(one.id, String(one.fields.doc_md ?? one.id));
  const mark = (id: string | null): string | null =>
    id === null ? null : (marks.get(id) ?? `? ${id}`);
  const told = (one: { id: string; after: readonly string[] }, around: string | null): unknown => ({
    is: mark(one.id),
    id: one.id,
    in: mark(around),
    after: one.after.map(mark).sort(),
  });
  return {
    groups: flow.groups.map((one) => told(one, one.parent)),
    tasks: flow.tasks.map((one) => told(one, one.group)),
  };
}

function wanted(model: Model): unknown {
  const told = (one: Thing): unknown => ({
    is: one.mark,
    id: id_of(one),
    in: one.in?.mark ?? null,
    after: [...one.after].map((other) => other.mark).sort(),
  });
  return { groups: model.groups.map(told), tasks: model.tasks.map(told) };
}

function forget(model: Model, gone: readonly Thing[]): void {
  model.tasks = model.tasks.filter((one) => !gone.includes(one));
  model.groups = model.groups.filter((one) => !gone.includes(one));
  for (const one of [...model.tasks, ...model.groups]) {
    for (const other of gone) one.after.delete(other);
  }
}

const EMPTY = { name: 'EmptyOperator', group: 'basic', doc: '', fields: [] } as OperatorInfo;

/** Marks what an edit has made, as `written` does. */
function marked(text: string, id: string, mark: string, key: 'doc_md' | 'tooltip'): string {
  const { flow } = parse_flow(text);
  const list = key === 'doc_md' ? flow?.tasks : flow?.groups;
  const at = list?.find((one) => one.id === id)?.at ?? -1;
  const head = key === 'doc_md' ? ['tasks', at, 'task_id'] : ['task_groups', at, 'group_id'];
  const own = String(list?.find((one) => one.id === id)?.fields[head[2] ?? '']);
  // Behind the id, on a line of its own or in the same braces.
  const with_mark = set_texts(text, [[head, `${own}@@`]]);
  const said_at = with_mark.indexOf(`${own}@@`);
  const line = with_mark.lastIndexOf('\n', said_at) + 1;
  const is_flow = with_mark.slice(line, said_at).includes('{');
  const indent = ' '.repeat(with_mark.slice(line, said_at).indexOf(head[2] as string));
  return with_mark.replace(
    `${own}@@`,
    is_flow ? `${own}, ${key}: ${mark}` : `${own}\n${indent}${key}: ${mark}`,
  );
}

const node = (model: Model, thing: Thing): string =>
  model.groups.includes(thing) ? `group:${id_of(thing)}` : id_of(thing);

/** One step of somebody who draws: the new text, the model changed alike. Null: there is nothing to do it to. */
type Step = (pick: Pick, model: Model, text: string, name: string) => string | null;

const STEPS: Record<string, Step> = {
  'a new task': (pick, model, text, name) => {
    const around = pick(2) ? (one_of(pick, model.groups) ?? null) : null;
    const made = add_task(text, EMPTY, around && id_of(around));
    const own = made.key.slice(prefix_of(around).length);
    model.tasks.push({ mark: name, own, in: around, after: new Set(), plain: false });
    return marked(made.text, made.key, name, 'doc_md');
  },
  'a new group': (pick, model, text, name) => {
    const around = pick(2) ? (one_of(pick, model.groups) ?? null) : null;
    const made = add_group(text, around && id_of(around));
    const own = made.id.slice(prefix_of(around).length);
    model.groups.push({ mark: name, own, in: around, after: new Set(), plain: false });
    return marked(made.text, made.id, name, 'tooltip');
  },
  'a group around a task': (pick, model, text, name) => {
    const task = one_of(pick, model.tasks);
    if (!task) return null;
    const made = wrap_task(text, id_of(task));
    const own = made.id.slice(prefix_of(task.in).length);
    const group = { mark: name, own, in: task.in, after: new Set<Thing>(), plain: false };
    model.groups.push(group);
    task.in = group;
    return marked(made.text, made.id, name, 'tooltip');
  },
  'a task moves': (pick, model, text) => {
    const task = one_of(pick, model.tasks);
    if (!task) return null;
    const id = id_of(task);
    const into = pick(3) ? (one_of(pick, model.groups) ?? null) : null;
    if ([...model.tasks, ...model.groups].some((one) => one.own === task.own && one !== task))
      return null;
    task.in = into;
    return move_task(text, id, into && id_of(into));
  },
  'a task is renamed': (pick, model, text, name) => {
    const task = one_of(pick, model.tasks);
    if (!task) return null;
    const id = id_of(task);
    task.own = `R${name}`;
    return rename_task(text, id, task.own);
  },
  'a group is renamed': (pick, model, text, name) => {
    const group = one_of(pick, model.groups);
    if (!group) return null;
    const id = id_of(group);
    group.own = `R${name}`;
    return change_group(text, id, 'group_id', group.own);
  },
  'a group moves': (pick, model, text) => {
    const group = one_of(pick, model.groups);
    if (!group) return null;
    const id = id_of(group);
    const above = model.groups.slice(0, model.groups.indexOf(group));
    const into = pick(3) ? (one_of(pick, above) ?? null) : null;
    if (into && [...may_follow(model, group), group].length === 0) return null;
    if (model.groups.some((one) => one.own === group.own && one !== group)) return null;
    const into_id = into && id_of(into);
    group.in = into;
    return change_group(text, id, 'parent_group', into_id ?? undefined);
  },
  'a prefix goes or comes': (pick, model, text) => {
    const group = one_of(pick, model.groups);
    const owns = [...model.tasks, ...model.groups].map((one) => one.own);
    if (!group || new Set(owns).size < owns.length) return null;
    const id = id_of(group);
    group.plain = !group.plain;
    return change_group(text, id, 'prefix_group_id', group.plain ? false : undefined);
  },
  'a connection': (pick, model, text) => {
    const target = one_of(pick, [...model.tasks, ...model.groups]);
    const source = target && one_of(pick, may_follow(model, target));
    if (!target || !source) return null;
    const { flow } = parse_flow(text);
    if (!flow || makes_circle(flow, node(model, source), node(model, target))) return null;
    const made = connect(text, node(model, source), node(model, target));
    target.after.add(source);
    return made;
  },
  'a connection goes': (pick, model, text) => {
    const target = one_of(
      pick,
      [...model.tasks, ...model.groups].filter((one) => one.after.size),
    );
    const source = target && one_of(pick, [...target.after]);
    if (!target || !source) return null;
    const made = disconnect(text, node(model, source), node(model, target));
    target.after.delete(source);
    return made;
  },
  'a task goes': (pick, model, text) => {
    const task = one_of(pick, model.tasks);
    if (!task || model.tasks.length < 2) return null;
    const id = id_of(task);
    forget(model, [task]);
    return delete_task(text, id);
  },
  'a group is dissolved': (pick, model, text) => {
    const group = one_of(pick, model.groups);
    const owns = [...model.tasks, ...model.groups].map((one) => one.own);
    if (!group || new Set(owns).size < owns.length) return null;
    const id = id_of(group);
    for (const one of [...model.tasks, ...model.groups]) if (one.in === group) one.in = group.in;
    forget(model, [group]);
    return dissolve_group(text, id);
  },
  'a group goes with all in it': (pick, model, text) => {
    const group = one_of(pick, model.groups);
    if (!group) return null;
    const id = id_of(group);
    const all = [...model.tasks, ...model.groups];
    forget(model, [group, ...all.filter((one) => is_inside(one, group))]);
    return delete_group(text, id);
  },
};

/** Whole lines that are nobody's but the file's. */
const LINES = ['# made', 'aiflow_dag: 1   # one', 'dag_id: d', 'x-odd: {kept:   as it is} # odd'];

/** Notes behind or above things that are still there, of keys that may not have been taken away. */
function notes_of(text: string, model: Model): string[] {
  const marks = [...model.tasks, ...model.groups].map((one) => one.mark);
  const kept = / # (\w+) (task_id|group_id|operator|doc_md|tooltip|flow)\n/g;
  return [...text.matchAll(kept)]
    .filter((one) => marks.includes(one[1] ?? ''))
    .map((one) => one[0]);
}

const taken: Record<string, number> = {};

describe('drawing in written DAGs with groups', () => {
  it.each(Array.from({ length: 40 }, (_one, seed) => [seed]))('seed %i', (seed) => {
    const pick = numbers(seed * 7919 + 1);
    for (let warm = 0; warm < 5; warm += 1) pick(2);
    const model = made_model(pick);
    let text = written(pick, model);
    expect(said(text)).toEqual(wanted(model));
    for (let at = 0; at < 14; at += 1) {
      const name = one_of(pick, Object.keys(STEPS)) ?? '';
      const before = text;
      const made = STEPS[name]?.(pick, model, text, `n${at}`) ?? null;
      if (made !== null) taken[name] = (taken[name] ?? 0) + 1;
      text = made ?? text;
      const told = `${name}\n--- before\n${before}\n--- after\n${text}`;
      expect(said(text), told).toEqual(wanted(model));
      for (const line of LINES) expect(text.split('\n'), told).toContain(line);
      for (const note of notes_of(before, model)) expect(text, told).toContain(note);
    }
  });

  it('each step is taken often enough to say something', () => {
    for (const name of Object.keys(STEPS)) expect(taken[name] ?? 0, name).toBeGreaterThan(9);
  });

  it('a new group that goes again leaves the text as it was', () => {
    const text =
      'aiflow_dag: 1\ndag_id: d # d\ntasks:\n  - task_id: a\n    operator: EmptyOperator\n';
    const made = wrap_task(text, 'a');
    expect(made.text).toContain('task_groups:\n  - group_id: group\n');
    expect(made.text).toContain('    task_group: group\n');
    expect(dissolve_group(made.text, made.id)).toBe(text);
  });

  it('a group and what is in it do not run after each other', () => {
    const text = `tasks:
- {task_id: a, task_group: g, operator: E}
- {task_id: b, operator: E, dependencies: [g]}
task_groups: [{group_id: g}]
`;
    const { flow } = parse_flow(text);
    if (!flow) throw new Error('no flow');
    expect(makes_circle(flow, 'b', 'g.a')).toBe(true);
    expect(makes_circle(flow, 'b', 'group:g')).toBe(true);
    expect(makes_circle(flow, 'g.a', 'group:g')).toBe(true);
    expect(makes_circle(flow, 'g.a', 'b')).toBe(false);
  });
});
