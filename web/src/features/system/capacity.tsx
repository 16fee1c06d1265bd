// SPDX-License-Identifier: Apache-2.0
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pool } from '@/api/types.gen';
import { type QueueUse, queues_of } from '@/models/monitor/capacity';
import { paths } from '@/models/paths';
import { useWorkers } from '@/queries/use-admin';
import { usePools } from '@/queries/use-pools';
import { useSystemHistory } from '@/queries/use-system';
import { Await } from '@/ui/feedback';
import { Panel } from '@/ui/page';
import { Link } from '@/ui/router';
import { TimeSpan } from '@/ui/time';

function workers_text(use: QueueUse, t: TFunction): string | number {
  if (use.workers === 0) return t('capacity.unserved');
  if (use.open_workers === use.workers) return use.workers;
  return t('capacity.some_open', { open: use.open_workers, all: use.workers });
}

function QueueRows({ queues }: { queues: QueueUse[] }): ReactNode {
  const { t } = useTranslation();
  if (queues.length === 0)
    return (
      <tr>
        <td colSpan={6} className="faint">
          {t('capacity.no_worker')}
        </td>
      </tr>
    );
  return queues.map((use) => (
    <tr key={use.queue} data-queue={use.queue}>
      <td>
        <Link to={paths.workers}>{use.queue}</Link>
      </td>
      <td className="num">{workers_text(use, t)}</td>
      <td className="num">{use.slots}</td>
      <td className="num">{use.running}</td>
      <td className="num">{use.waiting}</td>
      <td className="num">
        <TimeSpan start={use.since} end={null} />
      </td>
    </tr>
  ));
}

function PoolRow({ pool }: { pool: Pool }): ReactNode {
  const { t } = useTranslation();
  return (
    <tr data-pool={pool.name}>
      <td>
        <Link to={paths.pools}>{pool.name}</Link>
      </td>
      <td className="num">{pool.slots < 0 ? t('pools.no_limit') : pool.slots}</td>
      <td className="num">{pool.running_slots}</td>
      <td className="num">{pool.queued_slots}</td>
      <td className="num">{pool.scheduled_slots}</td>
    </tr>
  );
}

/** What is taken of queues and pools now, and what waits; it changes with the event stream. */
export function Capacity(): ReactNode {
  const { t } = useTranslation();
  const workers = useWorkers();
  const pools = usePools();
  const waits = useSystemHistory().data?.seconds.at(-1)?.queues ?? [];
  return (
    <div className="system-charts system-capacity">
      <Panel title={t('capacity.queues')} flush>
        <Await query={workers} rows={2}>
          {(list) => (
            <div
              className="table-wrap"
              tabIndex={0}
              role="region"
              aria-label={t('capacity.queues')}
            >
              <table className="table">
                <thead>
                  <tr>
                    <th>{t('capacity.queue')}</th>
                    <th className="num">{t('nav.workers')}</th>
                    <th className="num">{t('pools.slots')}</th>
                    <th className="num">{t('state.running')}</th>
                    <th className="num">{t('pools.waiting')}</th>
                    <th className="num">{t('capacity.longest')}</th>
                  </tr>
                </thead>
                <tbody>
                  <QueueRows queues={queues_of(list, waits)} />
                </tbody>
              </table>
            </div>
          )}
        </Await>
      </Panel>
      <Panel title={t('nav.pools')} flush>
        <Await query={pools} rows={2}>
          {(list) => (
            <div className="table-wrap" tabIndex={0} role="region" aria-label={t('nav.pools')}>
              <table className="table">
                <thead>
                  <tr>
                    <th>{t('pools.name')}</th>
                    <th className="num">{t('pools.slots')}</th>
                    <th className="num">{t('state.running')}</th>
                    <th className="num">{t('state.queued')}</th>
                    <th className="num">{t('pools.waiting')}</th>
                  </tr>
                </thead>
                <tbody>
                  {list.map((pool) => (
                    <PoolRow key={pool.name} pool={pool} />
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Await>
      </Panel>
    </div>
  );
}
