// SPDX-License-Identifier: Apache-2.0
// What the tries of a task have used: totals of each, and the shown one over time.
import { Gauge } from 'lucide-react';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskTry, TryDetails } from '@/api/types.gen';
import { bytes_text, duration_text } from '@/i18n/format';
import { cpu_figures, cpu_points, memory_figures, memory_points } from '@/models/measures/usage';
import { type TaskRef, useTries, useTry } from '@/queries/use-tasks';
import { TimeLines } from '@/ui/charts/time-lines';
import { Await, Empty } from '@/ui/feedback';
import { StateBadge } from '@/ui/state-badge';
import { TimeSpan, useLocale } from '@/ui/time';
import '@/features/workflows/task/usage-panel.css';

function CpuTime({ one }: { one: TaskTry }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  if (one.cpu_user_ms == null || one.cpu_system_ms == null) return '–';
  const text = (ms: number): string => duration_text(ms / 1000, locale);
  return (
    <span
      title={t('usage.split', { user: text(one.cpu_user_ms), system: text(one.cpu_system_ms) })}
    >
      {text(one.cpu_user_ms + one.cpu_system_ms)}
    </span>
  );
}

const bytes_or_dash = (bytes?: number | null): string => (bytes == null ? '–' : bytes_text(bytes));

function Totals({ tries, shown }: { tries: TaskTry[]; shown: number }): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={t('usage.tries')}>
      <table className="table usage-totals">
        <thead>
          <tr>
            <th>{t('mapped.try')}</th>
            <th>{t('mapped.state')}</th>
            <th className="num">{t('mapped.duration')}</th>
            <th className="num">{t('usage.cpu_time')}</th>
            <th className="num">{t('usage.peak')}</th>
            <th className="num">{t('usage.mean')}</th>
          </tr>
        </thead>
        <tbody>
          {tries.map((one) => (
            <tr
              key={one.try_number}
              data-try={one.try_number}
              aria-current={one.try_number === shown ? 'true' : undefined}
            >
              <td className="num">{one.try_number}</td>
              <td>
                <StateBadge state={one.state} />
              </td>
              <td className="num">
                <TimeSpan start={one.start_date} end={one.end_date} />
              </td>
              <td className="num">
                <CpuTime one={one} />
              </td>
              <td className="num">{bytes_or_dash(one.memory_peak_bytes)}</td>
              <td className="num">{bytes_or_dash(one.memory_mean_bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Why there is nothing over time; null when there is. */
function missing_text(t: TFunction, details: TryDetails): string | null {
  if (details.usage_note === 'pod') return t('usage.none_pod');
  if (details.usage_note) return details.usage_note;
  if (details.samples.length > 0) return null;
  if (details.state === 'running') return t('usage.none_running');
  return t(details.cpu_user_ms == null ? 'usage.none_lost' : 'usage.none_short');
}

const processors_text = (value: number): string => String(Number(value.toPrecision(2)));

function OverTime({ details }: { details: TryDetails }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const missing = missing_text(t, details);
  const { samples } = details;
  const charts = [
    {
      key: 'cpu',
      points: cpu_points(samples),
      figures: cpu_figures(samples),
      format: processors_text,
    },
    {
      key: 'memory',
      points: memory_points(samples),
      figures: memory_figures(details),
      format: bytes_text,
    },
  ] as const;
  return (
    <section className="stack">
      <h3>{t('usage.over_time', { number: details.try_number })}</h3>
      {missing && <p className="faint">{missing}</p>}
      <div className="usage-charts">
        {charts.map(({ key, points, figures, format }) => {
          if (!figures) return null;
          const words = t('usage.figures', {
            what: t(`usage.chart_${key}`),
            peak: format(figures.peak),
            mean: format(figures.mean),
          });
          return (
            <section key={key} data-chart={key} data-samples={points.length}>
              <p className="usage-figures">{words}</p>
              <TimeLines
                label={words}
                format={format}
                format_time={(ms) => duration_text(ms / 1000, locale)}
                lines={[{ name: t(`usage.chart_${key}`), points }]}
              />
            </section>
          );
        })}
      </div>
    </section>
  );
}

export function UsagePanel({ task, try_number }: { task: TaskRef; try_number: number }): ReactNode {
  const { t } = useTranslation();
  const tries = useTries(task);
  const details = useTry(task, try_number);
  if (try_number < 1) return <Empty icon={Gauge} title={t('log.not_started')} />;
  return (
    <div className="stack">
      <Await query={tries} rows={2}>
        {(list) => <Totals tries={list} shown={try_number} />}
      </Await>
      <Await query={details} rows={4}>
        {(one) => <OverTime details={one} />}
      </Await>
    </div>
  );
}
