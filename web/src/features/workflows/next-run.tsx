// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dag, DagAsset } from '@/api/types.gen';
import { relative_text, zoned_text } from '@/i18n/format';
import { why_dag } from '@/models/why';
import { useLocale, useNow } from '@/ui/time';
import '@/features/workflows/dag-list.css';

/** How many of the assets that a DAG waits for are new: "1 of 2 assets", their names as tooltip. */
function AssetWait({ assets }: { assets: DagAsset[] }): ReactNode {
  const { t } = useTranslation();
  const ready = assets.filter((asset) => asset.is_new).length;
  const names = assets.map((asset) => `${asset.is_new ? '✓' : '…'} ${asset.name}`);
  return <span title={names.join('\n')}>{t('assets.ready', { ready, total: assets.length })}</span>;
}

/** When a DAG runs next: how far off, and when on the viewer's own clock; UTC in the tooltip. */
export function NextRun({ dag }: { dag: Dag }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const now = useNow();
  const time = dag.next_dagrun_run_after;
  if (dag.is_paused) return <span className="faint">{t('dags.paused')}</span>;
  if (!time && dag.assets) return <AssetWait assets={dag.assets} />;
  if (!time) return <span className="faint">–</span>;
  const why = dag.explanation ? why_dag(t, dag.explanation, locale) : undefined;
  if (dag.is_paused) {
    return (
      <span className="faint" title={why}>
        {t('dags.paused')}
      </span>
    );
  }
  if (!time) return <span className="faint">{why ?? '–'}</span>;
  return (
    <time className="next-run" dateTime={time} title={zoned_text(time, locale, 'UTC')}>
      {relative_text(time, now, locale)}
      <span className="faint">{zoned_text(time, locale)}</span>
    </time>
  );
}
