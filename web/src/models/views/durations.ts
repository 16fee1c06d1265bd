// SPDX-License-Identifier: Apache-2.0
// How long runs, or one task in them, took.
import type { DurationPoint } from '@/api/types.gen';

export interface Took {
  run_id: string;
  state: string;
  run_after: string;
  /** So far, while it goes on; null: it has not begun. */
  seconds: number | null;
  is_open: boolean;
}

export interface DurationModel {
  points: Took[];
  /** Of the successful ones; null: there are none. */
  median: number | null;
  p95: number | null;
  /** Median of each point and those up to six before it that succeeded; null: none did. */
  trend: (number | null)[];
  failed: number;
}

/** A share of sorted values by linear interpolation, as spreadsheets do; null of none. */
export function quantile(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null;
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}

const TREND_POINTS = 7;

function took(point: DurationPoint, now: number): Took {
  const { dag_run_id: run_id, state, run_after, start_date, end_date } = point;
  const from = start_date ? Date.parse(start_date) : null;
  const to = end_date ? Date.parse(end_date) : now;
  const seconds = from === null ? null : Math.max(0, to - from) / 1000;
  return { run_id, state, run_after, seconds, is_open: from !== null && !end_date };
}

export function duration_model(list: readonly DurationPoint[], now: number): DurationModel {
  const points = list.map((point) => took(point, now));
  const good = (some: readonly Took[]): number[] =>
    some
      .filter((one) => one.state === 'success' && one.seconds !== null && !one.is_open)
      .map((one) => one.seconds as number)
      .sort((a, b) => a - b);
  const all = good(points);
  return {
    points,
    median: quantile(all, 0.5),
    p95: quantile(all, 0.95),
    trend: points.map((_, at) =>
      quantile(good(points.slice(Math.max(0, at - TREND_POINTS + 1), at + 1)), 0.5),
    ),
    failed: points.filter((one) => one.state === 'failed').length,
  };
}

export const LAST_CHOICES = [30, 60, 120, 365] as const;

/** How many runs are asked for, from a page's address. */
export function read_last(text: string | null): number {
  return LAST_CHOICES.find((one) => String(one) === text) ?? 60;
}
