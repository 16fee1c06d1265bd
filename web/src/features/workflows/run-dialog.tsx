// SPDX-License-Identifier: Apache-2.0
// What can be done with a whole run: its note, clear, mark, delete.
import { Check, Eraser, Save, Trash2, X } from 'lucide-react';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DagRun } from '@/api/types.gen';
import { useCauseText } from '@/features/workflows/cause';
import { ClearPreview } from '@/features/workflows/task-actions';
import { changed_by_run_mark } from '@/models/instances';
import { why_run } from '@/models/why';
import { useClearRun, useDeleteRun, useNotices, usePatchRun, useRun } from '@/queries/use-dags';
import { useTaskInstances } from '@/queries/use-tasks';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Await, ErrorNote, Skeleton } from '@/ui/feedback';
import { StateBadge } from '@/ui/state-badge';
import { useLocale } from '@/ui/time';
import { Told } from '@/ui/told';
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
  const said = useCauseText();
  const text = said(why ? why_run(t, why, locale, zone) : run.cause);
  return text ? (
    <p>
      <Told text={text} />
    </p>
  ) : null;
}

function Notices({ run }: { run: DagRun }): ReactNode {
  const { t } = useTranslation();
  const said = useCauseText();
  const { data } = useNotices(run);
  if (!data || data.length === 0) return null;
  return (
    <>
      <h3>{t('runs.callbacks')}</h3>
      <ul className="preview">
        {data.map((one) => (
          <li key={one.name} title={said(one.cause)}>
            <code>{one.name}</code>
            <span>
              <Told text={one.reason} />
            </span>
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

const RUN_CHANGES = [
  ['clear_failed', Eraser],
  ['clear_all', Eraser],
  ['mark_success', Check],
  ['mark_failed', X],
] as const;
type RunChange = (typeof RUN_CHANGES)[number][0];

/** Which tasks would run again, and the button that lets them. */
function ClearPart({
  run,
  only_failed,
  on_close,
}: RunDialogProps & { only_failed: boolean }): ReactNode {
  const { t } = useTranslation();
  const preview = useClearRun(run);
  const clear = useClearRun(run);
  const { mutate: look } = preview;
  useEffect(() => look({ only_failed, dry_run: true }), [look, only_failed]);
  const items = preview.data?.items ?? [];
  return (
    <div className="stack" data-run-preview="clear">
      <p className="faint">{t('clear.hint')}</p>
      {preview.isPending && <Skeleton rows={3} height={24} />}
      {preview.error && <ErrorNote error={preview.error} />}
      {preview.data && <ClearPreview items={items} />}
      <div className="row">
        <Button
          kind="primary"
          icon={Eraser}
          busy={clear.isPending}
          disabled={items.length === 0}
          onClick={() => clear.mutate({ only_failed }, { onSuccess: on_close })}
        >
          {t('clear.do', { count: items.length })}
        </Button>
      </div>
      {clear.error && <ErrorNote error={clear.error} what={t('runs.change_failed')} />}
    </div>
  );
}

/** Which tasks a mark of the run would end or change, and the button that does it. */
function MarkPart({
  run,
  state,
  on_close,
}: RunDialogProps & { state: 'success' | 'failed' }): ReactNode {
  const { t } = useTranslation();
  const patch = usePatchRun(run);
  const instances = useTaskInstances(run.dag_id, run.dag_run_id);
  return (
    <div className="stack" data-run-preview="mark">
      <p className="faint">{t(`run_mark.${state}`)}</p>
      <Await query={instances} rows={3} height={24}>
        {(list) => <ClearPreview items={changed_by_run_mark(list, state)} />}
      </Await>
      <div className="row">
        <Button
          kind="primary"
          icon={state === 'success' ? Check : X}
          busy={patch.isPending}
          disabled={run.state === state}
          onClick={() => patch.mutate({ state }, { onSuccess: on_close })}
        >
          {t(`run_mark.do_${state}`)}
        </Button>
      </div>
      {patch.error && <ErrorNote error={patch.error} what={t('runs.change_failed')} />}
    </div>
  );
}

export function RunDialog({ run, on_close }: RunDialogProps): ReactNode {
  const { t } = useTranslation();
  const patch = usePatchRun(run);
  const over = { onSuccess: on_close };
  const [change, set_change] = useState<RunChange | null>(null);
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
      <div className="row" role="group" aria-label={t('runs.actions')}>
        {RUN_CHANGES.map(([name, icon]) => (
          <Button
            key={name}
            icon={icon}
            aria-pressed={change === name}
            onClick={() => set_change(change === name ? null : name)}
          >
            {t(`runs.${name}`)}
          </Button>
        ))}
      </div>
      {(change === 'clear_all' || change === 'clear_failed') && (
        <ClearPart
          key={change}
          run={run}
          only_failed={change === 'clear_failed'}
          on_close={on_close}
        />
      )}
      {(change === 'mark_success' || change === 'mark_failed') && (
        <MarkPart
          run={run}
          state={change === 'mark_success' ? 'success' : 'failed'}
          on_close={on_close}
        />
      )}
      {patch.error && <ErrorNote error={patch.error} what={t('runs.change_failed')} />}
      <DeletePart run={run} on_close={on_close} />
    </Dialog>
  );
}
