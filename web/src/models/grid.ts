// SPDX-License-Identifier: Apache-2.0
// The grid of a DAG: tasks (rows) x runs (columns, oldest first).
import { type DagRun, type Grid, TASK_STATES, type TaskState } from '@/api/types.gen';
import { replaced } from '@/models/list';
import { as_list } from '@/models/unknown';

export interface GridRow {
  task_id: string;
  label: string;
  group: string | null;
  operator_name: string;
  is_mapped: boolean;
  /** One per run, in the order of `runs`. */
  states: TaskState[];
}

export interface GridModel {
  runs: DagRun[];
  rows: GridRow[];
}

/** A state as the server may write it: its word, its number in the schema's order, or null. */
export function read_state(value: unknown): TaskState {
  if (typeof value === 'string' && TASK_STATES.includes(value as TaskState)) {
    return value as TaskState;
  }
  if (typeof value === 'number') return TASK_STATES[value] ?? 'no_status';
  return 'no_status';
}

export function read_grid(grid: Grid): GridModel {
  const rows = as_list(grid.states);
  return {
    runs: grid.runs,
    rows: grid.tasks.map((task, row) => {
      const states = as_list(rows[row]);
      return {
        task_id: task.task_id,
        label: task.label || task.task_id,
        group: task.group ?? null,
        operator_name: task.operator_name,
        is_mapped: task.is_mapped,
        states: grid.runs.map((_, column) => read_state(states[column])),
      };
    }),
  };
}

/** The grid with one task's state in one run changed; the same object when nothing changes. */
export function patch_grid_state(
  grid: Grid,
  change: { dag_run_id: string; task_id: string; state: TaskState },
): Grid {
  const column = grid.runs.findIndex((run) => run.dag_run_id === change.dag_run_id);
  const row = grid.tasks.findIndex((task) => task.task_id === change.task_id);
  if (column < 0 || row < 0) return grid;
  const model = read_grid(grid);
  const states = model.rows.map((r) => r.states);
  const cells = states[row];
  if (!cells || cells[column] === change.state) return grid;
  states[row] = replaced(cells, column, change.state);
  return { ...grid, states };
}

/** The grid with a run added (newest at the end) or replaced. */
export function patch_grid_run(grid: Grid, run: DagRun): Grid {
  const at = grid.runs.findIndex((r) => r.dag_run_id === run.dag_run_id);
  if (at >= 0) return { ...grid, runs: replaced(grid.runs, at, run) };
  const states = read_grid(grid).rows.map((row) => [...row.states, 'no_status']);
  return { ...grid, runs: [...grid.runs, run], states };
}
