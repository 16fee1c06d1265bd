// SPDX-License-Identifier: Apache-2.0
// The recent runs of all DAGs on one time axis. The axis spans what there is, at most a day, so
// that a first run of two minutes does not shrink to a dot.
import type { Dag, RunBar } from '@/api/types.gen';

export interface Lane {
  dag_id: string;
  name: string;
  /** Oldest first. */
  runs: RunBar[];
  /** Where a run lies, in percent of the axis. */
  place: (run: RunBar, now_ms: number) => { left: number; width: number };
}

export interface DayView {
  lanes: Lane[];
  marks: { time: string; left: number }[];
}

const DAY_MS = 24 * 3_600_000;
const SPAN_MIN_MS = 10 * 60_000;
const WIDTH_MIN = 0.6;

/** Steps between marks: minutes that read well. */
const STEPS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240];
const MARKS_MAX = 8;

function started(run: RunBar): number {
  return run.start_date ? Date.parse(run.start_date) : Number.NaN;
}

export function day_lanes(dags: Dag[], now_ms: number): DayView {
  const since = now_ms - DAY_MS;
  const recent = (dag: Dag): RunBar[] =>
    dag.recent_runs
      .filter((run) => {
        const end = run.end_date ? Date.parse(run.end_date) : now_ms;
        return !Number.isNaN(started(run)) && end >= since;
      })
      .sort((a, b) => started(a) - started(b));
  const found = dags
    .map((dag) => ({ dag, runs: recent(dag) }))
    .filter(({ runs }) => runs.length > 0);
  const first = Math.min(now_ms - SPAN_MIN_MS, ...found.flatMap(({ runs }) => runs.map(started)));
  const from = Math.max(since, first);
  const percent = (ms: number): number =>
    Math.min(100, Math.max(0, ((ms - from) / (now_ms - from)) * 100));
  const place = (run: RunBar, now: number): { left: number; width: number } => {
    const left = percent(started(run));
    const right = percent(run.end_date ? Date.parse(run.end_date) : now);
    return { left: Math.min(left, 100 - WIDTH_MIN), width: Math.max(WIDTH_MIN, right - left) };
  };
  const newest = (runs: RunBar[]): number => Math.max(...runs.map(started));
  const lanes = found
    .sort((a, b) => newest(b.runs) - newest(a.runs))
    .map(({ dag, runs }) => ({
      dag_id: dag.dag_id,
      name: dag.dag_display_name || dag.dag_id,
      runs,
      place,
    }));
  return { lanes, marks: make_marks(from, now_ms) };
}

function make_marks(from: number, to: number): { time: string; left: number }[] {
  const minutes = (to - from) / 60_000;
  const step = (STEPS_MIN.find((m) => minutes / m <= MARKS_MAX) ?? 240) * 60_000;
  const marks: { time: string; left: number }[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    marks.push({ time: new Date(at).toISOString(), left: ((at - from) / (to - from)) * 100 });
  }
  return marks;
}
