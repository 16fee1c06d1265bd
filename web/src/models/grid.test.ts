// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { DagRun, Grid } from '@/api/types.gen';
import { patch_grid_run, patch_grid_state, read_grid, read_state } from '@/models/grid';

function run(dag_run_id: string): DagRun {
  return {
    dag_id: 'd',
    dag_run_id,
    state: 'running',
    run_type: 'manual',
    conf: {},
    note: '',
    dag_version: 1,
    cause: '',
    deadlines_missed: 0,
  };
}

const GRID: Grid = {
  dag_id: 'd',
  tasks: [
    { task_id: 'a', label: 'a', operator_name: 'BashOperator', is_mapped: false },
    { task_id: 'b', label: '', group: 'g', operator_name: 'BashOperator', is_mapped: true },
  ],
  runs: [run('one'), run('two')],
  states: [['success', null], ['queued']],
};

describe('the grid', () => {
  it('reads states as words, numbers of the schema, or nothing', () => {
    expect(read_state('failed')).toBe('failed');
    expect(read_state(4)).toBe('success');
    expect(read_state(null)).toBe('no_status');
    expect(read_state('from a newer server')).toBe('no_status');
  });
  it('has a state for each task and run, also where the server sent none', () => {
    const { rows } = read_grid(GRID);
    expect(rows.map((row) => row.states)).toEqual([
      ['success', 'no_status'],
      ['queued', 'no_status'],
    ]);
    expect(rows[1]?.label).toBe('b');
  });
  it('changes one cell', () => {
    const next = patch_grid_state(GRID, { dag_run_id: 'two', task_id: 'b', state: 'running' });
    expect(read_grid(next).rows[1]?.states).toEqual(['queued', 'running']);
    expect(read_grid(GRID).rows[1]?.states).toEqual(['queued', 'no_status']);
  });
  it('stays the same object for an unknown run, an unknown task and no change', () => {
    const same = { dag_run_id: 'one', task_id: 'a', state: 'success' as const };
    expect(patch_grid_state(GRID, same)).toBe(GRID);
    expect(patch_grid_state(GRID, { ...same, dag_run_id: 'x' })).toBe(GRID);
    expect(patch_grid_state(GRID, { ...same, task_id: 'x' })).toBe(GRID);
  });
  it('takes a new run at the end and a known one in place', () => {
    const more = patch_grid_run(GRID, run('three'));
    expect(more.runs.map((r) => r.dag_run_id)).toEqual(['one', 'two', 'three']);
    expect(read_grid(more).rows[0]?.states).toEqual(['success', 'no_status', 'no_status']);
    const ended = patch_grid_run(GRID, { ...run('one'), state: 'failed' });
    expect(ended.runs.map((r) => r.state)).toEqual(['failed', 'running']);
  });
});
