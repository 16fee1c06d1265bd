// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { RunBar } from '@/api/types.gen';
import { duration_text, span_seconds } from '@/i18n/format';
import { paths } from '@/models/paths';
import { navigate } from '@/ui/router';
import { RunBars } from '@/ui/run-bars';
import { useLocale, useNow } from '@/ui/time';

export interface DagRunsBarsProps {
  dag_id: string;
  runs: RunBar[];
  height?: number;
}

/** The last runs of a DAG, oldest first; a click opens the run. */
export function DagRunsBars({ dag_id, runs, height = 24 }: DagRunsBarsProps): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const now = useNow();
  const when = (run: RunBar): string => run.start_date ?? '9';
  const bars = [...runs]
    .sort((a, b) => when(a).localeCompare(when(b)))
    .map((run) => {
      const seconds = span_seconds(run.start_date, run.end_date, now) ?? 0;
      return {
        key: run.dag_run_id,
        state: run.state,
        seconds,
        label: `${run.dag_run_id}: ${t(`state.${run.state}`)}, ${duration_text(seconds, locale)}`,
      };
    });
  return (
    <RunBars
      bars={bars}
      height={height}
      on_pick={(run) => navigate(paths.dag(dag_id, { tab: 'graph', run }))}
    />
  );
}
