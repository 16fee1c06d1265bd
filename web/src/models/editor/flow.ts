// SPDX-License-Identifier: Apache-2.0
// A YAML DAG's text as the canvas and the forms show it: tasks, groups, what runs after what, and
// at which line each thing stands.
import { type Document, type Node, isCollection, isMap, isNode, isScalar } from 'yaml';
import { type Path, read_yaml } from '@/models/editor/text-edits';

export type Fields = Readonly<Record<string, unknown>>;

export interface FlowTask {
  /** Place in the list `tasks`. */
  at: number;
  /** With the prefix of its groups; of several with one id, or none, each is told by its place. */
  key: string;
  id: string;
  operator: string;
  /** Full id of its group. */
  group: string | null;
  /** Full ids, as written. */
  after: readonly string[];
  fields: Fields;
}

export interface FlowGroup {
  at: number;
  /** Full id. */
  id: string;
  /** In front of the ids of what is in it. */
  prefix: string;
  parent: string | null;
  after: readonly string[];
  fields: Fields;
}

export interface Flow {
  dag_id: string;
  fields: Fields;
  tasks: readonly FlowTask[];
  groups: readonly FlowGroup[];
}

/** What is wrong at which place; line and column from 1. */
export interface TextError {
  message: string;
  line: number;
  column: number;
}

export type FlowReading =
  { flow: Flow; doc: Document; error: null } | { flow: null; doc: null; error: TextError };

const is_fields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text_of = (value: unknown): string => (typeof value === 'string' ? value : '');

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** Ids in `dependencies`: a list, or a single one. */
function ids_in(value: unknown): string[] {
  const all = Array.isArray(value) ? (value as unknown[]) : [value];
  return all.filter((one): one is string => typeof one === 'string');
}

function read_groups(root: Fields): [groups: FlowGroup[], prefixes: Map<string, string>] {
  const prefixes = new Map<string, string>();
  const groups: FlowGroup[] = [];
  listed(root.task_groups).forEach((fields, at) => {
    if (!is_fields(fields)) return;
    const wanted = text_of(fields.parent_group);
    const parent = prefixes.has(wanted) ? wanted : null;
    const outer = parent === null ? '' : (prefixes.get(parent) ?? '');
    const id = outer + text_of(fields.group_id);
    const prefix = fields.prefix_group_id === false ? outer : `${id}.`;
    prefixes.set(id, prefix);
    groups.push({ at, id, prefix, parent, after: ids_in(fields.dependencies), fields });
  });
  return [groups, prefixes];
}

function read_flow(root: Fields): Flow {
  const [groups, prefixes] = read_groups(root);
  const seen = new Set<string>();
  const tasks: FlowTask[] = [];
  listed(root.tasks).forEach((fields, at) => {
    if (!is_fields(fields)) return;
    const wanted = text_of(fields.task_group);
    const group = prefixes.has(wanted) ? wanted : null;
    const own = text_of(fields.task_id);
    const id = (group === null ? '' : (prefixes.get(group) ?? '')) + own;
    const key = own === '' || seen.has(id) ? `#${at}` : id;
    seen.add(id);
    const operator = text_of(fields.operator);
    tasks.push({ at, key, id, operator, group, after: ids_in(fields.dependencies), fields });
  });
  return { dag_id: text_of(root.dag_id), fields: root, tasks, groups };
}

/** Line and column of a place in a text, from 1. */
export function place_at(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return {
    line: before.split('\n').length,
    column: offset - (before.lastIndexOf('\n') + 1) + 1,
  };
}

function broken(text: string, message: string, offset: number): FlowReading {
  return { flow: null, doc: null, error: { message, ...place_at(text, offset) } };
}

/** Never throws: a text that is no YAML, or no map, has an error. */
export function parse_flow(text: string): FlowReading {
  const doc = read_yaml(text);
  const first = doc.errors[0];
  if (first) {
    const message = first.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? '';
    return broken(text, message, first.pos[0]);
  }
  let root: unknown;
  try {
    root = doc.toJS();
  } catch (error) {
    return broken(text, error instanceof Error ? error.message : String(error), 0);
  }
  if (!is_fields(root)) return broken(text, 'aiflow_dag: 1', 0);
  return { flow: read_flow(root), doc, error: null };
}

/** Where a path's key (or item) stands; the nearest thing around it when it is not there. */
export function offset_of(doc: Document, path: Path): number {
  let node: unknown = doc.contents;
  let offset = 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((one) => isScalar(one.key) && one.key.value === key);
      if (!pair) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isCollection(node)) {
      const item = node.items[Number(key)];
      if (!isNode(item)) break;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else break;
  }
  return offset;
}

/** The edges of the canvas, from what is first to what comes after it; groups have keys of their own. */
export interface FlowEdge {
  source: string;
  target: string;
}

export const group_node = (id: string): string => `group:${id}`;

/** The group that a node of the canvas stands for. */
export const group_of_node = (flow: Flow, node: string | null): FlowGroup | undefined =>
  flow.groups.find((one) => group_node(one.id) === node);

export function edges_of(flow: Flow): FlowEdge[] {
  const tasks = new Map(flow.tasks.map((task) => [task.id, task.key]));
  const groups = new Set(flow.groups.map((group) => group.id));
  const node_of = (id: string): string | null =>
    tasks.get(id) ?? (groups.has(id) ? group_node(id) : null);
  const into = (after: readonly string[], target: string): FlowEdge[] =>
    after.flatMap((id) => {
      const source = node_of(id);
      return source === null ? [] : [{ source, target }];
    });
  return [
    ...flow.tasks.flatMap((task) => into(task.after, task.key)),
    ...flow.groups.flatMap((group) => into(group.after, group_node(group.id))),
  ];
}

/** A group and those inside it, outer ones first. */
export function groups_in(flow: Flow, group: string): Set<string> {
  const inside = new Set([group]);
  for (const one of flow.groups) if (one.parent && inside.has(one.parent)) inside.add(one.id);
  return inside;
}

/** Tasks below a group, those of groups inside it too. */
export function tasks_in(flow: Flow, group: string): FlowTask[] {
  const inside = groups_in(flow, group);
  return flow.tasks.filter((task) => task.group !== null && inside.has(task.group));
}
