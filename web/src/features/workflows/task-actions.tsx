// SPDX-License-Identifier: Apache-2.0
// Clear and mark, each with a look at what will change before it does.
import { Check, Eraser, RotateCcw, X } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskInstance, TaskState } from '@/api/types.gen';
import { StateNumbers } from '@/features/workflows/state-counts';
import { instance_name, markable, summary_by_task } from '@/models/instances';
import { useMayOnDag } from '@/queries/access/use-projects';
import { type TaskRef, useClearTasks, useMarkAround, useMarkTasks } from '@/queries/use-tasks';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { ErrorNote, Skeleton } from '@/ui/feedback';
import { StateBadge } from '@/ui/state-badge';
import '@/features/workflows/task.css';

const CLEAR_SCOPES = [
  'include_upstream',
  'include_downstream',
  'include_past',
  'include_future',
  'only_failed',
  'only_running',
  'run_on_latest_version',
] as const;
type ClearScope = (typeof CLEAR_SCOPES)[number];

const MARK_SCOPES = [
  'include_upstream',
  'include_downstream',
  'include_past',
  'include_future',
] as const;
type MarkScope = (typeof MARK_SCOPES)[number];

interface ScopeBoxesProps<Name extends string> {
  names: readonly Name[];
  chosen: Partial<Record<Name, boolean>>;
  label: (name: Name) => string;
  on_change: (chosen: Partial<Record<Name, boolean>>) => void;
}

function ScopeBoxes<Name extends string>(props: ScopeBoxesProps<Name>): ReactNode {
  const { names, chosen, label, on_change } = props;
  return (
    <div className="row">
      {names.map((name) => (
        <label key={name} className="row">
          <input
            type="checkbox"
            checked={chosen[name] ?? false}
            onChange={(event) => on_change({ ...chosen, [name]: event.target.checked })}
          />
          {label(name)}
        </label>
      ))}
    </div>
  );
}

/** Of so many instances the names are told; of the rest the number. */
const NAMES_SHOWN = 8;

function InstanceNames({ instances }: { instances: readonly TaskInstance[] }): ReactNode {
  const { t } = useTranslation();
  const rest = instances.length - NAMES_SHOWN;
  return (
    <span className="faint preview-names">
      {instances
        .slice(0, NAMES_SHOWN)
        .map((one) => instance_name(one.task_id, one.map_index))
        .join(', ')}
      {rest > 0 && ` ${t('backfill_preview.more', { count: rest })}`}
    </span>
  );
}

/** One line for each task, however many instances of it will be cleared. */
export function ClearPreview({ items }: { items: TaskInstance[] }): ReactNode {
  const { t } = useTranslation();
  const runs = new Set(items.map((one) => one.dag_run_id));
  const lines = [...summary_by_task(items)];
  return (
    <ul className="preview">
      {runs.size > 1 && <li>{t('runs.count', { count: runs.size })}</li>}
      {lines.map(([task_id, { state, instance, counts }]) => {
        const count = counts.reduce((sum, one) => sum + one.count, 0);
        const single = count === 1;
        return (
          <li key={task_id}>
            <code>{single ? instance_name(task_id, instance.map_index) : task_id}</code>
            {single ? <StateBadge state={state} /> : <StateNumbers counts={counts} shown={6} />}
            {!single && runs.size === 1 && (
              <InstanceNames instances={items.filter((one) => one.task_id === task_id)} />
            )}
          </li>
        );
      })}
      {lines.length === 0 && <li className="faint">{t('clear.nothing')}</li>}
    </ul>
  );
}

interface ClearDialogProps {
  task: TaskRef;
  /** Named after what people want of it: the task and what comes after it run again. */
  is_retry: boolean;
  on_close: () => void;
}

function ClearDialog({ task, is_retry, on_close }: ClearDialogProps): ReactNode {
  const { t } = useTranslation();
  const name = instance_name(task.task_id, task.map_index);
  const preview = useClearTasks(task.dag_id);
  const clear = useClearTasks(task.dag_id);
  const [scope, set_scope] = useState<Partial<Record<ClearScope, boolean>>>({
    include_downstream: true,
  });
  const { dag_run_id, task_id, map_index } = task;
  const body = useMemo(
    () => ({
      dag_run_id,
      task_ids: [task_id],
      ...(map_index >= 0 ? { map_index } : {}),
      include_downstream: false,
      ...scope,
    }),
    [dag_run_id, task_id, map_index, scope],
  );
  const { mutate: look } = preview;
  useEffect(() => look({ ...body, dry_run: true }), [look, body]);
  const items = preview.data?.items ?? [];
  return (
    <Dialog
      title={is_retry ? t('again.title', { task: name }) : t('clear.title', { task: name })}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button
            kind="primary"
            icon={is_retry ? RotateCcw : Eraser}
            busy={clear.isPending}
            disabled={items.length === 0}
            onClick={() => clear.mutate(body, { onSuccess: on_close })}
          >
            {is_retry
              ? t('again.do', { count: items.length })
              : t('clear.do', { count: items.length })}
          </Button>
        </>
      }
    >
      <p className="faint">{t('clear.hint')}</p>
      <ScopeBoxes
        names={CLEAR_SCOPES}
        chosen={scope}
        label={(name) => t(`clear.${name}`)}
        on_change={set_scope}
      />
      {preview.isPending && <Skeleton rows={3} height={24} />}
      {preview.error && <ErrorNote error={preview.error} />}
      {preview.data && <ClearPreview items={items} />}
      {clear.error && <ErrorNote error={clear.error} what={t('clear.failed')} />}
    </Dialog>
  );
}

interface MarkDialogProps {
  task: TaskRef;
  instances: readonly TaskInstance[];
  state: TaskState;
  on_close: () => void;
}

/** Marks one instance, and what follows from the chosen boxes. */
function MarkOneDialog({ task, state, on_close }: Omit<MarkDialogProps, 'instances'>): ReactNode {
  const { t } = useTranslation();
  const preview = useMarkAround();
  const mark = useMarkAround();
  const [scope, set_scope] = useState<Partial<Record<MarkScope, boolean>>>({});
  const body = useMemo(() => ({ new_state: state, ...scope }), [state, scope]);
  const { dag_id, dag_run_id, task_id, map_index } = task;
  const at = useMemo(
    () => ({ dag_id, dag_run_id, task_id, map_index }),
    [dag_id, dag_run_id, task_id, map_index],
  );
  const { mutate: look } = preview;
  useEffect(() => look({ task: at, body, preview: true }), [look, at, body]);
  const shown = preview.data?.items ?? [];
  // Each as it would be: without a state it would run again.
  const items = shown.filter((one) => one.state === state);
  const again = shown.filter((one) => one.state !== state);
  return (
    <Dialog
      title={t('mark.title', { task: instance_name(task.task_id, task.map_index) })}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button
            kind="primary"
            busy={mark.isPending}
            disabled={items.length === 0}
            onClick={() => mark.mutate({ task: at, body, preview: false }, { onSuccess: on_close })}
          >
            {items.length > 1 ? t('mark.do_many', { count: items.length }) : t('mark.do')}
          </Button>
        </>
      }
    >
      <p className="row">
        <code>{instance_name(task.task_id, task.map_index)}</code> → <StateBadge state={state} />
      </p>
      <p className="faint">{t(state === 'success' ? 'mark.hint_success' : 'mark.hint_failed')}</p>
      <ScopeBoxes
        names={MARK_SCOPES}
        chosen={scope}
        label={(name) => t(`mark.${name}`)}
        on_change={set_scope}
      />
      <p className="faint">{t('mark.means')}</p>
      {preview.error && <ErrorNote error={preview.error} />}
      {preview.data && <ClearPreview items={items} />}
      {again.length > 0 && (
        <>
          <p className="faint">{t('mark.again')}</p>
          <ClearPreview items={again} />
        </>
      )}
      {mark.error && <ErrorNote error={mark.error} what={t('mark.failed')} />}
    </Dialog>
  );
}

function MarkDialog({ task, instances, state, on_close }: MarkDialogProps): ReactNode {
  const { t } = useTranslation();
  const mark = useMarkTasks();
  const [done, set_done] = useState(0);
  const wanted = markable(instances, state);
  // What is marked leaves the list while the rest is on its way.
  const [total, set_total] = useState(0);
  const name = instance_name(task.task_id, task.map_index);
  const is_many = instances.length > 1;
  const start = (): void => {
    set_done(0);
    set_total(wanted.length);
    mark.mutate(
      { instances: wanted, new_state: state, on_progress: set_done },
      { onSuccess: on_close },
    );
  };
  return (
    <Dialog
      title={t('mark.title', { task: name })}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button
            kind="primary"
            busy={mark.isPending}
            disabled={wanted.length === 0}
            onClick={start}
          >
            {is_many ? t('mark.do_many', { count: wanted.length }) : t('mark.do')}
          </Button>
        </>
      }
    >
      <p className="row">
        <code>{name}</code> → <StateBadge state={state} />
      </p>
      <p className="faint">{t(state === 'success' ? 'mark.hint_success' : 'mark.hint_failed')}</p>
      {wanted.length === 0 && !mark.isPending && <p className="faint">{t('mark.nothing')}</p>}
      {is_many && !mark.isPending && wanted.length > 0 && (
        <p>
          <InstanceNames instances={wanted} />
        </p>
      )}
      {is_many && mark.isPending && (
        <p role="status">{t('mark.progress', { done, count: total })}</p>
      )}
      {mark.error && <ErrorNote error={mark.error} what={t('mark.failed')} />}
    </Dialog>
  );
}

const ENDED: readonly TaskState[] = ['success', 'failed', 'upstream_failed', 'skipped'];

export interface TaskActionsProps {
  task: TaskRef;
  /** What a mark is set on: the one instance, or all of a mapped task. */
  instances: readonly TaskInstance[];
}

export function TaskActions({ task, instances }: TaskActionsProps): ReactNode {
  const { t } = useTranslation();
  const [open, set_open] = useState<'again' | 'clear' | 'success' | 'failed' | null>(null);
  const may_run = useMayOnDag('user', task.dag_id);
  if (!may_run) return null;
  const close = (): void => set_open(null);
  return (
    <div className="row">
      {instances.some((one) => ENDED.includes(one.state)) && (
        <Button icon={RotateCcw} onClick={() => set_open('again')}>
          {t('again.button')}
        </Button>
      )}
      <Button icon={Eraser} onClick={() => set_open('clear')}>
        {t('clear.button')}
      </Button>
      <Button icon={Check} onClick={() => set_open('success')}>
        {t('mark.button_success')}
      </Button>
      <Button icon={X} onClick={() => set_open('failed')}>
        {t('mark.button_failed')}
      </Button>
      {(open === 'clear' || open === 'again') && (
        <ClearDialog task={task} is_retry={open === 'again'} on_close={close} />
      )}
      {(open === 'success' || open === 'failed') && instances.length === 1 && (
        <MarkOneDialog task={task} state={open} on_close={close} />
      )}
      {(open === 'success' || open === 'failed') && instances.length !== 1 && (
        <MarkDialog task={task} instances={instances} state={open} on_close={close} />
      )}
    </div>
  );
}
