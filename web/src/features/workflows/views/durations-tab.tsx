// SPDX-License-Identifier: Apache-2.0
// How long the last runs of a DAG took, or one task in them.
import { Timer } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dag } from '@/api/types.gen';
import { NoRuns } from '@/features/workflows/no-runs';
import { DurationBars } from '@/features/workflows/views/duration-bars';
import { duration_text } from '@/i18n/format';
import {
  type DurationModel,
  LAST_CHOICES,
  duration_model,
  read_last,
} from '@/models/views/durations';
import { paths } from '@/models/paths';
import { useDurations } from '@/queries/use-dag-views';
import { useDagGraph } from '@/queries/use-dags';
import { Await } from '@/ui/feedback';
import { Facts, Panel } from '@/ui/page';
import { Link, set_query, useQueryValue } from '@/ui/router';
import { StateBadge } from '@/ui/state-badge';
import { RelativeTime, useLocale, useNow } from '@/ui/time';
import '@/features/workflows/views/durations.css';

function Choice({
  dag_id,
  task_id,
  last,
}: {
  dag_id: string;
  task_id: string | null;
  last: number;
}): ReactNode {
  const { t } = useTranslation();
  const graph = useDagGraph(dag_id);
  return (
    <div className="row">
      <select
        className="input input-small durations-of"
        aria-label={t('durations.of')}
        value={task_id ?? ''}
        onChange={(event) => set_query({ of: event.target.value })}
      >
        <option value="">{t('durations.whole')}</option>
        {(graph.data?.nodes ?? []).map((node) => (
          <option key={node.id} value={node.id}>
            {node.id}
          </option>
        ))}
      </select>
      <select
        className="input input-small durations-last"
        aria-label={t('durations.last')}
        value={last}
        onChange={(event) => set_query({ last: event.target.value })}
      >
        {LAST_CHOICES.map((count) => (
          <option key={count} value={count}>
            {t('durations.last_runs', { count })}
          </option>
        ))}
      </select>
    </div>
  );
}

/** "+12 %" against the median. */
function against(seconds: number | null, median: number | null): string {
  if (seconds === null || !median) return '–';
  const percent = Math.round((seconds / median - 1) * 100);
  return `${percent > 0 ? '+' : percent < 0 ? '−' : '±'}${Math.abs(percent)} %`;
}

interface ViewProps {
  dag_id: string;
  task_id: string | null;
  model: DurationModel;
}

function RunTable({ dag_id, task_id, model }: ViewProps): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  return (
    <Panel flush>
      <div className="table-wrap">
        <table className="table">
          <thead>
            <tr>
              <th>{t('runs.run')}</th>
              <th>{t('runs.state')}</th>
              <th>{t('durations.due')}</th>
              <th className="num">{t('runs.duration')}</th>
              <th className="num">{t('durations.against')}</th>
            </tr>
          </thead>
          <tbody>
            {[...model.points].reverse().map((point) => (
              <tr key={point.run_id}>
                <td>
                  <Link
                    className="row-link mono"
                    to={paths.dag(dag_id, { tab: 'gantt', run: point.run_id, task: task_id })}
                  >
                    {point.run_id}
                  </Link>
                </td>
                <td>
                  <StateBadge state={point.state} />
                </td>
                <td className="nowrap">
                  <RelativeTime time={point.run_after} />
                </td>
                <td className="num">
                  {point.seconds === null ? '–' : duration_text(point.seconds, locale)}
                </td>
                <td className="num">{against(point.seconds, model.median)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function DurationsView({ dag_id, task_id, model }: ViewProps): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const text = (seconds: number | null): string =>
    seconds === null ? '–' : duration_text(seconds, locale);
  return (
    <>
      <Facts
        facts={[
          { label: t('durations.median'), value: text(model.median) },
          { label: t('durations.p95'), value: text(model.p95) },
          { label: t('durations.newest'), value: text(model.points.at(-1)?.seconds ?? null) },
          { label: t('durations.failed'), value: model.failed },
        ]}
      />
      <Panel>
        <DurationBars
          model={model}
          label={t('durations.label', { what: task_id ?? dag_id })}
          on_pick={(run) => set_query({ tab: 'gantt', run, task: task_id }, true)}
        />
      </Panel>
      <RunTable dag_id={dag_id} task_id={task_id} model={model} />
    </>
  );
}

export function DurationsTab({ dag }: { dag: Dag }): ReactNode {
  const { t } = useTranslation();
  const { dag_id } = dag;
  const [task_id] = useQueryValue('of');
  const [last_value] = useQueryValue('last');
  const last = read_last(last_value);
  const points = useDurations({ dag_id, task_id, last });
  const now = useNow();
  return (
    <div className="stack durations">
      <Choice dag_id={dag_id} task_id={task_id} last={last} />
      <Await query={points} rows={8} height={36}>
        {(list) =>
          list.length === 0 ? (
            <NoRuns
              dag_id={dag_id}
              icon={Timer}
              title={task_id ? t('durations.none_of_task') : undefined}
            />
          ) : (
            <DurationsView dag_id={dag_id} task_id={task_id} model={duration_model(list, now)} />
          )
        }
      </Await>
    </div>
  );
}
