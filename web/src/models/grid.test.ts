// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { type DagRun, type Grid, TASK_STATES } from '@/api/types.gen';
import {
  grid_lines,
  line_state,
  patch_grid_run,
  patch_grid_states,
  read_grid,
  state_at,
} from '@/models/grid';

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

const bash = { operator_name: 'BashOperator', is_mapped: false };

/** a, then the group g with g.b and the group g.h with g.h.c, then d. */
const WIRE: Grid = {
  dag_id: 'd',
  tasks: [
    { task_id: 'a', label: 'a', ...bash },
    { task_id: 'g.b', label: '', group: 'g', ...bash },
    { task_id: 'd', label: 'Last', ...bash },
    { task_id: 'g.h.c', label: 'c', group: 'g.h', ...bash },
  ],
  groups: [
    { id: 'g', label: 'Group', is_mapped: false },
    { id: 'g.h', label: '', parent: 'g', is_mapped: false },
  ],
  runs: [run('one'), run('two')],
  states: ['efea', 'c~'],
};
const GRID = read_grid(WIRE, 2);
const names = (folded: string[] = [], text = ''): string[] =>
  grid_lines(GRID, new Set(folded), text).map((line) => '.'.repeat(line.depth) + line.label);

describe('the grid', () => {
  it('reads a letter for each task and run, none where the server sent none it knows', () => {
    const states = GRID.columns.map((column) => [0, 1, 2, 3].map((row) => state_at(column, row)));
    expect(states).toEqual([
      ['success', 'failed', 'success', 'no_status'],
      ['queued', 'no_status', 'no_status', 'no_status'],
    ]);
  });
  it('changes cells of one run, and only that column', () => {
    const next = patch_grid_states(GRID, 'two', new Map([['g.b', 'running']]));
    expect(state_at(next.columns[1], 1)).toBe('running');
    expect(state_at(GRID.columns[1], 1)).toBe('no_status');
    expect(next.columns[0]).toBe(GRID.columns[0]);
  });
  it('stays the same object for an unknown run, an unknown task and no change', () => {
    expect(patch_grid_states(GRID, 'x', new Map([['a', 'failed']]))).toBe(GRID);
    expect(patch_grid_states(GRID, 'one', new Map([['x', 'failed']]))).toBe(GRID);
    expect(patch_grid_states(GRID, 'one', new Map([['a', 'success']]))).toBe(GRID);
  });
  it('takes a new run at the end, lets the oldest go, and a known one in place', () => {
    const more = patch_grid_run(GRID, run('three'));
    expect(more.runs.map((one) => one.dag_run_id)).toEqual(['two', 'three']);
    expect(more.columns.map((column) => state_at(column, 0))).toEqual(['queued', 'no_status']);
    const ended = patch_grid_run(GRID, { ...run('one'), state: 'failed' });
    expect(ended.runs.map((one) => one.state)).toEqual(['failed', 'running']);
  });
});

describe('the lines of a grid', () => {
  it('keep tasks under their groups, each where its first task stands', () => {
    expect(names()).toEqual(['a', 'Group', '.g.b', '.g.h', '..c', 'Last']);
  });
  it('of a folded group are one', () => {
    expect(names(['g'])).toEqual(['a', 'Group', 'Last']);
    expect(names(['g.h'])).toEqual(['a', 'Group', '.g.b', '.g.h', 'Last']);
  });
  it('hold only what matches, in open groups', () => {
    expect(names(['g'], ' C ')).toEqual(['Group', '.g.h', '..c']);
    expect(names([], 'g.h')).toEqual(['Group', '.g.h', '..c']);
    expect(names([], 'nothing')).toEqual([]);
  });
  it('show the most telling state of a group', () => {
    const [, group, , inner] = grid_lines(GRID, new Set(), '');
    const shown = (line: typeof group, at: number): string | undefined =>
      line && TASK_STATES[line_state(line, GRID.columns[at])];
    expect(shown(group, 0)).toBe('failed');
    expect(shown(inner, 0)).toBe('no_status');
    expect(shown(group, 2)).toBe('no_status');
  });
});
