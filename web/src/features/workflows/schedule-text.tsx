// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dag } from '@/api/types.gen';
import { schedule_words } from '@/models/schedule';
import { useLocale } from '@/ui/time';

/** 2023-01-01 was a Sunday; day 0 of a cron week is Sunday. */
function weekday(day: number, locale: string): string {
  const date = new Date(Date.UTC(2023, 0, 1 + day));
  return new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' }).format(date);
}

/** The schedule in words, as written in the tooltip. */
export function ScheduleText({ dag }: { dag: Dag }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const words = schedule_words(dag.timetable_summary, dag.timetable_description);
  const text = (): string => {
    switch (words.key) {
      case 'none':
        return t('schedule.none');
      case 'minutes':
        return t('schedule.minutes', { count: words.count });
      case 'hourly':
        return t('schedule.hourly', { minute: words.minute });
      case 'hours':
        return t('schedule.hours', { count: words.count });
      case 'daily':
        return t('schedule.daily', { time: words.time, zone: words.zone });
      case 'weekly':
        return t('schedule.weekly', {
          day: weekday(words.day, locale),
          time: words.time,
          zone: words.zone,
        });
      case 'monthly':
        return t('schedule.monthly', { day: words.day, time: words.time, zone: words.zone });
      case 'assets':
        return t('schedule.assets', { condition: words.condition });
      case 'other':
        return words.text;
    }
  };
  return (
    <span title={dag.timetable_summary} className={words.key === 'none' ? 'faint' : undefined}>
      {text()}
    </span>
  );
}
