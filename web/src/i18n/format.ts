// SPDX-License-Identifier: Apache-2.0
// Numbers and times as people read them, in the page's language.

export type Locale = 'en' | 'ko';

/** Makes a format once for each language and zone: they are dear, and each time on a page needs one. */
function kept<Format>(make: (locale: Locale, zone?: string) => Format) {
  const made = new Map<string, Format>();
  return (locale: Locale, zone?: string): Format => {
    const key = `${locale} ${zone ?? ''}`;
    const format = made.get(key) ?? make(locale, zone);
    made.set(key, format);
    return format;
  };
}

const times = (options: Intl.DateTimeFormatOptions) =>
  kept(
    (locale, zone) =>
      new Intl.DateTimeFormat(locale, { ...options, ...(zone ? { timeZone: zone } : {}) }),
  );

const RELATIVE = kept(
  (locale) => new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' }),
);
const NUMBER = kept((locale) => new Intl.NumberFormat(locale));
// The clock has 24 hours everywhere, as in logs and schedules.
const ABSOLUTE = times({ dateStyle: 'medium', timeStyle: 'long', hourCycle: 'h23' });
const ZONED = times({
  weekday: 'short',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
});
const MINUTE = times({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const CLOCK = times({
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

const UNITS: Record<Locale, { h: string; m: string; s: string; ms: string }> = {
  en: { h: 'h', m: 'm', s: 's', ms: ' ms' },
  ko: { h: '시간', m: '분', s: '초', ms: 'ms' },
};

/** Seconds as "1h 02m", "1m 23s", "4.2s" or "85 ms". */
export function duration_text(seconds: number, locale: Locale): string {
  const u = UNITS[locale];
  if (!Number.isFinite(seconds) || seconds < 0) return '–';
  if (seconds < 1) return `${Math.round(seconds * 1000)}${u.ms}`;
  if (seconds < 10) return `${seconds.toFixed(1)}${u.s}`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${u.s}`;
  const two = (n: number): string => String(n).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)}${u.m} ${two(whole % 60)}${u.s}`;
  return `${Math.floor(whole / 3600)}${u.h} ${two(Math.floor((whole % 3600) / 60))}${u.m}`;
}

/** Seconds from start to end, or to now while it runs; null before the start. */
export function span_seconds(
  start: string | null | undefined,
  end: string | null | undefined,
  now_ms: number,
): number | null {
  if (!start) return null;
  const to = end ? Date.parse(end) : now_ms;
  return Math.max(0, (to - Date.parse(start)) / 1000);
}

const RELATIVE_STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** "3 minutes ago", "in 2 hours". */
export function relative_text(time: string, now_ms: number, locale: Locale): string {
  const seconds = (Date.parse(time) - now_ms) / 1000;
  if (Number.isNaN(seconds)) return '–';
  const format = RELATIVE(locale);
  for (const [unit, size] of RELATIVE_STEPS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, 'second');
}

/** Date, time and zone in full. Without `zone` it is the viewer's. */
export function absolute_text(time: string, locale: Locale, zone?: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return ABSOLUTE(locale, zone).format(date);
}

/** Day, time and zone: "Tue, Nov 24, 09:00 GMT+9". Without `zone` it is the viewer's. */
export function zoned_text(time: string, locale: Locale, zone?: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return ZONED(locale, zone).format(date);
}

/** Hours and minutes only, of milliseconds since 1970. Without `zone` they are the viewer's. */
export function minute_text(ms: number, locale: Locale, zone?: string): string {
  return MINUTE(locale, zone).format(ms);
}

/** Hours, minutes and seconds only. Without `zone` it is the viewer's. */
export function clock_text(time: string, locale: Locale, zone?: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return CLOCK(locale, zone).format(date);
}

/** Position in a clip, "1:07.4". */
export function media_time_text(ms: number): string {
  const tenths = Math.floor(ms / 100);
  const minutes = Math.floor(tenths / 600);
  const seconds = String(Math.floor((tenths % 600) / 10)).padStart(2, '0');
  return `${minutes}:${seconds}.${tenths % 10}`;
}

/** Bytes as "18.3 MB" (decimal units). */
export function bytes_text(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(bytes < 1e4 ? 1 : 0)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

/** Milliseconds with three significant digits: "0.52", "7.31", "48.2". */
export function ms_text(ms: number): string {
  if (ms >= 100) return ms.toFixed(0);
  return ms >= 10 ? ms.toFixed(1) : ms.toFixed(2);
}

/** 1234567 as "1,234,567". */
export function count_text(value: number, locale: Locale): string {
  return NUMBER(locale).format(value);
}

/** "sha256:0123456789ab" of a long digest. */
export function short_digest(digest: string): string {
  const hex = digest.replace(/^sha256[:-]/, '');
  return hex.length > 12 ? hex.slice(0, 12) : hex;
}
