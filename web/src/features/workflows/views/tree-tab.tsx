// SPDX-License-Identifier: Apache-2.0
// The tree of the classic kind: tasks as a tree, a square for each run.
import { type Virtualizer, useVirtualizer } from '@tanstack/react-virtual';
import { ChevronDown, ChevronRight, ListTree } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, memo, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DagGraph, TaskState } from '@/api/types.gen';
import { NoRuns } from '@/features/workflows/no-runs';
import { type GridData, state_at } from '@/models/grid';
import { type TreeRow, task_tree } from '@/models/views/task-tree';
import { useDagGraph, useGrid } from '@/queries/use-dags';
import { Await, Empty } from '@/ui/feedback';
import { set_query, useQueryValue } from '@/ui/router';
import { StateIcon, state_style } from '@/ui/state-badge';
import '@/features/workflows/views/tree.css';

const ROW_HEIGHT = 26;
/** Runs that have a square. */
const RUNS = 25;

interface SquareProps {
  state: TaskState;
  label: string;
  focusable: boolean;
  is_picked: boolean;
  column: number;
  on_open: () => void;
}

const Square = memo(function Square(props: SquareProps): ReactNode {
  const { state, label, focusable, is_picked, column, on_open } = props;
  return (
    <button
      type="button"
      className={`tree-square ${is_picked ? 'tree-picked' : ''}`}
      style={state_style(state)}
      data-state={state}
      data-column={column}
      tabIndex={focusable ? 0 : -1}
      title={label}
      aria-label={label}
      onClick={on_open}
    >
      <StateIcon state={state} size={11} />
    </button>
  );
});

interface LineProps {
  row: TreeRow;
  at: number;
  top: number;
  grid: GridData;
  /** Column that has the focus: -1 the name, null another row. */
  focused: number | null;
  on_fold: (task_id: string) => void;
}

function Line({ row, at, top, grid, focused, on_fold }: LineProps): ReactNode {
  const { t } = useTranslation();
  const [run] = useQueryValue('run');
  const [task] = useQueryValue('task');
  const Fold = row.is_folded ? ChevronRight : ChevronDown;
  const place = grid.row_of.get(row.task_id) ?? -1;
  const state_in = (column: number): TaskState => state_at(grid.columns[column], place);
  return (
    <div className="tree-row" style={{ transform: `translateY(${top}px)` }} data-row={at}>
      <span className="tree-label" style={{ paddingLeft: 6 + Math.min(row.depth, 24) * 14 }}>
        <button
          type="button"
          className="tree-name"
          data-column={-1}
          data-task={row.task_id}
          tabIndex={focused === -1 ? 0 : -1}
          title={row.is_repeat ? t('tree.repeat', { task: row.label }) : row.task_id}
          {...(row.has_more ? { 'aria-expanded': !row.is_folded } : {})}
          onClick={() =>
            row.has_more ? on_fold(row.task_id) : set_query({ task: row.task_id, map: null })
          }
        >
          {row.has_more ? <Fold size={13} aria-hidden /> : <span className="tree-leaf" />}
          {row.label}
          {row.is_repeat && <span aria-hidden> ↑</span>}
        </button>
      </span>
      <span className="tree-squares">
        {grid.runs.map((one, column) => (
          <Square
            key={one.dag_run_id}
            state={state_in(column)}
            label={[row.task_id, one.dag_run_id, t(`state.${state_in(column)}`)].join(' · ')}
            focusable={focused === column}
            is_picked={task === row.task_id && run === one.dag_run_id}
            column={column}
            on_open={() => set_query({ task: row.task_id, run: one.dag_run_id, map: null })}
          />
        ))}
      </span>
    </div>
  );
}

interface Place {
  row: number;
  column: number;
}

/** Where a key leads to; null = nowhere. Column -1 holds the names. */
function place_after(key: string, { row, column }: Place, size: Place): Place | null {
  const steps: Record<string, Place> = {
    ArrowDown: { row: row + 1, column },
    ArrowUp: { row: row - 1, column },
    ArrowRight: { row, column: column + 1 },
    ArrowLeft: { row, column: column - 1 },
    Home: { row: 0, column },
    End: { row: size.row - 1, column },
  };
  const to = steps[key];
  if (!to) return null;
  const within = (value: number, low: number, high: number): number =>
    Math.min(high, Math.max(low, value));
  return {
    row: within(to.row, 0, size.row - 1),
    column: within(to.column, -1, size.column - 1),
  };
}

function Tree({ graph, grid }: { graph: DagGraph; grid: GridData }): ReactNode {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const [fold_value, set_fold] = useQueryValue('fold');
  const folded = useMemo(() => new Set(fold_value?.split(',') ?? []), [fold_value]);
  const rows = useMemo(() => task_tree(graph, folded), [graph, folded]);
  const [held, set_held] = useState<Place>({ row: 0, column: -1 });
  const at = { ...held, row: Math.min(held.row, rows.length - 1) };
  const virtual: Virtualizer<HTMLDivElement, Element> = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  const fold = (task_id: string): void => {
    const next = new Set(folded);
    if (!next.delete(task_id)) next.add(task_id);
    set_fold([...next].join(',') || null);
  };
  const press = (event: KeyboardEvent): void => {
    const to = place_after(event.key, at, { row: rows.length, column: grid.runs.length });
    if (!to) return;
    event.preventDefault();
    set_held(to);
    virtual.scrollToIndex(to.row);
    requestAnimationFrame(() =>
      box.current
        ?.querySelector<HTMLElement>(`[data-row="${to.row}"] [data-column="${to.column}"]`)
        ?.focus(),
    );
  };
  return (
    <div ref={box} className="tree" role="group" aria-label={t('tree.label')} onKeyDown={press}>
      <div className="tree-rows" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return (
            row && (
              <Line
                key={row.key}
                row={row}
                at={item.index}
                top={item.start}
                grid={grid}
                focused={item.index === at.row ? at.column : null}
                on_fold={fold}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

export function TreeTab({ dag_id }: { dag_id: string }): ReactNode {
  const { t } = useTranslation();
  const graph = useDagGraph(dag_id);
  const grid = useGrid(dag_id, RUNS);
  return (
    <div className="tree-tab">
      <p className="faint">{t('tree.intro')}</p>
      <Await query={graph} rows={8} height={ROW_HEIGHT}>
        {(structure) =>
          structure.nodes.length === 0 ? (
            <Empty icon={ListTree} title={t('grid.no_tasks')} />
          ) : (
            <Await query={grid} rows={8} height={ROW_HEIGHT}>
              {(cells) => (
                <>
                  <Tree graph={structure} grid={cells} />
                  {cells.runs.length === 0 && <NoRuns dag_id={dag_id} icon={ListTree} />}
                </>
              )}
            </Await>
          )
        }
      </Await>
    </div>
  );
}
