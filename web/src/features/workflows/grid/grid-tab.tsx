// SPDX-License-Identifier: Apache-2.0
import { FoldVertical, LayoutGrid, Search, UnfoldVertical } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { GridView } from '@/features/workflows/grid/grid-view';
import { Legend } from '@/features/workflows/grid/legend';
import { NoRuns } from '@/features/workflows/no-runs';
import { RunStrip } from '@/features/workflows/run-strip';
import { type GridData, grid_lines } from '@/models/grid';
import { useGrid, useGridAhead } from '@/queries/use-dags';
import { Button } from '@/ui/button';
import { Await, Empty } from '@/ui/feedback';
import { set_query, useQueryValue } from '@/ui/router';

/** How many runs may be shown; the first is what a page begins with. */
const RUN_CHOICES = [25, 50, 100, 365] as const;

interface BarProps {
  runs: number;
  text: string;
  /** Null: there are no groups. */
  all_folded: boolean | null;
  on_fold_all: () => void;
}

function Toolbar({ runs, text, all_folded, on_fold_all }: BarProps): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="gridv-bar">
      <span className="search">
        <Search size={14} aria-hidden />
        <input
          className="input input-small"
          type="search"
          value={text}
          placeholder={t('grid.filter')}
          aria-label={t('grid.filter')}
          onChange={(event) => set_query({ q: event.target.value })}
        />
      </span>
      <label className="row faint">
        {t('grid.runs_shown')}
        <select
          className="input input-small"
          value={runs}
          onChange={(event) => set_query({ runs: event.target.value })}
        >
          {RUN_CHOICES.map((count) => (
            <option key={count}>{count}</option>
          ))}
        </select>
      </label>
      {all_folded !== null && (
        <Button icon={all_folded ? UnfoldVertical : FoldVertical} onClick={on_fold_all}>
          {t(all_folded ? 'grid.unfold_all' : 'grid.fold_all')}
        </Button>
      )}
    </div>
  );
}

interface SheetProps {
  grid: GridData;
  run_id: string | null;
  text: string;
  runs: number;
}

function Sheet({ grid, run_id, text, runs }: SheetProps): ReactNode {
  const { t } = useTranslation();
  const [task_id] = useQueryValue('task');
  const [folded, set_folded] = useState<ReadonlySet<string>>(new Set());
  // The lines follow from the structure; a changed state leaves them as they are.
  const { tasks, groups } = grid;
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const lines = useMemo(() => grid_lines(grid, folded, text), [tasks, groups, folded, text]);
  const fold = (id: string): void => {
    const next = new Set(folded);
    if (!next.delete(id)) next.add(id);
    set_folded(next);
  };
  const all_folded = groups.length > 0 && groups.every((group) => folded.has(group.id));
  const fold_all = (): void =>
    set_folded(new Set(all_folded ? [] : groups.map((group) => group.id)));
  return (
    <>
      <Toolbar
        runs={runs}
        text={text}
        all_folded={groups.length > 0 ? all_folded : null}
        on_fold_all={fold_all}
      />
      {lines.length === 0 ? (
        <Empty icon={Search} title={t('grid.no_match')} />
      ) : (
        <GridView grid={grid} lines={lines} run_id={run_id} task_id={task_id} on_fold={fold} />
      )}
      <Legend />
    </>
  );
}

/** How many runs the page's address wants to see. */
function useRunsShown(): number {
  const [value] = useQueryValue('runs');
  return RUN_CHOICES.find((count) => String(count) === value) ?? RUN_CHOICES[0];
}

/**
 * Shows nothing: the grid is most of what a large DAG's page waits for, so it is asked for together
 * with the DAG.
 */
export function GridAhead({ dag_id }: { dag_id: string }): null {
  useGridAhead(dag_id, useRunsShown());
  return null;
}

export function GridTab({ dag_id, run_id }: { dag_id: string; run_id: string | null }): ReactNode {
  const { t } = useTranslation();
  const [text] = useQueryValue('q');
  const [chosen] = useQueryValue('run');
  const runs = useRunsShown();
  const query = useGrid(dag_id, runs);
  return (
    <Await query={query} rows={8} height={26}>
      {(grid) =>
        grid.tasks.length === 0 ? (
          <Empty icon={LayoutGrid} title={t('grid.no_tasks')} />
        ) : (
          <div className="grid-page">
            {chosen !== null && <RunStrip dag_id={dag_id} run_id={run_id} />}
            <Sheet grid={grid} run_id={run_id} text={text ?? ''} runs={runs} />
            {grid.runs.length === 0 && <NoRuns dag_id={dag_id} icon={LayoutGrid} />}
          </div>
        )
      }
    </Await>
  );
}
