// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Calendar, DagGraph, DurationPoint } from '@/api/types.gen';
import {
  day_after,
  day_view,
  month_columns,
  read_year,
  weeks_of,
  year_range,
  year_sum,
} from '@/models/views/calendar';
import { duration_model, quantile, read_last } from '@/models/views/durations';
import { task_tree } from '@/models/views/task-tree';
import { diff_blocks, diff_lines, diff_rows } from '@/models/views/text-diff';

describe('durations', () => {
  const point = (seconds: number | null, state = 'success'): DurationPoint => ({
    dag_run_id: `r${seconds}`,
    run_type: 'manual',
    run_after: '2026-01-01T00:00:00Z',
    state,
    start_date: '2026-01-01T00:00:00Z',
    instances: 1,
    ...(seconds === null
      ? {}
      : { end_date: new Date(Date.UTC(2026) + seconds * 1000).toISOString() }),
  });
  it('have a median and a p95 of what succeeded', () => {
    const model = duration_model(
      [1, 2, 3, 4, 100].map((s) => point(s)),
      0,
    );
    expect(model.median).toBe(3);
    expect(model.p95).toBeCloseTo(80.8);
    const failed = duration_model([point(1), point(50, 'failed')], 0);
    expect([failed.median, failed.failed]).toEqual([1, 1]);
  });
  it('follow a trend that one long run does not move', () => {
    const model = duration_model(
      [2, 2, 90, 2].map((s) => point(s)),
      0,
    );
    expect(model.trend).toEqual([2, 2, 2, 2]);
  });
  it('grow while something runs, and do not count until it is over', () => {
    const model = duration_model([point(null, 'running')], Date.UTC(2026) + 5000);
    expect(model.points[0]).toMatchObject({ seconds: 5, is_open: true });
    expect(model.median).toBeNull();
    expect(model.trend).toEqual([null]);
  });
  it('are asked for in known numbers', () => {
    expect([read_last('120'), read_last('9'), read_last(null)]).toEqual([120, 60, 60]);
    expect(quantile([], 0.5)).toBeNull();
  });
});

describe('a calendar', () => {
  const day = (date: string, failed: number, success: number, planned = 0) => ({
    date,
    start: '',
    end: '',
    planned,
    runs: [
      { state: 'success' as const, count: success },
      { state: 'failed' as const, count: failed },
    ],
  });
  it('has all days of the year in weeks from Sunday', () => {
    const weeks = weeks_of(2026);
    expect(weeks.flat().filter(Boolean)).toHaveLength(365);
    expect(weeks_of(2028).flat().filter(Boolean)).toHaveLength(366);
    // 2026 begins on a Thursday.
    expect(weeks[0]).toEqual([null, null, null, null, '2026-01-01', '2026-01-02', '2026-01-03']);
    expect(month_columns(weeks).map((one) => one.month)).toEqual([...Array(12).keys()]);
  });
  it('tells the worst state of a day and counts the runs', () => {
    expect(day_view(day('2026-01-01', 1, 4))).toEqual({ count: 5, worst: 'failed', planned: 0 });
    expect(day_view(day('2026-01-01', 0, 4)).worst).toBe('success');
    expect(day_view(undefined)).toEqual({ count: 0, worst: null, planned: 0 });
  });
  it('sums up the one year', () => {
    const days = [day('2025-12-31', 1, 1), day('2026-01-01', 1, 2, 3)];
    const calendar: Calendar = { dag_id: 'd', timezone: 'UTC', days };
    expect(year_sum(calendar, 2026)).toEqual({ runs: 3, failed: 1, planned: 3 });
  });
  it('asks for the year in every zone', () => {
    const { start, end } = year_range(2026);
    expect([start.slice(0, 10), end.slice(0, 10)]).toEqual(['2025-12-31', '2027-01-02']);
    expect([read_year('2024', 2026), read_year('99', 2026), read_year(null, 2026)]).toEqual([
      2024, 2026, 2026,
    ]);
  });
  it('is walked by keys, within the year', () => {
    expect(day_after('ArrowRight', '2026-01-01')).toBe('2026-01-08');
    expect(day_after('ArrowUp', '2026-01-01')).toBeNull();
    expect(day_after('x', '2026-01-01')).toBeNull();
  });
});

describe('the tree of tasks', () => {
  const graph = {
    nodes: ['a', 'b', 'c', 'd'].map((id) => ({ id, label: id })),
    edges: [
      { source: 'a', target: 'b' },
      { source: 'a', target: 'c' },
      { source: 'b', target: 'd' },
      { source: 'c', target: 'd' },
    ],
  } as unknown as DagGraph;
  const drawn = (folded: string[] = []): string[] =>
    task_tree(graph, new Set(folded)).map(({ depth, task_id }) => '-'.repeat(depth) + task_id);

  it('shows what waits for a task below it, at each place', () => {
    expect(drawn()).toEqual(['a', '-b', '--d', '-c', '--d']);
    expect(drawn(['b'])).toEqual(['a', '-b', '-c', '--d']);
    expect(drawn(['a'])).toEqual(['a']);
  });
  it('gives every place its own key', () => {
    const keys = task_tree(graph, new Set()).map((row) => row.key);
    expect(new Set(keys).size).toBe(keys.length);
  });
  it('shows what comes after a task once', () => {
    const longer = { ...graph, edges: [...graph.edges, { source: 'd', target: 'e' }] };
    const rows = task_tree({ ...longer, nodes: graph.nodes }, new Set());
    expect(rows.map((row) => row.task_id)).toEqual(['a', 'b', 'd', 'e', 'c', 'd']);
    expect(rows.at(-1)).toMatchObject({ is_repeat: true, has_more: false });
  });
  it('bears long chains', () => {
    const nodes = Array.from({ length: 20_000 }, (_, n) => ({ id: `t${n}`, label: '' }));
    const edges = nodes.slice(1).map((node, n) => ({ source: `t${n}`, target: node.id }));
    const chain = { nodes, edges } as unknown as DagGraph;
    expect(task_tree(chain, new Set())).toHaveLength(20_000);
  });
});

describe('a diff', () => {
  const short = (before: string, after: string): string[] =>
    diff_lines(before, after).map(
      ({ kind, text }) => ({ same: ' ', removed: '-', added: '+' })[kind] + text,
    );
  it('finds what was added, removed and kept', () => {
    expect(short('a\nb\nc\n', 'a\nx\nc\nd\n')).toEqual([' a', '-b', '+x', ' c', '+d']);
    expect(short('', 'a\n')).toEqual(['+a']);
    expect(short('a\n', 'a\n')).toEqual([' a']);
    expect(short('a\nb\nc\nb\n', 'b\nc\nb\n')).toEqual(['-a', ' b', ' c', ' b']);
  });
  it('numbers the lines of each side', () => {
    const last = diff_lines('a\nb\n', 'x\na\nb\n').at(-1);
    expect(last).toEqual({ kind: 'same', text: 'b', before: 2, after: 3 });
  });
  it('puts what replaces a line beside it', () => {
    const rows = diff_rows(diff_lines('a\nb\n', 'a\nx\ny\n'));
    expect(rows.map(({ left, right }) => [left?.text, right?.text])).toEqual([
      ['a', 'a'],
      ['b', 'x'],
      [undefined, 'y'],
    ]);
  });
  it('cuts long stretches that are the same', () => {
    const text = Array.from({ length: 40 }, (_, n) => `line ${n}`).join('\n');
    const blocks = diff_blocks(diff_lines(text, text.replace('line 20', 'other')), 3);
    expect(blocks.map((one) => (one.kind === 'cut' ? one.count : one.lines.length))).toEqual([
      17, 8, 16,
    ]);
  });
  it('bears texts too long to compare', () => {
    const many = (word: string): string => `${word}\n`.repeat(3000);
    expect(diff_lines(many('a'), many('b'))).toHaveLength(6000);
  });
});
