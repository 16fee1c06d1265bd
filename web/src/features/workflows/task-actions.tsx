// SPDX-License-Identifier: Apache-2.0
// Clear and mark, each with a look at what will change before it does.
import { Check, Eraser, X } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskState } from '@/api/types.gen';
import { useMay } from '@/queries/use-session';
import { type TaskRef, useClearTasks, useMarkTask } from '@/queries/use-tasks';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { ErrorNote, Skeleton } from '@/ui/feedback';
import { StateBadge } from '@/ui/state-badge';
import '@/features/workflows/task.css';

type Scope = 'include_upstream' | 'include_downstream' | 'only_failed';
const SCOPES: Scope[] = ['include_upstream', 'include_downstream', 'only_failed'];

function ClearDialog({ task, on_close }: { task: TaskRef; on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  const preview = useClearTasks(task.dag_id);
  const clear = useClearTasks(task.dag_id);
  const [scope, set_scope] = useState<Record<Scope, boolean>>({
    include_upstream: false,
    include_downstream: true,
    only_failed: false,
  });
  const body = { dag_run_id: task.dag_run_id, task_ids: [task.task_id], ...scope };
  const { mutate: look } = preview;
  useEffect(
    () => look({ dag_run_id: task.dag_run_id, task_ids: [task.task_id], ...scope, dry_run: true }),
    [look, scope, task.dag_run_id, task.task_id],
  );
  const items = preview.data?.items ?? [];
  return (
    <Dialog
      title={t('clear.title', { task: task.task_id })}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button
            kind="primary"
            icon={Eraser}
            busy={clear.isPending}
            disabled={items.length === 0}
            onClick={() => clear.mutate(body, { onSuccess: on_close })}
          >
            {t('clear.do', { count: items.length })}
          </Button>
        </>
      }
    >
      <p className="faint">{t('clear.hint')}</p>
      <div className="row">
        {SCOPES.map((name) => (
          <label key={name} className="row">
            <input
              type="checkbox"
              checked={scope[name]}
              onChange={(event) => set_scope({ ...scope, [name]: event.target.checked })}
            />
            {t(`clear.${name}`)}
          </label>
        ))}
      </div>
      {preview.isPending && <Skeleton rows={3} height={24} />}
      {preview.error && <ErrorNote error={preview.error} />}
      {preview.data && (
        <ul className="preview">
          {items.map((one) => (
            <li key={`${one.task_id}[${one.map_index}]`}>
              <code>{one.task_id}</code>
              <StateBadge state={one.state} />
            </li>
          ))}
          {items.length === 0 && <li className="faint">{t('clear.nothing')}</li>}
        </ul>
      )}
      {clear.error && <ErrorNote error={clear.error} what={t('clear.failed')} />}
    </Dialog>
  );
}

interface MarkDialogProps {
  task: TaskRef;
  state: TaskState;
  on_close: () => void;
}

function MarkDialog({ task, state, on_close }: MarkDialogProps): ReactNode {
  const { t } = useTranslation();
  const mark = useMarkTask(task);
  return (
    <Dialog
      title={t('mark.title', { task: task.task_id })}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button
            kind="primary"
            busy={mark.isPending}
            onClick={() => mark.mutate(state, { onSuccess: on_close })}
          >
            {t('mark.do')}
          </Button>
        </>
      }
    >
      <p className="row">
        <code>{task.task_id}</code> → <StateBadge state={state} />
      </p>
      <p className="faint">{t(state === 'success' ? 'mark.hint_success' : 'mark.hint_failed')}</p>
      {mark.error && <ErrorNote error={mark.error} what={t('mark.failed')} />}
    </Dialog>
  );
}

export function TaskActions({ task }: { task: TaskRef }): ReactNode {
  const { t } = useTranslation();
  const [open, set_open] = useState<'clear' | 'success' | 'failed' | null>(null);
  const may_run = useMay('user');
  if (!may_run) return null;
  const close = (): void => set_open(null);
  return (
    <div className="row">
      <Button icon={Eraser} onClick={() => set_open('clear')}>
        {t('clear.button')}
      </Button>
      <Button icon={Check} onClick={() => set_open('success')}>
        {t('mark.button_success')}
      </Button>
      <Button icon={X} onClick={() => set_open('failed')}>
        {t('mark.button_failed')}
      </Button>
      {open === 'clear' && <ClearDialog task={task} on_close={close} />}
      {(open === 'success' || open === 'failed') && (
        <MarkDialog task={task} state={open} on_close={close} />
      )}
    </div>
  );
}
