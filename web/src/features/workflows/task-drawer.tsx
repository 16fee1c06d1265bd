// SPDX-License-Identifier: Apache-2.0
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskInstance, TaskTry } from '@/api/types.gen';
import { LogPanel } from '@/features/workflows/log-panel';
import { TaskActions } from '@/features/workflows/task-actions';
import { TaskDetails } from '@/features/workflows/task-details';
import { XComPanel } from '@/features/workflows/xcom-panel';
import { type TaskRef, useTaskInstances, useTries } from '@/queries/use-tasks';
import { Drawer } from '@/ui/drawer';
import { Empty, ErrorNote, Skeleton } from '@/ui/feedback';
import { useQueryValue } from '@/ui/router';
import { StateBadge, state_style } from '@/ui/state-badge';
import { Tabs } from '@/ui/tabs';
import { RelativeTime, TimeSpan } from '@/ui/time';
import { Hourglass } from 'lucide-react';
import '@/features/workflows/task.css';

const PANEL_KEYS = ['log', 'xcom', 'details'] as const;

function ProgressLine({ instance }: { instance: TaskInstance }): ReactNode {
  const progress = instance.progress;
  if (instance.state !== 'running' || !progress || progress.total <= 0) return null;
  const share = Math.min(1, progress.done / progress.total);
  return (
    <div className="task-progress">
      <span className="progress">
        <i style={{ width: `${share * 100}%` }} />
      </span>
      <span className="faint">
        {progress.what} {Math.round(share * 100)} %
      </span>
    </div>
  );
}

interface TryBarProps {
  tries: TaskTry[];
  current: number;
  on_pick: (try_number: number) => void;
}

function TryBar({ tries, current, on_pick }: TryBarProps): ReactNode {
  const { t } = useTranslation();
  if (tries.length < 2) return null;
  return (
    <div className="chips" role="group" aria-label={t('task.tries')}>
      {tries.map((one) => (
        <button
          key={one.try_number}
          type="button"
          className="chip try-chip"
          aria-pressed={one.try_number === current}
          title={[t(`state.${one.state}`), one.cause].filter(Boolean).join(' · ')}
          onClick={() => on_pick(one.try_number)}
        >
          <i className="state-dot" style={state_style(one.state)} />
          {t('task.try', { number: one.try_number })}
        </button>
      ))}
    </div>
  );
}

function DrawerBody({ task, instance }: { task: TaskRef; instance: TaskInstance }): ReactNode {
  const { t } = useTranslation();
  const [panel_value, set_panel] = useQueryValue('panel');
  const [picked, set_picked] = useState<number | null>(null);
  const tries = useTries(task);
  const panel = PANEL_KEYS.find((key) => key === panel_value) ?? 'log';
  const try_number = picked ?? instance.try_number;
  return (
    <>
      <div className="task-facts">
        <div className="row">
          <StateBadge state={instance.state} />
          <span className="faint">
            <RelativeTime time={instance.start_date ?? instance.queued_when} />
          </span>
          <TimeSpan start={instance.start_date} end={instance.end_date} />
          {instance.max_tries > 1 && (
            <span className="faint">
              {t('task.try_of', { number: instance.try_number, max: instance.max_tries })}
            </span>
          )}
        </div>
        {instance.cause && instance.cause !== 'done' && (
          <p className="task-cause">{instance.cause}</p>
        )}
        <ProgressLine instance={instance} />
        <TaskActions task={task} />
        <TryBar tries={tries.data ?? []} current={try_number} on_pick={set_picked} />
      </div>
      <Tabs
        label={t('task.panels')}
        current={panel}
        tabs={PANEL_KEYS.map((key) => ({ key, label: t(`task.panel_${key}`) }))}
        on_change={set_panel}
      />
      <div className="task-panel" role="tabpanel">
        {panel === 'log' &&
          (try_number > 0 ? (
            <LogPanel task={task} try_number={try_number} map_index={instance.map_index} />
          ) : (
            <Empty icon={Hourglass} title={t('log.not_started')} hint={instance.cause} />
          ))}
        {panel === 'xcom' && <XComPanel task={task} />}
        {panel === 'details' && <TaskDetails instance={instance} />}
      </div>
    </>
  );
}

export function TaskDrawer({ task, on_close }: { task: TaskRef; on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  const instances = useTaskInstances(task.dag_id, task.dag_run_id);
  const instance = instances.data?.find((one) => one.task_id === task.task_id);
  return (
    <Drawer
      label={task.task_id}
      on_close={on_close}
      title={
        <>
          <h2>{instance?.task_display_name || task.task_id}</h2>
          <span className="faint mono">{task.dag_run_id}</span>
        </>
      }
    >
      {instance ? (
        <DrawerBody task={task} instance={instance} />
      ) : instances.error ? (
        <ErrorNote error={instances.error} />
      ) : instances.data ? (
        <Empty icon={Hourglass} title={t('task.none')} />
      ) : (
        <Skeleton rows={6} />
      )}
    </Drawer>
  );
}
