// SPDX-License-Identifier: Apache-2.0
// Runs x tasks. Cells are painted on canvases that cover a little more than what is visible; names
// and run bars are elements. Arrow keys move from cell to cell, Enter opens or folds.
import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type RefObject,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { TASK_STATES } from '@/api/types.gen';
import { GridHead } from '@/features/workflows/grid/grid-head';
import {
  ACTIVE_ID,
  ActiveCell,
  type CellPlace,
  GridRows,
} from '@/features/workflows/grid/grid-rows';
import { COLUMN_WIDTH, LINE_HEIGHT, type Part } from '@/features/workflows/grid/sizes';
import { type Hover, HoverMarks } from '@/features/workflows/grid/hover';
import { GridTiles, useVisiblePart } from '@/features/workflows/grid/use-canvas';
import { useFlashes } from '@/features/workflows/grid/use-flashes';
import { type GridData, type GridLine, line_state } from '@/models/grid';
import { set_query } from '@/ui/router';
import '@/features/workflows/grid/grid.css';

export interface GridViewProps {
  grid: GridData;
  lines: readonly GridLine[];
  run_id: string | null;
  task_id: string | null;
  on_fold: (group_id: string) => void;
}

/** Lines that Page Up and Page Down pass over. */
const PAGE_LINES = 10;

/** Where a key leads to; null = nowhere. */
function next_place(key: string, at: CellPlace, lines: number, columns: number): CellPlace | null {
  const steps: Record<string, CellPlace> = {
    ArrowUp: { line: at.line - 1, column: at.column },
    ArrowDown: { line: at.line + 1, column: at.column },
    ArrowLeft: { line: at.line, column: at.column - 1 },
    ArrowRight: { line: at.line, column: at.column + 1 },
    PageUp: { line: at.line - PAGE_LINES, column: at.column },
    PageDown: { line: at.line + PAGE_LINES, column: at.column },
    Home: { line: at.line, column: -1 },
    End: { line: at.line, column: columns - 1 },
  };
  const to = steps[key];
  if (!to) return null;
  const within = (value: number, min: number, max: number): number =>
    Math.min(max, Math.max(min, value));
  return { line: within(to.line, 0, lines - 1), column: within(to.column, -1, columns - 1) };
}

/** The cell under the pointer; a name has the column -1. */
function place_of(event: MouseEvent<HTMLElement>): CellPlace | null {
  const name = event.target instanceof Element ? event.target.closest('[data-line]') : null;
  if (name instanceof HTMLElement) return { line: Number(name.dataset.line), column: -1 };
  if (!(event.target instanceof HTMLCanvasElement)) return null;
  const box = event.currentTarget.getBoundingClientRect();
  const left = event.target.closest('.gridv-cells')?.getBoundingClientRect().left ?? box.left;
  return {
    line: Math.floor((event.clientY - box.top) / LINE_HEIGHT),
    column: Math.floor((event.clientX - left) / COLUMN_WIDTH),
  };
}

/** Scrolls as little as needed to bring a cell out from under the head and the names. */
function reveal(scroller: HTMLElement, to: CellPlace): void {
  const head = scroller.querySelector<HTMLElement>('.gridv-head')?.offsetHeight ?? 0;
  const names = scroller.querySelector<HTMLElement>('.gridv-corner')?.offsetWidth ?? 0;
  const fit = (at: number, size: number, from: number, room: number): number =>
    at < from ? at : Math.max(from, at + size - room);
  const { scrollTop, scrollLeft, clientHeight, clientWidth } = scroller;
  scroller.scrollTop = fit(to.line * LINE_HEIGHT, LINE_HEIGHT, scrollTop, clientHeight - head);
  if (to.column < 0) return;
  const left = to.column * COLUMN_WIDTH;
  scroller.scrollLeft = fit(left, COLUMN_WIDTH, scrollLeft, clientWidth - names);
}

/** Begins at the selected run, or at the newest one, and at the selected task. */
function useFirstPlace(scroller: RefObject<HTMLElement | null>, props: GridViewProps): void {
  const first = useRef(true);
  useLayoutEffect(() => {
    if (!scroller.current || !first.current) return;
    first.current = false;
    const line = props.lines.findIndex((one) => one.id === props.task_id);
    const chosen = props.grid.runs.findIndex((run) => run.dag_run_id === props.run_id);
    const column = chosen >= 0 ? chosen : props.grid.runs.length - 1;
    reveal(scroller.current, { line: Math.max(0, line), column });
  });
}

/** "extract · scheduled__2026-01-01: Success" */
function useCellText({ grid, lines }: GridViewProps): (at: CellPlace | null) => string {
  const { t } = useTranslation();
  return (at) => {
    const line = at && lines[at.line];
    const run = at && grid.runs[at.column];
    if (!line || !run) return '';
    const state = TASK_STATES[line_state(line, grid.columns[at.column])] ?? 'no_status';
    const more = line.task?.is_mapped ? ` (${t('mapped.shows_worst')})` : '';
    return `${line.id} · ${run.dag_run_id}: ${t(`state.${state}`)}${more}`;
  };
}

/** What a click or Enter does: opens a task's drawer, folds or unfolds a group. */
function open_place(props: GridViewProps, at: CellPlace): void {
  const line = props.lines[at.line];
  if (!line) return;
  if (line.kind === 'group') {
    props.on_fold(line.id);
    return;
  }
  const newest = props.grid.runs.at(-1)?.dag_run_id ?? null;
  const run = props.grid.runs[at.column]?.dag_run_id ?? props.run_id ?? newest;
  set_query({ run, task: line.id, map: null });
}

interface BodyProps extends GridViewProps {
  part: Part;
  active: CellPlace | null;
  on_pick: (at: CellPlace) => void;
}

/** The cells with the names beside them. */
function Body(props: BodyProps): ReactNode {
  const { grid, lines, run_id, task_id, part, active, on_pick } = props;
  const [hover, set_hover] = useState<Hover | null>(null);
  const flashes = useFlashes(grid, lines, part);
  const text_of = useCellText(props);
  const on_point = (event: MouseEvent<HTMLElement>): void => {
    const at = place_of(event);
    const same = at?.line === hover?.at.line && at?.column === hover?.at.column;
    if (!same) set_hover(at && { at, x: event.clientX, y: event.clientY });
  };
  const on_click = (event: MouseEvent<HTMLElement>): void => {
    const at = place_of(event);
    if (at) on_pick(at);
  };
  return (
    <div
      role="rowgroup"
      className="gridv-body"
      style={{ height: lines.length * LINE_HEIGHT }}
      onPointerMove={on_point}
      onPointerLeave={() => set_hover(null)}
      onClick={on_click}
    >
      <div className="gridv-cells" role="presentation">
        <HoverMarks
          hover={hover}
          run_column={grid.runs.findIndex((run) => run.dag_run_id === run_id)}
          task_line={lines.findIndex((line) => line.kind === 'task' && line.id === task_id)}
          dag_id={grid.dag_id}
          line={hover ? lines[hover.at.line] : undefined}
          run={hover ? grid.runs[hover.at.column] : undefined}
          text={text_of(hover?.at ?? null)}
        />
        <GridTiles lines={lines} columns={grid.columns} part={part} />
        {active && active.column >= 0 && <ActiveCell at={active} label={text_of(active)} />}
        {flashes.map(({ line, column }) => (
          <i
            key={`${line} ${column}`}
            className="gridv-flash flash"
            style={{ transform: `translate(${column * COLUMN_WIDTH}px, ${line * LINE_HEIGHT}px)` }}
          />
        ))}
      </div>
      <GridRows lines={lines} extent={part.lines} selected={task_id} active={active} />
    </div>
  );
}

export function GridView(props: GridViewProps): ReactNode {
  const { grid, lines, run_id } = props;
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, set_active] = useState<CellPlace | null>(null);
  const part = useVisiblePart(scroller, lines.length, grid.runs.length);
  useFirstPlace(scroller, props);

  const on_key = (event: KeyboardEvent): void => {
    if (event.target !== scroller.current || event.altKey || event.ctrlKey || event.metaKey) return;
    const first: CellPlace = { line: 0, column: grid.runs.length - 1 };
    const to = next_place(event.key, active ?? first, lines.length, grid.runs.length);
    if (active && (event.key === 'Enter' || event.key === ' ')) open_place(props, active);
    else if (to) {
      const place = active ? to : first;
      set_active(place);
      reveal(scroller.current, place);
    } else return;
    event.preventDefault();
  };
  const on_pick = (at: CellPlace): void => {
    set_active(at);
    open_place(props, at);
  };
  return (
    <div
      ref={scroller}
      className="gridv"
      role="grid"
      tabIndex={0}
      aria-label={t('grid.label', { dag: grid.dag_id })}
      aria-rowcount={lines.length + 1}
      aria-colcount={grid.runs.length + 1}
      {...(active ? { 'aria-activedescendant': ACTIVE_ID } : {})}
      onKeyDown={on_key}
    >
      <div
        role="presentation"
        className="gridv-sheet"
        style={{ '--runs-width': `${grid.runs.length * COLUMN_WIDTH}px` } as CSSProperties}
      >
        <GridHead runs={grid.runs} run_id={run_id} />
        <Body {...props} part={part} active={active} on_pick={on_pick} />
      </div>
    </div>
  );
}
