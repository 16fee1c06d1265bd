// SPDX-License-Identifier: Apache-2.0
// When each task of a run waited and ran. Times are milliseconds since 1970.
import type { DagGraph, DagRun, RunTry, TaskInstance, TaskState } from '@/api/types.gen';
import { type Span, critical_path } from '@/models/views/critical-path';
import { instance_name, is_expanded, summary_by_task } from '@/models/instances';

export interface Bar extends Span {
  kind: 'wait' | 'run';
  state: TaskState;
  try_number: number;
  /** Still going on: `to` is now. */
  is_open: boolean;
}

export interface GanttRow {
  key: string;
  task_id: string;
  /** -1: the task as a whole. */
  map_index: number;
  label: string;
  state: TaskState;
  bars: Bar[];
  is_critical: boolean;
  /** How many instances can be unfolded below it; null: none, it is not mapped. */
  instances: number | null;
}

export interface GanttModel {
  rows: GanttRow[];
  span: Span;
}

export interface GanttInput {
  run: DagRun;
  graph: DagGraph;
  instances: readonly TaskInstance[];
  /** Ended tries. */
  tries: readonly RunTry[];
  /** Ids of mapped tasks whose instances are shown. */
  unfolded: ReadonlySet<string>;
  now: number;
}

const time = (text: string | null | undefined): number | null => (text ? Date.parse(text) : null);

/** States in which an instance waits for its turn, or runs. */
const WAITING = new Set<TaskState>(['scheduled', 'queued']);
const RUNNING = new Set<TaskState>(['running', 'restarting', 'deferred', 'awaiting_input']);

/** The ended tries of an instance before the current one, then the wait and the run of that. */
export function bars_of(one: TaskInstance, tries: readonly RunTry[], now: number): Bar[] {
  const start = time(one.start_date);
  const end = time(one.end_date);
  const is_current = (old: RunTry): boolean =>
    old.try_number === one.try_number && start !== null && time(old.start_date) === start;
  const bars: Bar[] = [];
  for (const old of tries) {
    const from = time(old.start_date);
    const to = time(old.end_date);
    if (from === null || to === null || is_current(old)) continue;
    bars.push({
      kind: 'run',
      from,
      to,
      state: old.state,
      try_number: old.try_number,
      is_open: false,
    });
  }
  const try_number = Math.max(1, one.try_number);
  const state = one.state;
  const asked = time(one.scheduled_when) ?? time(one.queued_when);
  const is_waiting = WAITING.has(state);
  // What was started before it was asked for again is an older try's.
  const started = start !== null && (asked === null || start >= asked || !is_waiting);
  const until = started && !is_waiting ? start : is_waiting ? now : null;
  if (asked !== null && until !== null && until > asked) {
    bars.push({ kind: 'wait', from: asked, to: until, state, try_number, is_open: is_waiting });
  }
  if (start !== null && !is_waiting) {
    const is_open = end === null && RUNNING.has(state);
    const to = end ?? (is_open ? now : start);
    bars.push({ kind: 'run', from: start, to: Math.max(start, to), state, try_number, is_open });
  }
  return bars.sort((a, b) => a.from - b.from);
}

/** From the first start to the last end of what ran; null: nothing did. */
function run_span(bars: readonly Bar[]): Span | null {
  const ran = bars.filter((bar) => bar.kind === 'run');
  if (ran.length === 0) return null;
  return {
    from: ran.reduce((least, bar) => Math.min(least, bar.from), Infinity),
    to: ran.reduce((most, bar) => Math.max(most, bar.to), -Infinity),
  };
}

/** Many instances as one: when the first waited, and from the first start to the last end. */
function folded(bars: readonly Bar[], state: TaskState): Bar[] {
  const span = run_span(bars);
  const is_open = bars.some((bar) => bar.is_open);
  const waited = bars.reduce((least, bar) => Math.min(least, bar.from), Infinity);
  const result: Bar[] = [];
  const base = { state, try_number: 1, is_open };
  if (span === null) {
    const to = bars.reduce((most, bar) => Math.max(most, bar.to), -Infinity);
    return bars.length === 0 ? [] : [{ ...base, kind: 'wait', from: waited, to }];
  }
  if (waited < span.from) {
    result.push({ ...base, kind: 'wait', from: waited, to: span.from, is_open: false });
  }
  result.push({ ...base, kind: 'run', ...span });
  return result;
}

interface Found {
  row: GanttRow;
  first: number;
  below: GanttRow[];
}

/** All rows of the tasks, those that began first on top; unfolded instances below their task. */
export function gantt_model(input: GanttInput): GanttModel {
  const { run, graph, instances, tries, unfolded, now } = input;
  const labels = new Map(graph.nodes.map((node) => [node.id, node.label || node.id]));
  const tries_of = new Map<string, RunTry[]>();
  for (const one of tries) {
    const name = instance_name(one.task_id, one.map_index);
    const held = tries_of.get(name);
    if (held) held.push(one);
    else tries_of.set(name, [one]);
  }
  const by_task = new Map<string, TaskInstance[]>();
  for (const one of instances) {
    const held = by_task.get(one.task_id);
    if (held) held.push(one);
    else by_task.set(one.task_id, [one]);
  }
  const spans = new Map<string, Span>();
  const found: Found[] = [];
  const summaries = summary_by_task(instances);
  for (const [task_id, held] of by_task) {
    const state = summaries.get(task_id)?.state ?? 'no_status';
    const is_mapped = held.some(is_expanded);
    const rows = held
      .map((one): GanttRow => {
        const key = instance_name(task_id, one.map_index);
        return {
          key,
          task_id,
          map_index: one.map_index,
          label: is_mapped ? `[${one.map_index}]` : (labels.get(task_id) ?? task_id),
          state: one.state,
          bars: bars_of(one, tries_of.get(key) ?? [], now),
          is_critical: false,
          instances: null,
        };
      })
      .sort((a, b) => a.map_index - b.map_index);
    const all_bars = rows.flatMap((row) => row.bars);
    const span = run_span(all_bars);
    if (span) spans.set(task_id, span);
    const first = all_bars.reduce((least, bar) => Math.min(least, bar.from), Infinity);
    const [only] = rows;
    const row: GanttRow = is_mapped
      ? {
          key: task_id,
          task_id,
          map_index: -1,
          label: labels.get(task_id) ?? task_id,
          state,
          bars: folded(all_bars, state),
          is_critical: false,
          instances: rows.length,
        }
      : (only as GanttRow);
    found.push({ row, first, below: is_mapped && unfolded.has(task_id) ? rows : [] });
  }
  const order = new Map(graph.nodes.map((node, at) => [node.id, at]));
  const place = (one: Found): number => order.get(one.row.task_id) ?? graph.nodes.length;
  found.sort((a, b) => (a.first === b.first ? place(a) - place(b) : a.first - b.first));
  const critical = new Set(critical_path(graph.edges, spans));
  const rows = found.flatMap(({ row, below }) => [
    { ...row, is_critical: critical.has(row.task_id) },
    ...below,
  ]);
  return { rows, span: span_of(run, found, now) };
}

function span_of(run: DagRun, found: readonly Found[], now: number): Span {
  const bars = found.flatMap(({ row }) => row.bars);
  const started = time(run.start_date) ?? time(run.queued_at) ?? now;
  const ended = time(run.end_date);
  const is_live = run.state === 'running' || run.state === 'queued';
  const from = bars.reduce((least, bar) => Math.min(least, bar.from), started);
  const last = bars.reduce((most, bar) => Math.max(most, bar.to), ended ?? from);
  const to = is_live ? Math.max(now, last) : last;
  return { from, to: Math.max(to, from + 1000) };
}

/** Round steps between the marks of a time axis, in milliseconds. */
const STEPS = [
  100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000,
];

/** Marks of an axis, as milliseconds from its begin, no closer than `room` pixels. */
export function axis_marks(length: number, width: number, room: number): number[] {
  const most = Math.max(1, Math.floor(width / room));
  const last = STEPS[STEPS.length - 1] as number;
  const step = STEPS.find((one) => length / one <= most) ?? last * Math.ceil(length / last / most);
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, at) => at * step);
}

export const ZOOMS = [1, 2, 4, 8, 16, 32] as const;

/** The zoom in a page's address. */
export function read_zoom(text: string | null): number {
  return ZOOMS.find((one) => String(one) === text) ?? 1;
}

/** One step in or out, as far as it goes. */
export function next_zoom(zoom: number, step: 1 | -1): number {
  const at = ZOOMS.findIndex((one) => one === zoom);
  return ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, at + step))] ?? 1;
}
