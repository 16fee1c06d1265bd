// SPDX-License-Identifier: Apache-2.0
// A year of a DAG: what was due on each day, how it ended, and what its schedule plans.
import { CalendarDays, ChevronLeft, ChevronRight } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Calendar, CalendarDay, Dag } from '@/api/types.gen';
import { NoRuns } from '@/features/workflows/no-runs';
import { absolute_text, count_text } from '@/i18n/format';
import {
  by_date,
  date_text,
  day_after,
  day_view,
  month_columns,
  read_year,
  weeks_of,
  year_sum,
} from '@/models/views/calendar';
import { paths } from '@/models/paths';
import { useCalendar, useRunsOfDay } from '@/queries/use-dag-views';
import { IconButton } from '@/ui/button';
import { Await } from '@/ui/feedback';
import { Panel } from '@/ui/page';
import { Link, set_query, useQueryValue } from '@/ui/router';
import { StateBadge, StateIcon, state_style } from '@/ui/state-badge';
import { TimeSpan, useLocale } from '@/ui/time';
import { useZone } from '@/ui/zone';
import '@/features/workflows/views/calendar.css';

const RUN_STATES = ['success', 'failed', 'running', 'queued'] as const;

function long_date(date: string, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeZone: 'UTC' });
  return format.format(new Date(date));
}

/** "Friday, 2 January 2026: 3 Success, 1 Failed, 2 planned". */
function useDayText(): (date: string, day: CalendarDay | undefined) => string {
  const { t } = useTranslation();
  const locale = useLocale();
  return (date, day) => {
    const parts = (day?.runs ?? []).map(({ state, count }) =>
      t('calendar.of_state', { count, state: t(`state.${state}`) }),
    );
    if (day && day.planned > 0) parts.push(t('calendar.planned_runs', { count: day.planned }));
    return `${long_date(date, locale)}: ${parts.join(', ') || t('calendar.nothing')}`;
  };
}

interface CellProps {
  date: string;
  day: CalendarDay | undefined;
  is_today: boolean;
  is_picked: boolean;
  focusable: boolean;
  label: string;
}

function Cell({ date, day, is_today, is_picked, focusable, label }: CellProps): ReactNode {
  const { count, worst, planned } = day_view(day);
  const kind = worst ?? (planned > 0 ? 'planned' : 'none');
  return (
    <button
      type="button"
      className={`calendar-day calendar-${kind} ${is_today ? 'calendar-today' : ''}`}
      style={worst ? state_style(worst) : undefined}
      data-date={date}
      data-state={kind}
      tabIndex={focusable ? 0 : -1}
      aria-pressed={is_picked}
      aria-label={label}
      title={label}
      onClick={() => set_query({ day: date })}
    >
      {worst && worst !== 'success' && <StateIcon state={worst} size={11} />}
      {worst === 'success' && count > 1 && (count > 99 ? '99+' : count)}
    </button>
  );
}

interface YearProps {
  calendar: Calendar;
  year: number;
  picked: string | null;
}

function YearGrid({ calendar, year, picked }: YearProps): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const box = useRef<HTMLDivElement>(null);
  const text = useDayText();
  const weeks = useMemo(() => weeks_of(year), [year]);
  const days = useMemo(() => by_date(calendar), [calendar]);
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: calendar.timezone }).format();
  const start = picked ?? (today.startsWith(`${year}-`) ? today : `${year}-01-01`);
  const [focused, set_focused] = useState(start);
  const at = focused.startsWith(`${year}-`) ? focused : start;
  useEffect(() => {
    const cell = box.current?.querySelector(`[data-date="${start}"]`);
    cell?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [start]);
  const press = (event: KeyboardEvent): void => {
    const to = day_after(event.key, at);
    if (to === null) return;
    event.preventDefault();
    set_focused(to);
    box.current?.querySelector<HTMLElement>(`[data-date="${to}"]`)?.focus();
  };
  const name = (options: Intl.DateTimeFormatOptions, ms: number): string =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(ms);
  return (
    <div
      ref={box}
      className="calendar-scroll"
      role="group"
      aria-label={t('calendar.label', { year })}
      onKeyDown={press}
    >
      <div
        className="calendar-grid"
        style={{ gridTemplateColumns: `auto repeat(${weeks.length}, minmax(15px, 19px))` }}
      >
        {month_columns(weeks).map(({ month, at: column }) => (
          <span key={month} className="calendar-month" style={{ gridColumn: column + 2 }}>
            {name({ month: 'short' }, Date.UTC(year, month, 15))}
          </span>
        ))}
        {[1, 3, 5].map((day) => (
          <span key={day} className="calendar-weekday" style={{ gridRow: day + 2 }}>
            {name({ weekday: 'short' }, Date.UTC(2023, 0, 1 + day))}
          </span>
        ))}
        {weeks.map((week, column) =>
          week.map((date, row) =>
            date === null ? null : (
              <span key={date} style={{ gridColumn: column + 2, gridRow: row + 2 }}>
                <Cell
                  date={date}
                  day={days.get(date)}
                  is_today={date === today}
                  is_picked={date === picked}
                  focusable={date === at}
                  label={text(date, days.get(date))}
                />
              </span>
            ),
          ),
        )}
      </div>
    </div>
  );
}

function Legend(): ReactNode {
  const { t } = useTranslation();
  return (
    <ul className="calendar-legend">
      {RUN_STATES.map((state) => (
        <li key={state}>
          <i className={`calendar-day calendar-${state}`} style={state_style(state)}>
            {state !== 'success' && <StateIcon state={state} size={11} />}
          </i>
          {t(`state.${state}`)}
        </li>
      ))}
      <li>
        <i className="calendar-day calendar-planned" /> {t('calendar.planned')}
      </li>
    </ul>
  );
}

function DayRuns({ dag_id, day }: { dag_id: string; day: CalendarDay }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const zone = useZone();
  const runs = useRunsOfDay(dag_id, day);
  return (
    <Await query={runs} rows={3}>
      {(list) => (
        <ul className="calendar-runs">
          {list.map((run) => (
            <li key={run.dag_run_id}>
              <StateBadge state={run.state} />
              <Link className="mono" to={paths.dag(dag_id, { tab: 'gantt', run: run.dag_run_id })}>
                {run.dag_run_id}
              </Link>
              <span className="faint">
                {run.run_after ? absolute_text(run.run_after, locale, zone) : ''}
              </span>
              <TimeSpan start={run.start_date} end={run.end_date} />
            </li>
          ))}
          {list.length === 0 && <li className="faint">{t('calendar.nothing')}</li>}
        </ul>
      )}
    </Await>
  );
}

function DayPanel({
  dag_id,
  date,
  day,
}: {
  dag_id: string;
  date: string;
  day: CalendarDay | undefined;
}): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const has_runs = day !== undefined && day.runs.length > 0;
  return (
    <Panel title={long_date(date, locale)}>
      {day && day.planned > 0 && <p>{t('calendar.planned_runs', { count: day.planned })}</p>}
      {has_runs && <DayRuns dag_id={dag_id} day={day} />}
      {!has_runs && !day?.planned && <p className="faint">{t('calendar.nothing')}</p>}
    </Panel>
  );
}

interface ViewProps {
  dag: Dag;
  calendar: Calendar;
  year: number;
}

function CalendarView({ dag, calendar, year }: ViewProps): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const zone = useZone();
  const [day_value] = useQueryValue('day');
  const picked = day_value?.startsWith(`${year}-`) ? day_value : null;
  const { runs, failed, planned } = year_sum(calendar, year);
  const days = useMemo(() => by_date(calendar), [calendar]);
  return (
    <>
      <p className="faint">
        {[
          t('runs.count', { count: runs, formatted: count_text(runs, locale) }),
          t('calendar.of_state', { count: failed, state: t('state.failed') }),
          t('calendar.planned_runs', { count: planned }),
          t('calendar.zone', { zone: calendar.timezone }),
        ].join(' · ')}
      </p>
      {dag.is_paused && planned > 0 && <p className="faint">{t('calendar.is_off')}</p>}
      <Panel>
        <YearGrid calendar={calendar} year={year} picked={picked} />
        <Legend />
        {calendar.planned_until && (
          <p className="faint">
            {t('calendar.cut', { time: absolute_text(calendar.planned_until, locale, zone) })}
          </p>
        )}
      </Panel>
      {picked && <DayPanel dag_id={dag.dag_id} date={picked} day={days.get(picked)} />}
      {!picked && runs === 0 && planned === 0 && (
        <NoRuns dag_id={dag.dag_id} icon={CalendarDays} title={t('calendar.empty')} />
      )}
    </>
  );
}

export function CalendarTab({ dag }: { dag: Dag }): ReactNode {
  const { t } = useTranslation();
  const [year_value] = useQueryValue('year');
  const year = read_year(year_value, Number(date_text(Date.now()).slice(0, 4)));
  const calendar = useCalendar(dag.dag_id, year);
  const go = (step: number): void => set_query({ year: String(year + step), day: null });
  return (
    <div className="stack">
      <div className="row">
        <IconButton icon={ChevronLeft} label={t('calendar.previous')} onClick={() => go(-1)} />
        <h2>{year}</h2>
        <IconButton icon={ChevronRight} label={t('calendar.next')} onClick={() => go(1)} />
      </div>
      <Await query={calendar} rows={7} height={20}>
        {(data) => <CalendarView dag={dag} calendar={data} year={year} />}
      </Await>
    </div>
  );
}
