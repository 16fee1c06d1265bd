// SPDX-License-Identifier: Apache-2.0
import { LogOut, Pause, Play, Server } from 'lucide-react';
import { Fragment, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Worker, WorkerTask } from '@/api/types.gen';
import { bytes_text } from '@/i18n/format';
import { instance_name } from '@/models/instances';
import { paths } from '@/models/paths';
import { useOrderWorker, useWorkers, useWorkerTasks } from '@/queries/use-admin';
import { useMay } from '@/queries/use-session';
import { Button, IconButton } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Await, Empty, ErrorNote } from '@/ui/feedback';
import { Page, Panel } from '@/ui/page';
import { Link } from '@/ui/router';
import { HealthBadge } from '@/ui/state-badge';
import { TimeSpan, RelativeTime } from '@/ui/time';
import { JoinHint } from './join-hint';
import './workers.css';

/** Of one worker, until they are asked for. */
const TASKS_SHOWN = 5;
const COLUMNS = 10;

function shown_state(worker: Worker): string {
  return worker.state === 'connected' && worker.cordoned ? 'cordoned' : worker.state;
}

/** How many of its slots are taken, as a bar and in words. */
function Load({ worker }: { worker: Worker }): ReactNode {
  const { t } = useTranslation();
  const slots = Math.max(worker.slots, worker.running);
  // One that drained before this start of the server has not said how many it had.
  const words =
    worker.slots === 0
      ? t('workers.running_only', { running: worker.running })
      : t('workers.load', { running: worker.running, slots: worker.slots });
  return (
    <span className="worker-load">
      <progress max={Math.max(slots, 1)} value={worker.running} aria-hidden />
      <span className="nowrap">{words}</span>
    </span>
  );
}

function Words({ words }: { words: string[] }): ReactNode {
  if (words.length === 0) return <span className="faint">–</span>;
  return (
    <span className="worker-words">
      {words.map((word) => (
        <span key={word} className="tag">
          {word}
        </span>
      ))}
    </span>
  );
}

/** The load average of its machine, and for how many processors. */
function MachineLoad({ worker }: { worker: Worker }): ReactNode {
  const { t } = useTranslation();
  if (worker.load == null) return <span className="faint">–</span>;
  const load = worker.load.toFixed(2);
  const used = [
    worker.cpu_used != null && `CPU ${Math.round(worker.cpu_used * 100)} %`,
    worker.memory_used_bytes != null &&
      worker.memory_bytes != null &&
      t('workers.memory_used', {
        used: bytes_text(worker.memory_used_bytes),
        all: bytes_text(worker.memory_bytes),
      }),
  ].filter(Boolean);
  return (
    <>
      <span className="nowrap">
        {worker.cpus == null ? load : t('workers.machine_load', { load, cpus: worker.cpus })}
      </span>
      {used.length > 0 && <div className="faint nowrap">{used.join(' · ')}</div>}
    </>
  );
}

function TaskLine({ task }: { task: WorkerTask }): ReactNode {
  const map = task.map_index >= 0 ? task.map_index : null;
  return (
    <li>
      <Link to={paths.task(task.dag_id, task.dag_run_id, task.task_id, { map })}>
        {task.dag_id} / {instance_name(task.task_id, task.map_index)}
      </Link>
      <span className="faint">{task.dag_run_id}</span>
      <TimeSpan start={task.start_date} end={null} />
    </li>
  );
}

function RunningTasks({ tasks }: { tasks: WorkerTask[] }): ReactNode {
  const { t } = useTranslation();
  const [all, set_all] = useState(false);
  const shown = all ? tasks : tasks.slice(0, TASKS_SHOWN);
  return (
    <ul className="worker-tasks" aria-label={t('workers.running_tasks')}>
      {shown.map((task) => (
        <TaskLine
          key={`${task.dag_id}/${task.dag_run_id}/${task.task_id}/${task.map_index}`}
          task={task}
        />
      ))}
      {tasks.length > shown.length && (
        <li>
          <Button onClick={() => set_all(true)}>
            {t('workers.more_tasks', { count: tasks.length - shown.length })}
          </Button>
        </li>
      )}
    </ul>
  );
}

function Packs({ worker }: { worker: Worker }): ReactNode {
  const { t } = useTranslation();
  return (
    <p className="worker-words">
      <span className="faint">{t('workers.packs')}</span>
      {worker.packs.map((pack) => (
        <span key={pack.digest} className="tag" title={pack.digest}>
          {pack.name} {pack.version} · {bytes_text(pack.size)}
        </span>
      ))}
    </p>
  );
}

/** What it runs and what it holds; no row when that is nothing. */
function MoreRow({ worker, tasks }: { worker: Worker; tasks: WorkerTask[] }): ReactNode {
  if (tasks.length === 0 && worker.packs.length === 0) return null;
  return (
    <tr className="worker-more">
      <td colSpan={COLUMNS}>
        <div className="worker-details">
          {tasks.length > 0 && <RunningTasks tasks={tasks} />}
          {worker.packs.length > 0 && <Packs worker={worker} />}
        </div>
      </td>
    </tr>
  );
}

/** Asks before a worker is ended: nothing here starts it again. */
function DrainDialog({ worker, on_close }: { worker: Worker; on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  const order = useOrderWorker();
  const drain = (): void =>
    order.mutate({ worker_id: worker.worker_id, order: 'drain_worker' }, { onSuccess: on_close });
  return (
    <Dialog
      title={t('workers.drain_title', { worker: worker.worker_id })}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button kind="danger" onClick={drain} busy={order.isPending}>
            {t('workers.drain')}
          </Button>
        </>
      }
    >
      <p>{t('workers.drain_hint', { running: worker.running })}</p>
      {order.error && <ErrorNote error={order.error} what={t('workers.order_failed')} />}
    </Dialog>
  );
}

function Actions({ worker, on_drain }: { worker: Worker; on_drain: () => void }): ReactNode {
  const { t } = useTranslation();
  const order = useOrderWorker();
  const name = worker.worker_id;
  const toggle = worker.cordoned ? 'uncordon_worker' : 'cordon_worker';
  return (
    <>
      <IconButton
        icon={worker.cordoned ? Play : Pause}
        label={t(worker.cordoned ? 'workers.uncordon' : 'workers.cordon', { worker: name })}
        onClick={() => order.mutate({ worker_id: name, order: toggle })}
      />
      <IconButton
        icon={LogOut}
        label={t('workers.drain_title', { worker: name })}
        onClick={on_drain}
      />
      {order.error && <ErrorNote error={order.error} what={t('workers.order_failed')} />}
    </>
  );
}

function WorkerRow({ worker, on_drain }: { worker: Worker; on_drain: () => void }): ReactNode {
  const { t } = useTranslation();
  const may_order = useMay('operator');
  const labels = Object.entries(worker.labels).map(([name, value]) => `${name}=${value}`);
  return (
    <tr data-worker={worker.worker_id}>
      <td>
        <strong>{worker.worker_id}</strong>
        {worker.host && worker.host !== worker.worker_id && <p className="faint">{worker.host}</p>}
      </td>
      <td>
        <HealthBadge state={shown_state(worker)} />
      </td>
      <td>
        <Load worker={worker} />
      </td>
      <td className="worker-machine">
        <MachineLoad worker={worker} />
      </td>
      <td>
        <Words words={worker.queues} />
      </td>
      <td>
        <Words words={worker.executors} />
      </td>
      <td>
        <Words words={labels} />
      </td>
      <td>{worker.version}</td>
      <td className="nowrap">
        {worker.state === 'connected' ? (
          t('workers.seen_now')
        ) : (
          <RelativeTime time={worker.last_seen} />
        )}
      </td>
      <td className="num nowrap row-actions">
        {may_order && worker.pid > 0 && <Actions worker={worker} on_drain={on_drain} />}
      </td>
    </tr>
  );
}

function WorkerTable({ workers }: { workers: Worker[] }): ReactNode {
  const { t } = useTranslation();
  const [draining, set_draining] = useState<Worker | null>(null);
  const running = useWorkerTasks().data ?? [];
  if (workers.length === 0)
    return <Empty icon={Server} title={t('workers.none')} command="aiflow worker" />;
  return (
    <Panel flush>
      <div className="table-wrap">
        <table className="table">
          <thead>
            <tr>
              <th>{t('workers.worker')}</th>
              <th>{t('workers.state')}</th>
              <th>{t('workers.tasks')}</th>
              <th>{t('workers.load_title')}</th>
              <th>{t('workers.queues')}</th>
              <th>{t('workers.executors')}</th>
              <th>{t('workers.labels')}</th>
              <th>{t('workers.version')}</th>
              <th>{t('workers.last_seen')}</th>
              <th>
                <span className="sr-only">{t('dags.actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {workers.map((worker) => (
              <Fragment key={worker.worker_id}>
                <WorkerRow worker={worker} on_drain={() => set_draining(worker)} />
                <MoreRow
                  worker={worker}
                  tasks={running.filter((task) => task.worker_id === worker.worker_id)}
                />
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
      {draining && <DrainDialog worker={draining} on_close={() => set_draining(null)} />}
    </Panel>
  );
}

export function WorkersPage(): ReactNode {
  const { t } = useTranslation();
  const workers = useWorkers();
  return (
    <Page title={t('nav.workers')}>
      <p className="faint">{t('workers.hint')}</p>
      <Await query={workers}>{(list) => <WorkerTable workers={list} />}</Await>
      <JoinHint />
    </Page>
  );
}
