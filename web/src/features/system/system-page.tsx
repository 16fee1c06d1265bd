// SPDX-License-Identifier: Apache-2.0
import { ScrollText } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { SystemHistory, SystemSample } from '@/api/types.gen';
import { Capacity } from '@/features/system/capacity';
import { HealthTable } from '@/features/system/health-table';
import { minute_text } from '@/i18n/format';
import { type Pick, points_of } from '@/models/measures/system';
import { paths } from '@/models/paths';
import { useMay } from '@/queries/use-session';
import { useSystemHistory } from '@/queries/use-system';
import { TimeLines } from '@/ui/charts/time-lines';
import { Await } from '@/ui/feedback';
import { Page, Panel } from '@/ui/page';
import { Link, usePlace } from '@/ui/router';
import { useLocale } from '@/ui/time';
import { useZone } from '@/ui/zone';
import '@/features/system/system.css';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

interface Plot {
  word:
    | 'host_cpu'
    | 'host_memory'
    | 'cpu'
    | 'memory'
    | 'tasks'
    | 'latency'
    | 'waiting'
    | 'clients'
    | 'disk'
    | 'workers';
  format: (value: number) => string;
  lines: [name: string, pick: Pick][];
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

function charts(t: (key: string) => string): Plot[] {
  const states = ['running', 'queued', 'scheduled', 'deferred'];
  const in_gib = (bytes: number | null | undefined): number | null | undefined =>
    bytes && bytes / GIB;
  return [
    {
      word: 'host_cpu',
      format: short,
      lines: [[t('system.host_busy'), (s) => (s.host_cpu != null ? s.host_cpu * 100 : null)]],
    },
    {
      word: 'host_memory',
      format: short,
      lines: [
        [t('system.host_used'), (s) => in_gib(s.host_memory_used_bytes)],
        [t('system.host_all'), (s) => in_gib(s.host_memory_bytes)],
      ],
    },
    { word: 'cpu', format: short, lines: [[t('system.cores'), (s) => s.cpu_cores]] },
    {
      word: 'memory',
      format: short,
      lines: [[t('system.memory'), (s) => s.resident_bytes && s.resident_bytes / MIB]],
    },
    {
      word: 'tasks',
      format: short,
      lines: states.map((state) => [t(`state.${state}`), (s: SystemSample) => s.tasks[state]]),
    },
    {
      word: 'latency',
      format: short,
      lines: [
        [t('system.decide_p50'), (s) => s.decide_p50_ms],
        [t('system.decide_p99'), (s) => s.decide_p99_ms],
        [t('system.commit_p50'), (s) => s.commit_p50_ms],
        [t('system.commit_p99'), (s) => s.commit_p99_ms],
      ],
    },
    {
      word: 'waiting',
      format: short,
      lines: [
        [t('system.inbox'), (s) => s.scheduler_waiting],
        [t('system.outbox'), (s) => s.outbox],
      ],
    },
    {
      word: 'clients',
      format: short,
      lines: [
        [t('system.connections'), (s) => s.http_connections],
        [t('system.streams'), (s) => s.event_streams],
      ],
    },
    {
      word: 'disk',
      format: short,
      lines: [
        [t('system.free'), (s) => s.disk_free_bytes && s.disk_free_bytes / GIB],
        [t('system.database'), (s) => s.database_bytes && s.database_bytes / GIB],
      ],
    },
    { word: 'workers', format: short, lines: [[t('nav.workers'), (s) => s.workers]] },
  ];
}

function Charts({ history }: { history: SystemHistory }): ReactNode {
  const { t } = useTranslation();
  const { query } = usePlace();
  const is_day = query.get('span') === 'day';
  const samples = is_day ? history.minutes : history.seconds;
  const locale = useLocale();
  const zone = useZone();
  return (
    <>
      <nav className="chips" aria-label={t('system.span')}>
        <Link className="chip" to={paths.system()} aria-current={is_day ? undefined : 'page'}>
          {t('system.hour')}
        </Link>
        <Link
          className="chip"
          to={paths.system({ span: 'day' })}
          aria-current={is_day ? 'page' : undefined}
        >
          {t('system.day')}
        </Link>
      </nav>
      {samples.length < 2 && <p className="faint">{t('system.wait')}</p>}
      {samples.length > 0 && (
        <div className="system-charts">
          {charts(t as (key: string) => string).map((plot) => (
            <Panel key={plot.word} title={t(`system.chart_${plot.word}`)}>
              <div data-chart={plot.word} data-samples={samples.length}>
                <TimeLines
                  label={t(`system.chart_${plot.word}`)}
                  format={plot.format}
                  format_time={(ms) => minute_text(ms, locale, zone)}
                  lines={plot.lines.map(([name, pick]) => ({
                    name,
                    points: points_of(samples, pick),
                  }))}
                />
              </div>
            </Panel>
          ))}
        </div>
      )}
    </>
  );
}

/** How the server is and has been; new samples come over the event stream. */
export function SystemPage(): ReactNode {
  const { t } = useTranslation();
  const history = useSystemHistory();
  const may_read_log = useMay('operator');
  return (
    <Page
      title={t('nav.system')}
      actions={
        may_read_log && (
          <Link className="button" to={paths.server_log}>
            <ScrollText size={15} aria-hidden />
            {t('server_log.title')}
          </Link>
        )
      }
    >
      <HealthTable />
      <Capacity />
      <Await query={history}>{(loaded) => <Charts history={loaded} />}</Await>
    </Page>
  );
}
