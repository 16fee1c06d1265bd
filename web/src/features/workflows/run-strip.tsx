// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Cause } from '@/features/workflows/cause';
import { useShownRun } from '@/queries/use-dags';
import { ErrorNote } from '@/ui/feedback';
import { set_query } from '@/ui/router';
import { StateBadge } from '@/ui/state-badge';
import { RelativeTime, TimeSpan } from '@/ui/time';
import '@/features/workflows/run-strip.css';

/** Which run is shown, with its state, cause, start and duration; another one can be chosen. */
export function RunStrip({ dag_id, run_id }: { dag_id: string; run_id: string | null }): ReactNode {
  const { t } = useTranslation();
  const { runs, run, error, retry } = useShownRun(dag_id, run_id);
  const trouble = error && (
    <ErrorNote error={error} what={t('runs.load_failed')} on_retry={retry} />
  );
  if (!runs) return trouble ?? <div className="run-strip" />;
  if (runs.length === 0) return <div className="run-strip faint">{t('dag.no_runs')}</div>;
  return (
    <div className="run-strip">
      <select
        className="input input-small mono"
        aria-label={t('runs.run')}
        value={run_id ?? ''}
        onChange={(event) => set_query({ run: event.target.value })}
      >
        {runs.map((r) => (
          <option key={r.dag_run_id} value={r.dag_run_id}>
            {r.dag_run_id}
          </option>
        ))}
      </select>
      {run && (
        <>
          <StateBadge state={run.state} />
          <span className="faint">
            <RelativeTime time={run.start_date ?? run.queued_at} />
          </span>
          <TimeSpan start={run.start_date} end={run.end_date} />
          {run.cause && run.state !== 'success' && (
            <span className="faint">
              <Cause text={run.cause} />
            </span>
          )}
        </>
      )}
      {trouble}
    </div>
  );
}
