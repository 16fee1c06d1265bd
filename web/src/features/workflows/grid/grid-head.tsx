// SPDX-License-Identifier: Apache-2.0
// The runs above the grid: a bar for each, as high as the run was long.
import { type ReactNode, memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { DagRun } from '@/api/types.gen';
import { duration_text, relative_text, span_seconds } from '@/i18n/format';
import { set_query } from '@/ui/router';
import { type RunBarItem, RunBars } from '@/ui/run-bars';
import { useLocale, useNow } from '@/ui/time';

const BAR_MIN = 4;
const BAR_MORE = 52;

interface RunProps {
  run_id: string;
  state: string;
  label: string;
  /** Pixels. */
  height: number;
  column: number;
  selected: boolean;
}

const pick = (run: string): void => set_query({ run });

const Run = memo(function Run(props: RunProps): ReactNode {
  const { run_id, state, label, height, column, selected } = props;
  const bar: RunBarItem = { key: run_id, state, label, seconds: 1 };
  return (
    <div
      role="columnheader"
      aria-colindex={column + 2}
      className={selected ? 'gridv-run gridv-run-on' : 'gridv-run'}
    >
      <RunBars bars={[bar]} slots={1} height={height} on_pick={pick} />
    </div>
  );
});

interface HeadProps {
  runs: readonly DagRun[];
  run_id: string | null;
}

export const GridHead = memo(function GridHead({ runs, run_id }: HeadProps): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const now = useNow();
  const seconds = runs.map((run) => span_seconds(run.start_date, run.end_date, now) ?? 0);
  const longest = Math.max(0, ...seconds);
  const label = (run: DagRun, took: number): string => {
    const began = run.start_date ? relative_text(run.start_date, now, locale) : '';
    return `${run.dag_run_id}: ${t(`state.${run.state}`)}, ${duration_text(took, locale)} ${began}`;
  };
  return (
    <div className="gridv-head" role="row" aria-rowindex={1}>
      <div className="gridv-corner" role="columnheader" aria-colindex={1}>
        {runs.length > 0 ? (
          <span title={t('grid.longest')}>{duration_text(longest, locale)}</span>
        ) : (
          <span className="sr-only">{t('grid.tasks')}</span>
        )}
      </div>
      {runs.map((run, at) => (
        <Run
          key={run.dag_run_id}
          run_id={run.dag_run_id}
          state={run.state}
          label={label(run, seconds[at] ?? 0)}
          height={Math.round(
            BAR_MIN + BAR_MORE * Math.sqrt((seconds[at] ?? 0) / Math.max(longest, 1e-3)),
          )}
          column={at}
          selected={run.dag_run_id === run_id}
        />
      ))}
    </div>
  );
});
