// SPDX-License-Identifier: Apache-2.0
import { LogOut, Pause, Play, Server } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Worker } from '@/api/types.gen';
import { useOrderWorker, useWorkers } from '@/queries/use-admin';
import { useMay } from '@/queries/use-session';
import { Button, IconButton } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Await, Empty, ErrorNote } from '@/ui/feedback';
import { Page, Panel } from '@/ui/page';
import { HealthBadge } from '@/ui/state-badge';
import { RelativeTime } from '@/ui/time';
import './workers.css';

function shown_state(worker: Worker): string {
  return worker.state === 'connected' && worker.cordoned ? 'cordoned' : worker.state;
}

/** How many of its slots are taken, as a bar and in words. */
function Load({ worker }: { worker: Worker }): ReactNode {
  const { t } = useTranslation();
  const slots = Math.max(worker.slots, worker.running);
  const words = worker.cordoned
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
        <RelativeTime time={worker.last_seen} />
      </td>
      <td className="num nowrap">
        {may_order && worker.pid > 0 && <Actions worker={worker} on_drain={on_drain} />}
      </td>
    </tr>
  );
}

function WorkerTable({ workers }: { workers: Worker[] }): ReactNode {
  const { t } = useTranslation();
  const [draining, set_draining] = useState<Worker | null>(null);
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
              <WorkerRow
                key={worker.worker_id}
                worker={worker}
                on_drain={() => set_draining(worker)}
              />
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
    </Page>
  );
}
