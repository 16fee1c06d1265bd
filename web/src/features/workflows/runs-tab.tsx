// SPDX-License-Identifier: Apache-2.0
import { Pencil, Play } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DagRun } from '@/api/types.gen';
import { Cause } from '@/features/workflows/cause';
import { NoRuns } from '@/features/workflows/no-runs';
import { RunDialog } from '@/features/workflows/run-dialog';
import { paths } from '@/models/paths';
import { useRuns } from '@/queries/use-dags';
import { useMayOnDag } from '@/queries/access/use-projects';
import { IconButton } from '@/ui/button';
import { Await } from '@/ui/feedback';
import { Link } from '@/ui/router';
import { StateBadge } from '@/ui/state-badge';
import { RelativeTime, TimeSpan } from '@/ui/time';

function conf_text(conf: unknown): string {
  const text = JSON.stringify(conf ?? {});
  return text === '{}' ? '' : text;
}

function RunRow({ run, on_change }: { run: DagRun; on_change?: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <tr data-run={run.dag_run_id}>
      <td>
        <Link
          className="row-link mono"
          to={paths.dag(run.dag_id, { tab: 'graph', run: run.dag_run_id })}
        >
          {run.dag_run_id}
        </Link>
        {run.note && <p className="faint">{run.note}</p>}
      </td>
      <td>
        <StateBadge state={run.state} />
        {run.cause && run.state !== 'success' && (
          <p className="faint run-cause">
            <Cause text={run.cause} />
          </p>
        )}
        {run.deadlines_missed > 0 && (
          <p className="faint">{t('runs.deadlines_missed', { count: run.deadlines_missed })}</p>
        )}
      </td>
      <td>{t(`run_type.${run.run_type}`)}</td>
      <td className="nowrap">
        <RelativeTime time={run.start_date} />
      </td>
      <td className="num">
        <TimeSpan start={run.start_date} end={run.end_date} />
      </td>
      <td className="mono faint wrap-anywhere">{conf_text(run.conf)}</td>
      <td className="num">
        {on_change && <IconButton icon={Pencil} label={t('runs.change')} onClick={on_change} />}
      </td>
    </tr>
  );
}

export function RunsTab({ dag_id }: { dag_id: string }): ReactNode {
  const { t } = useTranslation();
  const runs = useRuns(dag_id);
  const may_run = useMayOnDag('user', dag_id);
  const [open, set_open] = useState<string | null>(null);
  const opened = runs.data?.find((run) => run.dag_run_id === open);
  return (
    <Await query={runs}>
      {(list) =>
        list.length === 0 ? (
          <NoRuns dag_id={dag_id} icon={Play} />
        ) : (
          <div className="panel panel-flush table-wrap">
            <table className="table">
              <thead>
                <tr>
                  <th>{t('runs.run')}</th>
                  <th>{t('runs.state')}</th>
                  <th>{t('runs.type')}</th>
                  <th>{t('runs.started')}</th>
                  <th className="num">{t('runs.duration')}</th>
                  <th>{t('runs.conf')}</th>
                  <th>
                    <span className="sr-only">{t('runs.actions')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.map((run) => (
                  <RunRow
                    key={run.dag_run_id}
                    run={run}
                    on_change={may_run ? () => set_open(run.dag_run_id) : undefined}
                  />
                ))}
              </tbody>
            </table>
            {opened && <RunDialog run={opened} on_close={() => set_open(null)} />}
          </div>
        )
      }
    </Await>
  );
}
