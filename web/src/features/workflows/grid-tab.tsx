// SPDX-License-Identifier: Apache-2.0
// Runs x tasks. A cell is a task instance: colour, icon, and its words as tooltip. Arrow keys move
// from cell to cell; Enter opens the drawer.
import { ChevronDown, ChevronRight, Layers, LayoutGrid } from 'lucide-react';
import { Fragment, type KeyboardEvent, type ReactNode, memo, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TASK_STATES, type TaskState } from '@/api/types.gen';
import { duration_text, relative_text, span_seconds } from '@/i18n/format';
import { useCountsText } from '@/features/workflows/state-counts';
import { type GridModel, type GridRow, read_grid } from '@/models/grid';
import { summary_by_task } from '@/models/instances';
import { useGrid } from '@/queries/use-dags';
import { useTaskInstances } from '@/queries/use-tasks';
import { Await, Empty } from '@/ui/feedback';
import { set_query, useQueryValue } from '@/ui/router';
import { RunBars } from '@/ui/run-bars';
import { StateIcon, state_style } from '@/ui/state-badge';
import { useFlash } from '@/ui/use-flash';
import { useLocale, useNow } from '@/ui/time';
import '@/features/workflows/grid.css';

interface CellProps {
  state: TaskState;
  run_id: string;
  task_id: string;
  selected: boolean;
  is_mapped: boolean;
  /** How many instances are in which state, once they are known. */
  detail: string;
  /** The pointer or the focus is on it. */
  on_look: (run_id: string) => void;
}

const Cell = memo(function Cell(props: CellProps): ReactNode {
  const { state, run_id, task_id, selected, is_mapped, detail, on_look } = props;
  const { t } = useTranslation();
  const flash = useFlash(state);
  const more = is_mapped ? ` (${detail || t('mapped.shows_worst')})` : '';
  const label = `${task_id} · ${run_id}: ${t(`state.${state}`)}${more}`;
  const look = is_mapped ? () => on_look(run_id) : undefined;
  return (
    <button
      type="button"
      className={`grid-cell ${flash}`}
      style={state_style(state)}
      data-state={state}
      data-cell=""
      aria-pressed={selected}
      aria-label={label}
      title={label}
      onPointerEnter={look}
      onFocus={look}
      onClick={() => set_query({ run: run_id, task: task_id, map: null })}
    >
      <StateIcon state={state} size={11} />
    </button>
  );
});

/** Moves the focus between cells with the arrow keys. */
function move_focus(event: KeyboardEvent<HTMLTableElement>): void {
  const steps: Record<string, [number, number]> = {
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
  };
  const step = steps[event.key];
  if (!step || !(event.target instanceof HTMLElement) || !('cell' in event.target.dataset)) return;
  event.preventDefault();
  const rows = [...event.currentTarget.querySelectorAll('tr[data-row]')];
  const cells = (row: Element | undefined): HTMLElement[] => [
    ...(row?.querySelectorAll<HTMLElement>('[data-cell]') ?? []),
  ];
  const row = event.target.closest('tr');
  const at = rows.indexOf(row as Element);
  const column = cells(row ?? undefined).indexOf(event.target);
  cells(rows[at + step[0]])[column + step[1]]?.focus();
}

/** The instances of mapped tasks in the run that is looked at. */
interface Looked {
  run_id: string | null;
  details: ReadonlyMap<string, string>;
  on_look: (run_id: string) => void;
}

function useLooked(dag_id: string): Looked {
  const [run_id, on_look] = useState<string | null>(null);
  const words = useCountsText();
  const { data } = useTaskInstances(dag_id, run_id);
  const details = new Map<string, string>();
  for (const [task_id, { width, counts }] of summary_by_task(data ?? [])) {
    if (width !== null) details.set(task_id, words(counts));
  }
  return { run_id, details, on_look };
}

interface RowProps {
  row: GridRow;
  grid: GridModel;
  run_id: string | null;
  task_id: string | null;
  looked: Looked;
}

function TaskRow({ row, grid, run_id, task_id, looked }: RowProps): ReactNode {
  const newest = grid.runs.at(-1)?.dag_run_id ?? null;
  return (
    <tr data-row={row.task_id} aria-selected={row.task_id === task_id}>
      <th scope="row" className={row.group ? 'grid-task grid-task-in-group' : 'grid-task'}>
        <button
          type="button"
          onClick={() => set_query({ run: run_id ?? newest, task: row.task_id, map: null })}
        >
          {row.label}
        </button>
        {row.is_mapped && <Layers className="grid-mapped" size={12} aria-hidden />}
        <span className="faint">{row.operator_name.replace(/Operator$/, '')}</span>
      </th>
      {grid.runs.map((run, column) => (
        <td key={run.dag_run_id} className={run.dag_run_id === run_id ? 'grid-run-on' : undefined}>
          <Cell
            state={row.states[column] ?? 'no_status'}
            run_id={run.dag_run_id}
            task_id={row.task_id}
            selected={run.dag_run_id === run_id && row.task_id === task_id}
            is_mapped={row.is_mapped}
            detail={run.dag_run_id === looked.run_id ? (looked.details.get(row.task_id) ?? '') : ''}
            on_look={looked.on_look}
          />
        </td>
      ))}
      <td className="grid-rest" />
    </tr>
  );
}

function GridHead({ grid, run_id }: { grid: GridModel; run_id: string | null }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const now = useNow();
  const bars = grid.runs.map((run) => {
    const seconds = span_seconds(run.start_date, run.end_date, now) ?? 0;
    const began = run.start_date ? relative_text(run.start_date, now, locale) : '';
    return {
      key: run.dag_run_id,
      state: run.state,
      seconds,
      label: `${run.dag_run_id}: ${t(`state.${run.state}`)}, ${duration_text(seconds, locale)} ${began}`,
    };
  });
  const longest = Math.max(0, ...bars.map((bar) => bar.seconds));
  return (
    <thead>
      <tr>
        <th className="grid-corner">
          {bars.length > 0 && (
            <span title={t('grid.longest')}>{duration_text(longest, locale)}</span>
          )}
        </th>
        {bars.map((bar) => (
          <th key={bar.key} className={bar.key === run_id ? 'grid-run grid-run-on' : 'grid-run'}>
            <RunBars
              bars={[bar]}
              slots={1}
              height={4 + 52 * Math.sqrt(bar.seconds / Math.max(longest, 1e-3))}
              on_pick={(run) => set_query({ run })}
            />
          </th>
        ))}
        <th className="grid-rest" />
      </tr>
    </thead>
  );
}

function Legend(): ReactNode {
  const { t } = useTranslation();
  return (
    <details className="grid-legend">
      <summary>{t('grid.legend')}</summary>
      <ul>
        {TASK_STATES.map((state) => (
          <li key={state}>
            <span className="grid-cell" style={state_style(state)} data-state={state}>
              <StateIcon state={state} size={11} />
            </span>
            {t(`state.${state}`)}
          </li>
        ))}
      </ul>
    </details>
  );
}

interface GroupRowProps {
  name: string;
  folded: boolean;
  columns: number;
  on_fold: () => void;
}

function GroupRow({ name, folded, columns, on_fold }: GroupRowProps): ReactNode {
  const Icon = folded ? ChevronRight : ChevronDown;
  return (
    <tr>
      <th scope="rowgroup" className="grid-task grid-group">
        <button type="button" aria-expanded={!folded} onClick={on_fold}>
          <Icon size={13} aria-hidden /> {name}
        </button>
      </th>
      <td colSpan={columns} />
    </tr>
  );
}

interface GridTableProps {
  dag_id: string;
  grid: GridModel;
  run_id: string | null;
}

function GridTable({ dag_id, grid, run_id }: GridTableProps): ReactNode {
  const looked = useLooked(dag_id);
  const [task_id] = useQueryValue('task');
  const [folded, set_folded] = useState<ReadonlySet<string>>(new Set());
  const fold = (name: string): void => {
    const next = new Set(folded);
    if (!next.delete(name)) next.add(name);
    set_folded(next);
  };
  return (
    <div className="grid-wrap">
      <table className="grid" onKeyDown={move_focus}>
        <GridHead grid={grid} run_id={run_id} />
        <tbody>
          {grid.rows.map((row, at) => {
            const opens = row.group !== null && row.group !== grid.rows[at - 1]?.group;
            const name = row.group ?? '';
            return (
              <Fragment key={row.task_id}>
                {opens && (
                  <GroupRow
                    name={name}
                    folded={folded.has(name)}
                    columns={grid.runs.length + 1}
                    on_fold={() => fold(name)}
                  />
                )}
                {!folded.has(name) && (
                  <TaskRow
                    row={row}
                    grid={grid}
                    run_id={run_id}
                    task_id={task_id}
                    looked={looked}
                  />
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
      <Legend />
    </div>
  );
}

export function GridTab({ dag_id, run_id }: { dag_id: string; run_id: string | null }): ReactNode {
  const { t } = useTranslation();
  const query = useGrid(dag_id);
  const grid = useMemo(() => query.data && read_grid(query.data), [query.data]);
  return (
    <Await query={{ ...query, data: grid }} rows={8} height={26}>
      {(model) =>
        model.rows.length === 0 ? (
          <Empty icon={LayoutGrid} title={t('grid.no_tasks')} />
        ) : (
          <>
            <GridTable dag_id={dag_id} grid={model} run_id={run_id} />
            {model.runs.length === 0 && (
              <Empty
                icon={LayoutGrid}
                title={t('dag.no_runs')}
                hint={t('dag.no_runs_hint')}
                command={`aiflow dags trigger ${dag_id}`}
              />
            )}
          </>
        )
      }
    </Await>
  );
}
