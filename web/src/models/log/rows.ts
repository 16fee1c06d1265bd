// SPDX-License-Identifier: Apache-2.0
// Which lines of a log are shown: those of a level and above, equal ones in a row as one.
import type { LogLine } from '@/models/log/ansi';

export const LEVELS = ['debug', 'info', 'warning', 'error'] as const;
export type Level = (typeof LEVELS)[number];

const WORDS: [RegExp, Level][] = [
  [/\b(ERROR|CRITICAL|FATAL|Traceback|[A-Z]\w*(Error|Exception):)/, 'error'],
  [/\bWARN(ING)?\b/, 'warning'],
  [/\bINFO\b/, 'info'],
  [/\b(DEBUG|TRACE)\b/, 'debug'],
];

/** The level that a line names; null = none, so it belongs to the line before it. */
export function level_of(plain: string): Level | null {
  return WORDS.find(([word]) => word.test(plain))?.[1] ?? null;
}

export interface LogRow {
  /** Of its line among all. */
  at: number;
  /** How many equal lines in a row it stands for. */
  times: number;
}

export interface RowChoice {
  /** Lines below it are left out; null = all are shown. */
  level: Level | null;
  fold: boolean;
}

/** Rows to show; null = each line is its own row. */
export function rows_of(lines: readonly LogLine[], { level, fold }: RowChoice): LogRow[] | null {
  if (level === null && !fold) return null;
  const least = level === null ? 0 : LEVELS.indexOf(level);
  const rows: LogRow[] = [];
  // What comes before any level is named is as good as information.
  let now = LEVELS.indexOf('info');
  for (const [at, line] of lines.entries()) {
    const named = level === null ? null : level_of(line.plain);
    if (named !== null) now = LEVELS.indexOf(named);
    if (level !== null && now < least) continue;
    const last = rows.at(-1);
    const is_same =
      fold && last && last.at + last.times === at && lines[last.at]?.plain === line.plain;
    if (is_same) last.times += 1;
    else rows.push({ at, times: 1 });
  }
  return rows;
}

/** The row that shows a line, or the nearest one before it. */
export function row_of(rows: readonly LogRow[], at: number): number {
  let [low, high] = [0, rows.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((rows[middle]?.at ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
