// SPDX-License-Identifier: Apache-2.0
// The grid of a DAG: tasks (rows) x runs (columns, oldest first). A million cells are held as a
// column of bytes for each run; a byte is a state's number in TASK_STATES.
import {
  type DagRun,
  type Grid,
  type GridTask,
  type GraphGroup,
  TASK_STATES,
  type TaskState,
} from '@/api/types.gen';
import { MOST_TELLING } from '@/models/instances';
import { replaced } from '@/models/list';

export interface GridData {
  dag_id: string;
  tasks: readonly GridTask[];
  groups: readonly GraphGroup[];
  runs: readonly DagRun[];
  /** One for each run, with a byte for each task. A changed column is another array. */
  columns: readonly Uint8Array[];
  /** Place of each task in `tasks`. */
  row_of: ReadonlyMap<string, number>;
  /** Runs that were asked for; more push the oldest out. */
  limit: number;
}

export const NO_STATUS = TASK_STATES.indexOf('no_status');
const LETTER_A = 'a'.charCodeAt(0);

/** A letter of a run's word as a state's number; one of a newer server counts as none. */
function number_of(letter: number): number {
  const number = letter - LETTER_A;
  return number >= 0 && number < TASK_STATES.length ? number : NO_STATUS;
}

function column_of(word: string, length: number): Uint8Array {
  const column = new Uint8Array(length).fill(NO_STATUS);
  const known = Math.min(word.length, length);
  for (let at = 0; at < known; at += 1) column[at] = number_of(word.charCodeAt(at));
  return column;
}

export function read_grid(grid: Grid, limit: number): GridData {
  return {
    dag_id: grid.dag_id,
    tasks: grid.tasks,
    groups: grid.groups,
    runs: grid.runs,
    columns: grid.runs.map((_, at) => column_of(grid.states[at] ?? '', grid.tasks.length)),
    row_of: new Map(grid.tasks.map((task, at) => [task.task_id, at])),
    limit,
  };
}

export function state_at(column: Uint8Array | undefined, row: number): TaskState {
  return TASK_STATES[column?.[row] ?? NO_STATUS] ?? 'no_status';
}

/** The grid with states of tasks of one run changed; the same object when nothing changes. */
export function patch_grid_states(
  grid: GridData,
  dag_run_id: string,
  states: ReadonlyMap<string, TaskState>,
): GridData {
  const at = grid.runs.findIndex((run) => run.dag_run_id === dag_run_id);
  const old = grid.columns[at];
  if (!old) return grid;
  const column = old.slice();
  for (const [task_id, state] of states) {
    const row = grid.row_of.get(task_id);
    if (row !== undefined) column[row] = TASK_STATES.indexOf(state);
  }
  const same = column.every((state, row) => state === old[row]);
  return same ? grid : { ...grid, columns: replaced(grid.columns, at, column) };
}

/** The grid with a run added (newest at the end) or replaced. */
export function patch_grid_run(grid: GridData, run: DagRun): GridData {
  const at = grid.runs.findIndex((one) => one.dag_run_id === run.dag_run_id);
  if (at >= 0) return { ...grid, runs: replaced(grid.runs, at, run) };
  return {
    ...grid,
    runs: [...grid.runs, run].slice(-grid.limit),
    columns: [...grid.columns, column_of('', grid.tasks.length)].slice(-grid.limit),
  };
}

/** A line on screen: a task, or a group that folds its tasks into one. */
export interface GridLine {
  kind: 'task' | 'group';
  /** Of the task or of the group. */
  id: string;
  label: string;
  /** Groups around it. */
  depth: number;
  /** Places in `tasks` of what its cells show. */
  rows: readonly number[];
  task: GridTask | null;
  folded: boolean;
}

interface Branch {
  id: string;
  label: string;
  rows: number[];
  /** In the order in which their first tasks come. */
  parts: (Branch | number)[];
}

/** Tasks under their groups, each where its first task stands. */
function tree_of(grid: GridData, wanted: (task: GridTask) => boolean): Branch {
  const group_of = new Map(grid.groups.map((group) => [group.id, group]));
  const root: Branch = { id: '', label: '', rows: [], parts: [] };
  const branches = new Map<string, Branch>([['', root]]);
  const branch = (id: string): Branch => {
    const known = branches.get(id);
    if (known) return known;
    const group = group_of.get(id);
    const made: Branch = { id, label: group?.label || id, rows: [], parts: [] };
    branches.set(id, made);
    branch(group?.parent ?? '').parts.push(made);
    return made;
  };
  for (const [row, task] of grid.tasks.entries()) {
    if (!wanted(task)) continue;
    branch(task.group ?? '').parts.push(row);
    for (let id: string | null | undefined = task.group; id; id = group_of.get(id)?.parent) {
      branch(id).rows.push(row);
    }
  }
  return root;
}

/** Whether a task's or its group's name holds what somebody typed. */
function matches(task: GridTask, text: string): boolean {
  return [task.task_id, task.label, task.group ?? ''].some((name) =>
    name.toLowerCase().includes(text),
  );
}

/** The lines to show; `text` leaves only tasks that hold it, and opens their groups. */
export function grid_lines(grid: GridData, folded: ReadonlySet<string>, text: string): GridLine[] {
  const wanted = text.trim().toLowerCase();
  const lines: GridLine[] = [];
  const put = (branch: Branch, depth: number): void => {
    for (const part of branch.parts) {
      if (typeof part === 'number') {
        const task = grid.tasks[part] as GridTask;
        const label = task.label || task.task_id;
        const rows = [part];
        lines.push({ kind: 'task', id: task.task_id, label, depth, rows, task, folded: false });
        continue;
      }
      const { id, label, rows } = part;
      const is_folded = !wanted && folded.has(id);
      lines.push({ kind: 'group', id, label, depth, rows, task: null, folded: is_folded });
      if (!is_folded) put(part, depth + 1);
    }
  };
  put(
    tree_of(grid, (task) => matches(task, wanted)),
    0,
  );
  return lines;
}

const RANK = Uint8Array.from(TASK_STATES, (state) => MOST_TELLING.indexOf(state));

/** The state's number that a line shows in a run: of several tasks the most telling one. */
export function line_state(line: GridLine, column: Uint8Array | undefined): number {
  let shown = NO_STATUS;
  let best: number = TASK_STATES.length;
  for (const row of line.rows) {
    const state = column?.[row] ?? NO_STATUS;
    const rank = RANK[state] ?? TASK_STATES.length;
    if (rank >= best) continue;
    best = rank;
    shown = state;
    if (best === 0) break;
  }
  return shown;
}
