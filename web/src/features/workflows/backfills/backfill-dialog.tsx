// SPDX-License-Identifier: Apache-2.0
import { CalendarClock } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BackfillCreate } from '@/api/types.gen';
import { midnight_of } from '@/models/backfill';
import { useBackfillDryRun, useCreateBackfill } from '@/queries/use-backfills';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { ErrorNote } from '@/ui/feedback';
import { Time } from '@/ui/time';
import '@/features/workflows/task.css';

const BEHAVIOURS = ['none', 'failed', 'completed'] as const;

interface Asked {
  from: string;
  to: string;
  limit: string;
  reprocess: (typeof BEHAVIOURS)[number];
  backwards: boolean;
}

/** null while something is missing. */
function request_of(dag_id: string, asked: Asked): BackfillCreate | null {
  const [from_date, to_date] = [midnight_of(asked.from), midnight_of(asked.to)];
  const max_active_runs = Number(asked.limit);
  if (!from_date || !to_date || !Number.isInteger(max_active_runs)) return null;
  return {
    dag_id,
    from_date,
    to_date,
    max_active_runs,
    reprocess_behavior: asked.reprocess,
    run_backwards: asked.backwards,
  };
}

interface FieldsProps {
  asked: Asked;
  on_change: (change: Partial<Asked>) => void;
}

function Fields({ asked, on_change }: FieldsProps): ReactNode {
  const { t } = useTranslation();
  const days = [
    ['from', t('backfills.from')],
    ['to', t('backfills.to')],
  ] as const;
  return (
    <>
      {days.map(([name, label]) => (
        <div className="field" key={name}>
          <label htmlFor={`backfill-${name}`}>{label}</label>
          <input
            id={`backfill-${name}`}
            className="input"
            type="date"
            value={asked[name]}
            onChange={(event) => on_change({ [name]: event.target.value })}
          />
        </div>
      ))}
      <div className="field">
        <label htmlFor="backfill-limit">{t('backfills.limit')}</label>
        <input
          id="backfill-limit"
          className="input"
          type="number"
          min={1}
          max={1000}
          value={asked.limit}
          onChange={(event) => on_change({ limit: event.target.value })}
        />
      </div>
      <div className="field">
        <label htmlFor="backfill-reprocess">{t('backfills.reprocess')}</label>
        <select
          id="backfill-reprocess"
          className="input"
          value={asked.reprocess}
          onChange={(event) => on_change({ reprocess: event.target.value as 'none' })}
        >
          {BEHAVIOURS.map((name) => (
            <option key={name} value={name}>
              {t(`backfills.reprocess_${name}`)}
            </option>
          ))}
        </select>
      </div>
      <label className="row">
        <input
          type="checkbox"
          checked={asked.backwards}
          onChange={(event) => on_change({ backwards: event.target.checked })}
        />
        {t('backfills.backwards')}
      </label>
    </>
  );
}

export interface BackfillDialogProps {
  dag_id: string;
  on_close: () => void;
}

export function BackfillDialog({ dag_id, on_close }: BackfillDialogProps): ReactNode {
  const { t } = useTranslation();
  const create = useCreateBackfill();
  const [asked, set_asked] = useState<Asked>({
    from: '',
    to: '',
    limit: '10',
    reprocess: 'none',
    backwards: false,
  });
  const request = request_of(dag_id, asked);
  const dry_run = useBackfillDryRun(request);
  const start = (): void => {
    if (request) create.mutate(request, { onSuccess: on_close });
  };
  return (
    <Dialog
      title={t('backfills.title', { dag: dag_id })}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button
            kind="primary"
            icon={CalendarClock}
            busy={create.isPending}
            disabled={!dry_run.data?.total_entries}
            onClick={start}
          >
            {t('backfills.start')}
          </Button>
        </>
      }
    >
      <Fields asked={asked} on_change={(change) => set_asked({ ...asked, ...change })} />
      <p className="field-hint" aria-live="polite">
        {dry_run.data
          ? t('backfills.would_make', { count: dry_run.data.total_entries })
          : t('backfills.days_hint')}
      </p>
      {dry_run.data && dry_run.data.total_entries > 0 && (
        <ul className="preview" data-backfill-preview>
          {dry_run.data.items.map((date) => (
            <li key={date.logical_date}>
              <Time time={date.logical_date} form="absolute" />
              <span className="faint">
                {date.dag_run_id
                  ? t('backfill_preview.again', { run: date.dag_run_id })
                  : t('backfill_preview.new')}
              </span>
            </li>
          ))}
          {dry_run.data.total_entries > dry_run.data.items.length && (
            <li className="faint">
              {t('backfill_preview.more', {
                count: dry_run.data.total_entries - dry_run.data.items.length,
              })}
            </li>
          )}
        </ul>
      )}
      {request && dry_run.error && (
        <ErrorNote error={dry_run.error} what={t('backfills.not_possible')} />
      )}
      {create.error && <ErrorNote error={create.error} what={t('backfills.failed')} />}
    </Dialog>
  );
}
