// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { type DagGraph, TASK_STATES, type TaskInstance, type TaskState } from '@/api/types.gen';
import { group_widths } from './dag-graph';
import {
  MOST_TELLING,
  changed_by_run_mark,
  count_states,
  in_state,
  instance_name,
  instances_of,
  markable,
  read_map_index,
  summary_by_task,
  with_instances,
} from './instances';

const one = (task_id: string, map_index: number, state: TaskState): TaskInstance =>
  ({ task_id, map_index, state, cause: '' }) as TaskInstance;

const LOADS = [
  one('load', 0, 'success'),
  one('load', 2, 'failed'),
  one('load', 1, 'success'),
  one('load', 3, 'running'),
];

describe('the instances of a task', () => {
  it('have an order for every state', () => {
    expect([...MOST_TELLING].sort()).toEqual([...TASK_STATES].sort());
  });
  it('are told as one by the most telling of them', () => {
    const summary = summary_by_task([...LOADS, one('plain', -1, 'queued')]);
    expect(summary.get('load')).toMatchObject({
      state: 'failed',
      instance: { map_index: 2 },
      width: 4,
      counts: [
        { state: 'failed', count: 1 },
        { state: 'running', count: 1 },
        { state: 'success', count: 2 },
      ],
    });
    expect(summary.get('plain')).toMatchObject({ state: 'queued', width: null });
  });
  it('that were removed from the run are counted, yet do not make it wider', () => {
    const summary = summary_by_task([one('a', 0, 'success'), one('a', 1, 'removed')]).get('a');
    expect(summary).toMatchObject({ state: 'success', width: 1 });
    expect(summary?.counts).toContainEqual({ state: 'removed', count: 1 });
  });
  it('of one task come by map index, all or in one state', () => {
    const list = instances_of([...LOADS, one('other', 0, 'failed')], 'load');
    expect(list.map((t) => t.map_index)).toEqual([0, 1, 2, 3]);
    expect(in_state(list, 'success').map((t) => t.map_index)).toEqual([0, 1]);
    expect(in_state(list, null)).toHaveLength(4);
  });
  it('take the place of the one that stood for them', () => {
    const before = [one('a', -1, 'success'), one('load', -1, 'no_status')];
    const after = with_instances(before, [
      one('load', 0, 'no_status'),
      one('load', 1, 'queued'),
      one('load', 1, 'running'),
    ]);
    expect(after.map((t) => `${t.task_id}[${t.map_index}] ${t.state}`)).toEqual([
      'a[-1] success',
      'load[0] no_status',
      'load[1] running',
    ]);
    // What stood for them is not coming back.
    expect(with_instances(after, [one('load', -1, 'queued')])).toHaveLength(3);
  });
  it('of an unexpanded task are replaced in place', () => {
    const list = [one('a', -1, 'queued'), one('b', -1, 'queued')];
    expect(with_instances(list, [one('a', -1, 'running')]).map((t) => t.state)).toEqual([
      'running',
      'queued',
    ]);
  });
  it('are marked only where it changes something', () => {
    const list = [...LOADS, one('load', 4, 'removed')];
    expect(markable(list, 'success').map((t) => t.map_index)).toEqual([2, 3]);
  });
  it('are counted for thousands in one pass', () => {
    const many = Array.from({ length: 5000 }, (_, i) => one('t', i, i % 5 ? 'success' : 'failed'));
    expect(count_states(many)).toEqual([
      { state: 'failed', count: 1000 },
      { state: 'success', count: 4000 },
    ]);
  });
});

describe('an instance', () => {
  it('has its index in its name when it has one', () => {
    expect([instance_name('a', 3), instance_name('a', -1)]).toEqual(['a[3]', 'a']);
  });
  it('is read from the address, or none is', () => {
    expect(['12', '0', null, '', '-1', 'x', '1e3'].map(read_map_index)).toEqual([
      12, 0, -1, -1, -1, -1, -1,
    ]);
  });
});

describe('a mapped group', () => {
  it('runs as often as its widest task, and only its own box tells so', () => {
    const node = (id: string, group: string): DagGraph['nodes'][number] =>
      ({ id, group, is_mapped: true }) as DagGraph['nodes'][number];
    const graph = {
      nodes: [node('a', 'inner'), node('b', 'outer'), node('c', 'plain')],
      groups: [
        { id: 'outer', label: '', is_mapped: true },
        { id: 'inner', label: '', parent: 'outer', is_mapped: false },
        { id: 'plain', label: '', is_mapped: false },
      ],
    } as unknown as DagGraph;
    const list = [one('a', 0, 'success'), one('a', 1, 'queued'), one('c', 0, 'queued')];
    expect([...group_widths(graph, summary_by_task(list))]).toEqual([['outer', 2]]);
    expect([...group_widths(graph, summary_by_task([one('a', -1, 'queued')]))]).toEqual([]);
  });
});

it('tells what a mark of a run would change', () => {
  const list = (['success', 'failed', 'running', 'skipped', 'no_status'] as const).map(
    (state) => ({ task_id: state, state, map_index: -1 }) as TaskInstance,
  );
  const names = (to: 'success' | 'failed'): string[] =>
    changed_by_run_mark(list, to).map((one) => one.task_id);
  expect(names('success')).toEqual(['failed', 'running', 'no_status']);
  expect(names('failed')).toEqual(['running', 'no_status']);
});
