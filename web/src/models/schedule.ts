// SPDX-License-Identifier: Apache-2.0
// A schedule in words: the usual cron shapes are recognised, anything else stays as the server
// describes it.

export type ScheduleWords =
  | { key: 'none' }
  | { key: 'minutes'; count: number }
  | { key: 'hourly'; minute: string }
  | { key: 'hours'; count: number }
  | { key: 'daily'; time: string; zone: string }
  | { key: 'weekly'; day: number; time: string; zone: string }
  | { key: 'monthly'; day: number; time: string; zone: string }
  | { key: 'assets'; condition: string }
  | { key: 'other'; text: string };

const PRESETS: Record<string, string> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
};

const NEVER = new Set([
  '',
  'none',
  'never',
  '@once',
  'manual',
  'never, external triggers only',
  'never; started by hand',
]);

const is_number = (text: string): boolean => /^\d+$/.test(text);

function clock(hour: string, minute: string): string {
  return `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
}

function every(text: string): number | null {
  const match = /^\*\/(\d+)$/.exec(text);
  return match ? Number(match[1]) : null;
}

type Cron = [minute: string, hour: string, day: string, month: string, weekday: string];

function from_cron(cron: Cron, zone: string): ScheduleWords | null {
  const [minute, hour, day, month, weekday] = cron;
  const any_day = day === '*' && month === '*' && weekday === '*';
  if (any_day && hour === '*') {
    if (minute === '*') return { key: 'minutes', count: 1 };
    const step = every(minute);
    if (step !== null) return { key: 'minutes', count: step };
    return is_number(minute) ? { key: 'hourly', minute: minute.padStart(2, '0') } : null;
  }
  if (!is_number(minute)) return null;
  const hours = every(hour);
  if (any_day && hours !== null) return { key: 'hours', count: hours };
  if (!is_number(hour)) return null;
  const time = clock(hour, minute);
  if (any_day) return { key: 'daily', time, zone };
  if (day === '*' && month === '*' && is_number(weekday)) {
    return { key: 'weekly', day: Number(weekday) % 7, time, zone };
  }
  if (month === '*' && weekday === '*' && is_number(day)) {
    return { key: 'monthly', day: Number(day), time, zone };
  }
  return null;
}

/** The zone that the server's words end with: "every day at 09:00 (Asia/Seoul)". */
export function zone_of(description: string): string {
  return /\(([^()]+)\)$/.exec(description)?.[1] ?? 'UTC';
}

/** `summary` is the timetable as written, `description` the server's own words for it. */
export function schedule_words(summary: string, description: string): ScheduleWords {
  const text = summary.trim();
  const is_never = NEVER.has(text.toLowerCase()) || description.trim() === 'none';
  if (is_never) return { key: 'none' };
  const parts = (PRESETS[text] ?? text).split(/\s+/);
  const known = parts.length === 5 ? from_cron(parts as Cron, zone_of(description)) : null;
  const condition = /^when new: (.+)$/.exec(description)?.[1];
  if (condition) return { key: 'assets', condition };
  return known ?? { key: 'other', text: description || text };
}
