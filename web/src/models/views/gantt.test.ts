// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { DagGraph, DagRun, RunTry, TaskInstance } from '@/api/types.gen';
import { critical_path } from '@/models/views/critical-path';
import { axis_marks, bars_of, gantt_model, next_zoom, read_zoom } from '@/models/views/gantt';

const BASE = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number): string => new Date(BASE + seconds * 1000).toISOString();
const sec = (ms: number): number => (ms - BASE) / 1000;

function instance(task_id: string, fields: Partial<TaskInstance>): TaskInstance {
  return {
    ...({ dag_id: 'd', dag_run_id: 'r', map_index: -1, cause: '' } as TaskInstance),
    task_id,
    state: 'success',
    try_number: 1,
    max_tries: 1,
    ...fields,
  };
}

const RUN = { dag_id: 'd', dag_run_id: 'r', state: 'success', start_date: at(0) } as DagRun;
const node = (id: string): DagGraph['nodes'][number] =>
  ({ id, label: id }) as DagGraph['nodes'][number];
const GRAPH = {
  dag_id: 'd',
  nodes: ['a', 'b', 'c'].map(node),
  groups: [],
  edges: [
    { source: 'a', target: 'c' },
    { source: 'b', target: 'c' },
  ],
} as unknown as DagGraph;

const simple = (bars: ReturnType<typeof bars_of>): unknown[] =>
  bars.map((bar) => [bar.kind, sec(bar.from), sec(bar.to), bar.try_number, bar.is_open]);

describe('the bars of an instance', () => {
  it('are its wait and its run', () => {
    const one = instance('a', { queued_when: at(1), start_date: at(4), end_date: at(9) });
    expect(simple(bars_of(one, [], BASE))).toEqual([
      ['wait', 1, 4, 1, false],
      ['run', 4, 9, 1, false],
    ]);
  });
  it('grow with the time while it waits or runs', () => {
    const waiting = instance('a', { state: 'queued', queued_when: at(1) });
    expect(simple(bars_of(waiting, [], BASE + 5000))).toEqual([['wait', 1, 5, 1, true]]);
    const running = instance('a', { state: 'running', queued_when: at(1), start_date: at(2) });
    expect(simple(bars_of(running, [], BASE + 5000))[1]).toEqual(['run', 2, 5, 1, true]);
  });
  it('have the earlier tries before them, the ended current one once', () => {
    const tries = [
      { try_number: 1, state: 'failed', start_date: at(1), end_date: at(2) },
      { try_number: 2, state: 'success', start_date: at(6), end_date: at(9) },
    ] as RunTry[];
    const one = instance('a', {
      try_number: 2,
      scheduled_when: at(4),
      start_date: at(6),
      end_date: at(9),
    });
    expect(simple(bars_of(one, tries, BASE))).toEqual([
      ['run', 1, 2, 1, false],
      ['wait', 4, 6, 2, false],
      ['run', 6, 9, 2, false],
    ]);
  });
  it('wait again between two tries, whose start is the older one’s', () => {
    const tries = [
      { try_number: 1, state: 'failed', start_date: at(1), end_date: at(2) },
    ] as RunTry[];
    const one = instance('a', { state: 'queued', try_number: 2, queued_when: at(4) });
    expect(simple(bars_of({ ...one, start_date: at(1) }, tries, BASE + 6000))).toEqual([
      ['run', 1, 2, 1, false],
      ['wait', 4, 6, 2, true],
    ]);
  });
  it('are none for what never began', () => {
    expect(bars_of(instance('a', { state: 'skipped' }), [], BASE)).toEqual([]);
  });
});

describe('the critical path', () => {
  it('goes back over what ended last', () => {
    const spans = new Map([
      ['a', { from: 0, to: 5 }],
      ['b', { from: 0, to: 7 }],
      ['c', { from: 7, to: 9 }],
    ]);
    expect(critical_path(GRAPH.edges, spans)).toEqual(['b', 'c']);
    expect(critical_path(GRAPH.edges, new Map())).toEqual([]);
  });
  it('goes on over tasks that came after it in the same millisecond', () => {
    const edges = ['ab', 'bc', 'cd', 'bx'].map(([source, target]) => ({ source, target }));
    const spans = new Map([...'abcd'].map((id, at) => [id, { from: Math.min(at, 1) * 5, to: 5 }]));
    spans.set('x', { from: 0, to: 1 });
    expect(critical_path(edges as typeof GRAPH.edges, spans)).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('the rows', () => {
  const instances = [
    instance('c', { start_date: at(8), end_date: at(9) }),
    instance('a', { start_date: at(0), end_date: at(2) }),
    instance('b', { map_index: 1, start_date: at(4), end_date: at(8) }),
    instance('b', { map_index: 0, start_date: at(3), end_date: at(5), state: 'failed' }),
  ];
  const input = { run: RUN, graph: GRAPH, instances, tries: [], now: BASE + 60_000 };

  it('stand in the order of their begin, mapped tasks as one', () => {
    const { rows, span } = gantt_model({ ...input, unfolded: new Set() });
    expect(rows.map((row) => [row.key, row.instances, row.is_critical])).toEqual([
      ['a', null, false],
      ['b', 2, true],
      ['c', null, true],
    ]);
    expect(simple(rows[1]?.bars ?? [])).toEqual([['run', 3, 8, 1, false]]);
    expect(rows[1]?.state).toBe('failed');
    expect([sec(span.from), sec(span.to)]).toEqual([0, 9]);
  });
  it('have the instances below when unfolded', () => {
    const { rows } = gantt_model({ ...input, unfolded: new Set(['b']) });
    expect(rows.map((row) => row.key)).toEqual(['a', 'b', 'b[0]', 'b[1]', 'c']);
  });
  it('reach to now while the run runs', () => {
    const run = { ...RUN, state: 'running' as const };
    expect(sec(gantt_model({ ...input, run, unfolded: new Set() }).span.to)).toBe(60);
  });
});

describe('the axis', () => {
  it('has round marks with room between them', () => {
    expect(axis_marks(60_000, 400, 100)).toEqual([0, 15_000, 30_000, 45_000, 60_000]);
    expect(axis_marks(400 * 86_400_000, 500, 100).length).toBeLessThanOrEqual(6);
  });
  it('is zoomed in steps, and reads only known ones from the address', () => {
    expect([read_zoom('4'), read_zoom('3'), read_zoom(null)]).toEqual([4, 1, 1]);
    expect([next_zoom(1, -1), next_zoom(1, 1), next_zoom(32, 1)]).toEqual([1, 2, 32]);
  });
});
