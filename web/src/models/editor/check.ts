// SPDX-License-Identifier: Apache-2.0
// What is wrong with a DAG, told at once from the catalogue of operators; the server's check, which
// makes the DAG, comes a moment later and has the last word.
import type { DagCheck, OperatorCatalogue, OperatorField, OperatorInfo } from '@/api/types.gen';
import type { Fields, Flow, FlowTask } from '@/models/editor/flow';
import type { Path } from '@/models/editor/text-edits';

export type ProblemCode =
  | 'missing'
  | 'id'
  | 'twice'
  | 'operator'
  | 'group'
  | 'unknown_task'
  | 'circle'
  | 'kind'
  | 'choice'
  | 'minimum'
  | 'braces'
  | 'taken';

/** With a code it is told in the reader's language, else as the server said it. */
export interface Problem {
  path: Path;
  code: ProblemCode | null;
  message: string;
  line: number | null;
}

const FITS: Record<string, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  long_text: (value) => typeof value === 'string',
  moment: (value) => typeof value === 'string',
  time: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  duration: (value) => typeof value === 'number',
  list: (value) => Array.isArray(value),
  map: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  any: () => true,
};

export const fits = (kind: string, value: unknown): boolean => FITS[kind]?.(value) ?? true;

/** Which of a field's kinds its value is now; the first one while it has none, or a wrong one. */
export function kind_of(field: OperatorField, value: unknown): string {
  const first = field.kinds[0] ?? 'any';
  if (value === undefined || value === null) return first;
  const found = field.kinds.find((kind) => fits(kind, value));
  if (found) return found;
  return typeof value === 'object' ? 'any' : first;
}

function braces_match(text: string): boolean {
  for (const [open, close] of [
    ['{{', '}}'],
    ['{%', '%}'],
  ] as const) {
    if (text.split(open).length !== text.split(close).length) return false;
  }
  return true;
}

/** The code of what is wrong with a value, and what the message fills in. */
export function value_problem(
  field: OperatorField,
  value: unknown,
): { code: ProblemCode; message: string } | null {
  if (typeof value === 'string' && field.templated && value.includes('{{')) {
    return braces_match(value) ? null : { code: 'braces', message: field.name };
  }
  if (!field.kinds.some((kind) => fits(kind, value))) {
    return { code: 'kind', message: field.kinds.join(',') };
  }
  if (!field.is_open && field.choices && !field.choices.includes(String(value))) {
    return { code: 'choice', message: field.choices.join(', ') };
  }
  const least = field.minimum ?? null;
  if (least !== null && typeof value === 'number' && value < least) {
    return { code: 'minimum', message: String(least) };
  }
  return null;
}

const ID = /^[\p{L}\p{N}_.-]{1,250}$/u;

const made = (path: Path, code: ProblemCode, message = ''): Problem => ({
  path,
  code,
  message,
  line: null,
});

function fields_problems(
  at: Path,
  given: Fields,
  fields: readonly OperatorField[],
  defaults: Fields,
): Problem[] {
  return fields.flatMap((field) => {
    const value = given[field.name];
    const path = [...at, field.name];
    if (value === undefined || value === null) {
      const is_missing = field.required && !(field.name in given) && !(field.name in defaults);
      return is_missing ? [made(path, 'missing', field.name)] : [];
    }
    const problem = value_problem(field, value);
    return problem ? [made(path, problem.code, problem.message)] : [];
  });
}

/** Ids on a circle that leads through the task; empty without one. */
function circle_of(task: FlowTask, tasks: ReadonlyMap<string, FlowTask>): string[] {
  const from = new Map<string, string>();
  const todo = [...task.after].map((id): [string, string] => [id, task.id]);
  for (let next = todo.pop(); next; next = todo.pop()) {
    const [id, below] = next;
    if (from.has(id)) continue;
    from.set(id, below);
    if (id === task.id) {
      const path = [id];
      for (let one = from.get(id); one !== undefined && one !== id; one = from.get(one)) {
        path.push(one);
      }
      return [...path, id];
    }
    todo.push(...(tasks.get(id)?.after ?? []).map((one): [string, string] => [one, id]));
  }
  return [];
}

interface Known {
  operators: ReadonlyMap<string, OperatorInfo>;
  common: readonly OperatorField[];
  tasks: ReadonlyMap<string, FlowTask>;
  groups: ReadonlySet<string>;
  defaults: Fields;
}

function task_problems(task: FlowTask, known: Known, count: number): Problem[] {
  const at: Path = ['tasks', task.at];
  const found: Problem[] = [];
  const own = task.fields.task_id;
  if (own === undefined) found.push(made([...at, 'task_id'], 'missing', 'task_id'));
  else if (typeof own !== 'string' || !ID.test(own)) found.push(made([...at, 'task_id'], 'id'));
  else if (count > 1) found.push(made([...at, 'task_id'], 'twice', task.id));
  const operator = known.operators.get(task.operator);
  if (!operator) found.push(made([...at, 'operator'], 'operator', task.operator));
  const group = task.fields.task_group;
  if (typeof group === 'string' && task.group === null) {
    found.push(made([...at, 'task_group'], 'group', group));
  }
  for (const id of task.after) {
    if (!known.tasks.has(id) && !known.groups.has(id)) {
      found.push(made([...at, 'dependencies'], 'unknown_task', id));
    }
  }
  const circle = circle_of(task, known.tasks);
  if (circle.length > 0) found.push(made([...at, 'dependencies'], 'circle', circle.join(' → ')));
  const fields = [...(operator?.fields ?? []), ...known.common];
  return [...found, ...fields_problems(at, task.fields, fields, known.defaults)];
}

const as_fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** All that the catalogue tells, in the order of the text's lists. */
export function flow_problems(flow: Flow, catalogue: OperatorCatalogue): Problem[] {
  const known: Known = {
    operators: new Map(catalogue.operators.map((one) => [one.name, one])),
    common: catalogue.common,
    tasks: new Map(flow.tasks.map((task) => [task.id, task])),
    groups: new Set(flow.groups.map((group) => group.id)),
    defaults: as_fields(flow.fields.default_args),
  };
  const own: Problem[] = [];
  if (!('dag_id' in flow.fields)) own.push(made(['dag_id'], 'missing', 'dag_id'));
  else if (!ID.test(flow.dag_id)) own.push(made(['dag_id'], 'id'));
  return [
    ...own,
    ...fields_problems([], flow.fields, catalogue.dag, {}),
    ...flow.tasks.flatMap((task) =>
      task_problems(task, known, flow.tasks.filter((one) => one.id === task.id).length),
    ),
  ];
}

/** The server's problems, with numbers for places in lists. */
export function server_problems(check: DagCheck): Problem[] {
  return check.problems.map((one) => ({
    path: one.path.map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
    code: null,
    message: one.message,
    line: one.line,
  }));
}

/** Of a DAG that has no file yet: there is another one of its name. */
export function name_problems(check: DagCheck): Problem[] {
  if (!check.is_taken) return [];
  return [{ path: ['dag_id'], code: 'taken', message: check.dag_id, line: null }];
}

/** Those of a thing: at its place or inside it. */
export function problems_at(problems: readonly Problem[], path: Path): Problem[] {
  return problems.filter((one) => path.every((part, index) => one.path[index] === part));
}
