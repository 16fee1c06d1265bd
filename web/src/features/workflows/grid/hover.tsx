// SPDX-License-Identifier: Apache-2.0
// What moves with the pointer over the grid: a cross of its line and column, and a note with words.
import { type ReactNode, useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import type { DagRun } from '@/api/types.gen';
import type { CellPlace } from '@/features/workflows/grid/grid-rows';
import { COLUMN_WIDTH, LINE_HEIGHT } from '@/features/workflows/grid/sizes';
import { useCountsText } from '@/features/workflows/state-counts';
import type { GridLine } from '@/models/grid';
import { summary_by_task } from '@/models/instances';
import { useTaskInstances } from '@/queries/use-tasks';

export interface Hover {
  at: CellPlace;
  /** Of the pointer, in the window. */
  x: number;
  y: number;
}

/** A pointer that only passes by asks the server for nothing. */
const LOOK_MS = 300;

/** How many instances of a mapped task are in which state, once somebody looks at one of its cells. */
function useMappedText(dag_id: string, line?: GridLine, run?: DagRun): string {
  const [looked, set_looked] = useState<string | null>(null);
  const words = useCountsText();
  const run_id = line?.task?.is_mapped ? (run?.dag_run_id ?? null) : null;
  useEffect(() => {
    const timer = window.setTimeout(() => set_looked(run_id), LOOK_MS);
    return () => window.clearTimeout(timer);
  }, [run_id]);
  const { data } = useTaskInstances(dag_id, looked);
  const summary =
    run_id && looked === run_id ? summary_by_task(data ?? []).get(line?.id ?? '') : null;
  return summary && summary.width !== null ? words(summary.counts) : '';
}

export interface HoverMarksProps {
  hover: Hover | null;
  /** Of the selected run and task; -1 = none. */
  run_column: number;
  task_line: number;
  dag_id: string;
  line: GridLine | undefined;
  run: DagRun | undefined;
  text: string;
}

export function HoverMarks(props: HoverMarksProps): ReactNode {
  const { hover, run_column, task_line, dag_id, line, run, text } = props;
  const mapped = useMappedText(dag_id, line, run);
  const left = (column: number): object => ({
    transform: `translateX(${column * COLUMN_WIDTH}px)`,
  });
  return (
    <>
      {run_column >= 0 && <i className="gridv-column gridv-column-on" style={left(run_column)} />}
      {hover && hover.at.column >= 0 && run && (
        <i className="gridv-column" style={left(hover.at.column)} />
      )}
      {hover && line && (
        <i
          className="gridv-line"
          style={{ transform: `translateY(${hover.at.line * LINE_HEIGHT}px)` }}
        />
      )}
      {run_column >= 0 && task_line >= 0 && (
        <i
          className="gridv-chosen"
          style={{
            transform: `translate(${run_column * COLUMN_WIDTH}px, ${task_line * LINE_HEIGHT}px)`,
          }}
        />
      )}
      {hover &&
        text &&
        createPortal(
          <div
            className="gridv-note"
            role="presentation"
            style={{
              left: Math.max(8, Math.min(hover.x + 14, window.innerWidth - 320)),
              top: Math.min(hover.y + 16, window.innerHeight - 70),
            }}
          >
            {text}
            {mapped && <div>{mapped}</div>}
          </div>,
          document.body,
        )}
    </>
  );
}
