// SPDX-License-Identifier: Apache-2.0
// What can be done with a whole run: its note, clear, mark, delete.
import { Check, Eraser, Save, Trash2, X } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DagRun } from '@/api/types.gen';
import { why_run } from '@/models/why';
import { useClearRun, useDeleteRun, useNotices, usePatchRun, useRun } from '@/queries/use-dags';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { ErrorNote } from '@/ui/feedback';
import { StateBadge } from '@/ui/state-badge';
import { useLocale } from '@/ui/time';
import { useZone } from '@/ui/zone';

interface RunDialogProps {
  run: DagRun;
  on_close: () => void;
}

function DeletePart({ run, on_close }: RunDialogProps): ReactNode {
  const { t } = useTranslation();
  const remove = useDeleteRun(run);
  const [sure, set_sure] = useState(false);
  const running = run.state === 'running';
  return (
    <>
      <p className="faint">{t(running ? 'runs.delete_running' : 'runs.delete_hint')}</p>
      <div className="row">
        {sure ? (
          <Button
            kind="danger"
            icon={Trash2}
            busy={remove.isPending}
            onClick={() => remove.mutate(undefined, { onSuccess: on_close })}
          >
            {t('runs.delete_sure')}
          </Button>
        ) : (
          <Button icon={Trash2} disabled={running} onClick={() => set_sure(true)}>
            {t('runs.delete')}
          </Button>
        )}
      </div>
      {remove.error && <ErrorNote error={remove.error} what={t('runs.change_failed')} />}
    </>
  );
}

/** Why it is in its state: as the server says now, while it has not ended. */
function RunCause({ run }: { run: DagRun }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const zone = useZone();
  const { data } = useRun(run);
  const why = data?.state === run.state ? data.explanation : undefined;
  const text = why ? why_run(t, why, locale, zone) : run.cause;
  return text ? <p>{text}</p> : null;
}

function Notices({ run }: { run: DagRun }): ReactNode {
  const { t } = useTranslation();
  const { data } = useNotices(run);
  if (!data || data.length === 0) return null;
  return (
    <>
      <h3>{t('runs.callbacks')}</h3>
      <ul className="preview">
        {data.map((one) => (
          <li key={one.name} title={one.cause}>
            <code>{one.name}</code>
            <span>{one.reason}</span>
            <span className="faint">{t(`runs.callback_${as_notice_state(one.state)}`)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

const NOTICE_STATES = ['waiting', 'running', 'success', 'failed'] as const;

function as_notice_state(state: string): (typeof NOTICE_STATES)[number] {
  return NOTICE_STATES.find((one) => one === state) ?? 'waiting';
}

export function RunDialog({ run, on_close }: RunDialogProps): ReactNode {
  const { t } = useTranslation();
  const patch = usePatchRun(run);
  const clear = useClearRun(run);
  const over = { onSuccess: on_close };
  const error = patch.error ?? clear.error;
  const save = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    patch.mutate({ note: String(new FormData(event.currentTarget).get('note')) }, over);
  };
  return (
    <Dialog
      title={t('runs.change_title', { run: run.dag_run_id })}
      on_close={on_close}
      actions={<Button onClick={on_close}>{t('ui.close')}</Button>}
    >
      <p className="row">
        <StateBadge state={run.state} />
        <span className="faint">{t('runs.version', { version: run.dag_version })}</span>
      </p>
      <RunCause run={run} />
      <Notices run={run} />
      <form className="stack" onSubmit={save}>
        <div className="field">
          <label htmlFor="run-note">{t('runs.note')}</label>
          <textarea id="run-note" name="note" className="input" rows={2} defaultValue={run.note} />
        </div>
        <div className="row">
          <Button type="submit" icon={Save} busy={patch.isPending}>
            {t('runs.save_note')}
          </Button>
        </div>
      </form>
      <div className="row">
        <Button icon={Eraser} onClick={() => clear.mutate({ only_failed: true }, over)}>
          {t('runs.clear_failed')}
        </Button>
        <Button icon={Eraser} onClick={() => clear.mutate({}, over)}>
          {t('runs.clear_all')}
        </Button>
        <Button icon={Check} onClick={() => patch.mutate({ state: 'success' }, over)}>
          {t('runs.mark_success')}
        </Button>
        <Button icon={X} onClick={() => patch.mutate({ state: 'failed' }, over)}>
          {t('runs.mark_failed')}
        </Button>
      </div>
      {error && <ErrorNote error={error} what={t('runs.change_failed')} />}
      <DeletePart run={run} on_close={on_close} />
    </Dialog>
  );
}
