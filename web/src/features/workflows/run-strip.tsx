// SPDX-License-Identifier: Apache-2.0
import { Pencil } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DagRun } from '@/api/types.gen';
import { Cause } from '@/features/workflows/cause';
import { RunDialog } from '@/features/workflows/run-dialog';
import { useMayOnDag } from '@/queries/access/use-projects';
import { useShownRun } from '@/queries/use-dags';
import { IconButton } from '@/ui/button';
import { ErrorNote } from '@/ui/feedback';
import { set_query } from '@/ui/router';
import { StateBadge } from '@/ui/state-badge';
import { RelativeTime, TimeSpan } from '@/ui/time';
import '@/features/workflows/run-strip.css';

/** Note, clear, mark, delete: for who may. */
function ChangeRun({ run }: { run: DagRun }): ReactNode {
  const { t } = useTranslation();
  const may_run = useMayOnDag('user', run.dag_id);
  const [open, set_open] = useState(false);
  if (!may_run) return null;
  return (
    <>
      <IconButton icon={Pencil} label={t('runs.change')} onClick={() => set_open(true)} />
      {open && <RunDialog run={run} on_close={() => set_open(false)} />}
    </>
  );
}

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
          <ChangeRun run={run} />
        </>
      )}
      {trouble}
    </div>
  );
}
