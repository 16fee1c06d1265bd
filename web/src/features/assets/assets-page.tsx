// SPDX-License-Identifier: Apache-2.0
import { Database } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Asset } from '@/api/types.gen';
import { AssetDrawer } from '@/features/assets/asset-drawer';
import { count_text } from '@/i18n/format';
import { paths } from '@/models/paths';
import { useAssets } from '@/queries/use-assets';
import { Await, Empty } from '@/ui/feedback';
import { Listed, Page, Panel } from '@/ui/page';
import { lazy } from '@/ui/lazy';
import { Link, set_query, useQueryValue } from '@/ui/router';
import { RelativeTime, useLocale } from '@/ui/time';

function AssetRow({ asset }: { asset: Asset }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  return (
    <tr data-asset={asset.name}>
      <td className="wrap-anywhere asset-name">
        <button
          type="button"
          className="link-button"
          onClick={() => set_query({ asset: asset.name })}
        >
          {asset.name}
        </button>
        {asset.uri !== asset.name && <p className="faint mono">{asset.uri}</p>}
        {!asset.is_active && <p className="faint">{t('assets.not_active')}</p>}
      </td>
      <td>
        <Listed
          items={asset.producing_tasks.map(({ dag_id, task_id }) => (
            <Link key={`${dag_id}/${task_id}`} to={paths.dag(dag_id)}>
              {dag_id} · {task_id}
            </Link>
          ))}
        />
      </td>
      <td>
        <Listed
          items={asset.scheduled_dags.map((dag_id) => (
            <Link key={dag_id} to={paths.dag(dag_id)}>
              {dag_id}
            </Link>
          ))}
        />
      </td>
      <td className="num">{count_text(asset.event_count, locale)}</td>
      <td className="nowrap">
        <RelativeTime time={asset.last_event_at} />
      </td>
    </tr>
  );
}

function AssetTable({ assets }: { assets: Asset[] }): ReactNode {
  const { t } = useTranslation();
  return (
    <Panel flush>
      <div className="table-wrap">
        <table className="table">
          <thead>
            <tr>
              <th>{t('assets.name')}</th>
              <th>{t('assets.made_by')}</th>
              <th>{t('assets.waited_for_by')}</th>
              <th className="num">{t('assets.events')}</th>
              <th>{t('assets.last_new')}</th>
            </tr>
          </thead>
          <tbody>
            {assets.map((asset) => (
              <AssetRow key={asset.name} asset={asset} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

const AssetGraphView = lazy(async () => ({
  default: (await import('@/features/assets/asset-graph')).AssetGraphView,
}));

/** The graph with the table below; beside them the chosen asset. */
function AssetViews({ assets }: { assets: Asset[] }): ReactNode {
  const [chosen] = useQueryValue('asset');
  const asset = assets.find((one) => one.name === chosen);
  return (
    <div className={asset ? 'asset-split asset-split-open' : 'asset-split'}>
      <div className="stack">
        <AssetGraphView assets={assets} chosen={chosen} />
        <AssetTable assets={assets} />
      </div>
      {asset && <AssetDrawer key={asset.name} asset={asset} />}
    </div>
  );
}

export function AssetsPage(): ReactNode {
  const { t } = useTranslation();
  const assets = useAssets();
  return (
    <Page title={t('nav.assets')}>
      <p className="faint">{t('assets.intro')}</p>
      <Await query={assets}>
        {(list) =>
          list.length === 0 ? (
            <Panel>
              <Empty
                icon={Database}
                title={t('assets.empty_title')}
                hint={t('assets.empty_hint')}
                command='@task(outlets=[Asset("raw")])'
              />
            </Panel>
          ) : (
            <AssetViews assets={list} />
          )
        }
      </Await>
    </Page>
  );
}
