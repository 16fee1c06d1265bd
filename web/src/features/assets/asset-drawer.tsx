// SPDX-License-Identifier: Apache-2.0
// One asset: who makes it, who waits for it, and when it was new.
import { Database } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Asset, AssetEvent } from '@/api/types.gen';
import { instance_name } from '@/models/instances';
import { paths } from '@/models/paths';
import { useAssetEvents } from '@/queries/use-assets';
import { Drawer } from '@/ui/drawer';
import { Await, Empty } from '@/ui/feedback';
import { type FactRow, FactTable, Listed } from '@/ui/page';
import { Link, set_query } from '@/ui/router';
import { RelativeTime } from '@/ui/time';
import '@/features/assets/assets.css';

/** Where an event came from: a task of a run, or somebody outside. */
function Source({ event }: { event: AssetEvent }): ReactNode {
  const { t } = useTranslation();
  const { source_dag_id, source_run_id, source_task_id } = event;
  if (!source_dag_id || !source_run_id || !source_task_id) {
    return <span>{t('asset_graph.outside', { user: event.user || '–' })}</span>;
  }
  const map_index = event.source_map_index ?? -1;
  const map = map_index >= 0 ? map_index : null;
  return (
    <Link to={paths.task_page(source_dag_id, source_run_id, source_task_id, { map })}>
      {source_dag_id} · {instance_name(source_task_id, map_index)}
    </Link>
  );
}

export function AssetDrawer({ asset }: { asset: Asset }): ReactNode {
  const { t } = useTranslation();
  const events = useAssetEvents(asset.name);
  const rows: FactRow[] = [
    [t('asset_graph.uri'), <span className="mono wrap-anywhere">{asset.uri}</span>],
    [
      t('assets.made_by'),
      <Listed
        items={asset.producing_tasks.map(({ dag_id, task_id }) => (
          <Link key={`${dag_id}/${task_id}`} to={paths.dag(dag_id)}>
            {dag_id} · {task_id}
          </Link>
        ))}
      />,
    ],
    [
      t('assets.waited_for_by'),
      <Listed
        items={asset.scheduled_dags.map((dag_id) => (
          <Link key={dag_id} to={paths.dag(dag_id)}>
            {dag_id}
          </Link>
        ))}
      />,
    ],
  ];
  return (
    <Drawer
      label={asset.name}
      title={<h2>{asset.name}</h2>}
      on_close={() => set_query({ asset: null })}
    >
      <div className="stack asset-drawer">
        <FactTable rows={rows} />
        <h3>{t('asset_graph.newest')}</h3>
        <Await query={events} rows={4}>
          {(list) =>
            list.length === 0 ? (
              <Empty icon={Database} title={t('asset_graph.never')} />
            ) : (
              <ul className="asset-events">
                {list.map((event) => (
                  <li key={event.id}>
                    <RelativeTime time={event.timestamp} />
                    <Source event={event} />
                  </li>
                ))}
              </ul>
            )
          }
        </Await>
      </div>
    </Drawer>
  );
}
