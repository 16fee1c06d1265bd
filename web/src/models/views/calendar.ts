// SPDX-License-Identifier: Apache-2.0
// A year of days. Dates are texts such as "2026-01-31", days of the DAG's own time zone.
import type { Calendar, CalendarDay, RunState } from '@/api/types.gen';

const DAY_MS = 86_400_000;

/** The most telling first. */
const WORST: readonly RunState[] = ['failed', 'running', 'queued', 'success'];

export function date_text(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Weeks from Sunday to Saturday; null: a day of another year. */
export function weeks_of(year: number): (string | null)[][] {
  const first = Date.UTC(year, 0, 1);
  const end = Date.UTC(year + 1, 0, 1);
  const weeks: (string | null)[][] = [];
  for (let week = first - new Date(first).getUTCDay() * DAY_MS; week < end; week += 7 * DAY_MS) {
    const days = Array.from({ length: 7 }, (_, at) => week + at * DAY_MS);
    weeks.push(days.map((day) => (day >= first && day < end ? date_text(day) : null)));
  }
  return weeks;
}

/** The column in which each month's first day is. */
export function month_columns(
  weeks: readonly (string | null)[][],
): { month: number; at: number }[] {
  return weeks.flatMap((week, at) => {
    const first = week.find((day) => day?.endsWith('-01'));
    return first ? [{ month: Number(first.slice(5, 7)) - 1, at }] : [];
  });
}

export interface DayView {
  /** Runs due. */
  count: number;
  /** The state of those that tell most; null: there are none. */
  worst: RunState | null;
  planned: number;
}

export function day_view(day: CalendarDay | undefined): DayView {
  const runs = day?.runs ?? [];
  return {
    count: runs.reduce((sum, one) => sum + one.count, 0),
    worst: WORST.find((state) => runs.some((one) => one.state === state && one.count > 0)) ?? null,
    planned: day?.planned ?? 0,
  };
}

export interface YearSum {
  runs: number;
  failed: number;
  planned: number;
}

export function by_date(calendar: Calendar): Map<string, CalendarDay> {
  return new Map(calendar.days.map((day) => [day.date, day]));
}

/** Of the days of one year; an answer may hold a day before and one after. */
export function year_sum(calendar: Calendar, year: number): YearSum {
  const sum: YearSum = { runs: 0, failed: 0, planned: 0 };
  for (const day of calendar.days) {
    if (!day.date.startsWith(`${year}-`)) continue;
    sum.planned += day.planned;
    for (const { state, count } of day.runs) {
      sum.runs += count;
      if (state === 'failed') sum.failed += count;
    }
  }
  return sum;
}

/** What to ask the server for: the year in every zone. */
export function year_range(year: number): { start: string; end: string } {
  return {
    start: new Date(Date.UTC(year, 0, 1) - DAY_MS).toISOString(),
    end: new Date(Date.UTC(year + 1, 0, 1) + DAY_MS).toISOString(),
  };
}

export function read_year(text: string | null, this_year: number): number {
  const year = Number(text);
  return text !== null && /^\d{4}$/.test(text) && year >= 1971 && year <= 2200 ? year : this_year;
}

/** The day a key leads to from `date`; null: the key is none of these, or leaves the year. */
export function day_after(key: string, date: string): string | null {
  const steps: Record<string, number> = {
    ArrowDown: 1,
    ArrowUp: -1,
    ArrowRight: 7,
    ArrowLeft: -7,
    PageDown: 28,
    PageUp: -28,
  };
  const step = steps[key];
  if (step === undefined) return null;
  const to = date_text(Date.parse(date) + step * DAY_MS);
  return to.slice(0, 4) === date.slice(0, 4) ? to : null;
}
