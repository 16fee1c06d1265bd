// SPDX-License-Identifier: Apache-2.0
// Times and durations on screen. One ticking clock for the whole page; it stands while hidden.
import { type ReactNode, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Locale,
  absolute_text,
  duration_text,
  relative_text,
  zoned_text,
} from '@/i18n/format';
import { useZone } from '@/ui/zone';

const TICK_MS = 1000;
let now_ms = Date.now();
const listeners = new Set<() => void>();
let timer = 0;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    timer = window.setInterval(() => {
      if (document.hidden) return;
      now_ms = Date.now();
      for (const each of listeners) each();
    }, TICK_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.clearInterval(timer);
  };
}

/** The time in milliseconds, anew each second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now_ms);
}

export function useLocale(): Locale {
  const { i18n } = useTranslation();
  return i18n.resolvedLanguage === 'ko' ? 'ko' : 'en';
}

export interface TimeProps {
  time: string | null | undefined;
  /** relative - "3 min. ago"; absolute - in full; day - "Tue, Nov 24, 09:00 UTC". */
  form?: 'relative' | 'absolute' | 'day';
}

/** A moment in the chosen zone. Relative ones have the full time as tooltip, and the other way. */
export function Time({ time, form = 'relative' }: TimeProps): ReactNode {
  const now = useNow();
  const locale = useLocale();
  const zone = useZone();
  if (!time) return <span className="faint">–</span>;
  const relative = relative_text(time, Math.max(now, Date.now() - TICK_MS), locale);
  const absolute = absolute_text(time, locale, zone);
  const text = { relative, absolute, day: zoned_text(time, locale, zone) }[form];
  return (
    <time dateTime={time} title={form === 'absolute' ? relative : absolute}>
      {text}
    </time>
  );
}

/** "3 min ago", with the full time as tooltip. */
export function RelativeTime({ time }: Pick<TimeProps, 'time'>): ReactNode {
  return <Time time={time} />;
}

export interface SpanProps {
  start: string | null | undefined;
  end: string | null | undefined;
}

/** How long something took, or has been running. */
export function TimeSpan({ start, end }: SpanProps): ReactNode {
  const locale = useLocale();
  if (!start) return <span className="faint">–</span>;
  if (!end) return <Ticking start={start} />;
  return <span>{duration_text((Date.parse(end) - Date.parse(start)) / 1000, locale)}</span>;
}

function Ticking({ start }: { start: string }): ReactNode {
  const now = useNow();
  const locale = useLocale();
  const seconds = Math.max(0, Math.floor((now - Date.parse(start)) / 1000));
  return <span>{duration_text(seconds, locale)}</span>;
}
