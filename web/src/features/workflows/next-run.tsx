// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dag, DagAsset } from '@/api/types.gen';
import { why_dag } from '@/models/why';
import { Time, useLocale } from '@/ui/time';
import { useZone } from '@/ui/zone';
import '@/features/workflows/dag-list.css';

/** How many of the assets that a DAG waits for are new: "1 of 2 assets", their names as tooltip. */
function AssetWait({ assets }: { assets: DagAsset[] }): ReactNode {
  const { t } = useTranslation();
  const ready = assets.filter((asset) => asset.is_new).length;
  const names = assets.map((asset) => `${asset.is_new ? '✓' : '…'} ${asset.name}`);
  return <span title={names.join('\n')}>{t('assets.ready', { ready, total: assets.length })}</span>;
}

/** When a DAG runs next: how far off, and when in the chosen zone. */
export function NextRun({ dag }: { dag: Dag }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const zone = useZone();
  const time = dag.next_dagrun_run_after;
  const why = dag.explanation ? why_dag(t, dag.explanation, locale, zone) : undefined;
  if (dag.is_paused) {
    return (
      <span className="faint" title={why}>
        {t('dags.paused')}
      </span>
    );
  }
  if (!time && dag.assets) return <AssetWait assets={dag.assets} />;
  if (!time) return <span className="faint">{why ?? '–'}</span>;
  return (
    <span className="next-run">
      <Time time={time} />
      <span className="faint">
        <Time time={time} form="day" />
      </span>
    </span>
  );
}
