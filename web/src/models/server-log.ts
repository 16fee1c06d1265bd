// SPDX-License-Identifier: Apache-2.0
// Lines of the server's own log as a page holds them.
import type { ServerLogLine, ServerLogPage } from '@/api/types.gen';

export const LEVELS = ['debug', 'info', 'warning', 'error'] as const;
export type LogLevel = (typeof LEVELS)[number];

export function level_of(word: string): LogLevel {
  return LEVELS.find((level) => level === word) ?? 'info';
}

/** More lines than that are not shown at once: the oldest go first. */
export const LINES_MAX = 5000;

export interface HeldLog {
  lines: ServerLogLine[];
  /** For the lines before these; null: there are none. */
  before: number | null;
  /** For the lines after these. */
  after: number;
  /** Ids of lines before which some are missing. */
  gaps: ReadonlySet<number>;
}

export function held_of(page: ServerLogPage): HeldLog {
  return {
    lines: page.items,
    before: page.before_cursor ?? null,
    after: page.after_cursor,
    gaps: new Set(),
  };
}

export function with_newer(held: HeldLog, page: ServerLogPage): HeldLog {
  const news = page.items.filter((line) => line.id > held.after);
  const first = news[0];
  const gaps = page.missed && first ? new Set([...held.gaps, first.id]) : held.gaps;
  const all = [...held.lines, ...news];
  const lines = all.slice(-LINES_MAX);
  const is_cut = lines.length < all.length;
  return {
    lines,
    before: is_cut ? (lines[0]?.id ?? null) : held.before,
    after: Math.max(held.after, page.after_cursor),
    gaps,
  };
}

export function with_older(held: HeldLog, page: ServerLogPage): HeldLog {
  const lines = [...page.items, ...held.lines];
  return { ...held, lines, before: page.before_cursor ?? null };
}

/** As the file has them. */
export function text_of(lines: readonly ServerLogLine[]): string {
  return lines
    .map(({ at, level, text }) => `${at.slice(0, 23)}Z ${level.padEnd(7)} ${text}\n`)
    .join('');
}
