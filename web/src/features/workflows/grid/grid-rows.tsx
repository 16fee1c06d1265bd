// SPDX-License-Identifier: Apache-2.0
// The names beside the grid, of the lines that are drawn, and the one cell that has the keyboard.
import { ChevronDown, ChevronRight, Layers } from 'lucide-react';
import { type ReactNode, memo } from 'react';
import type { GridLine } from '@/models/grid';
import { COLUMN_WIDTH, type Extent, LINE_HEIGHT } from '@/features/workflows/grid/sizes';

/** A place in the grid; column -1 is the line's name. */
export interface CellPlace {
  line: number;
  column: number;
}

export const ACTIVE_ID = 'grid-active';

function Name({ line }: { line: GridLine }): ReactNode {
  if (!line.task) {
    const Icon = line.folded ? ChevronRight : ChevronDown;
    return (
      <>
        <Icon size={13} aria-hidden />
        <b>{line.label}</b>
        <span className="faint num">{line.rows.length}</span>
      </>
    );
  }
  return (
    <>
      <b>{line.label}</b>
      {line.task.is_mapped && <Layers className="gridv-mapped" size={12} aria-hidden />}
      <span className="faint">{line.task.operator_name.replace(/Operator$/, '')}</span>
    </>
  );
}

interface RowProps {
  line: GridLine;
  at: number;
  selected: boolean;
  /** What of this line has the keyboard. */
  active: 'name' | 'cell' | null;
}

const Row = memo(function Row({ line, at, selected, active }: RowProps): ReactNode {
  return (
    <div
      role="row"
      className="gridv-row"
      aria-rowindex={at + 2}
      aria-selected={selected}
      {...(line.task ? {} : { 'aria-expanded': !line.folded })}
      {...(active === 'cell' ? { 'aria-owns': ACTIVE_ID } : {})}
      style={{ transform: `translateY(${at * LINE_HEIGHT}px)` }}
    >
      <div
        role="rowheader"
        aria-colindex={1}
        className="gridv-name"
        data-line={at}
        title={line.id}
        {...(active === 'name' ? { id: ACTIVE_ID } : {})}
        style={{ paddingLeft: 6 + line.depth * 16 }}
      >
        <Name line={line} />
      </div>
    </div>
  );
});

/** The cell that has the keyboard. It stands among the cells, and belongs to its row. */
export function ActiveCell({ at, label }: { at: CellPlace; label: string }): ReactNode {
  return (
    <div
      role="gridcell"
      id={ACTIVE_ID}
      className="gridv-active"
      aria-colindex={at.column + 2}
      aria-label={label}
      style={{
        transform: `translate(${at.column * COLUMN_WIDTH}px, ${at.line * LINE_HEIGHT}px)`,
      }}
    />
  );
}

export interface RowsProps {
  lines: readonly GridLine[];
  extent: Extent;
  selected: string | null;
  active: CellPlace | null;
}

/** One box stays at the side for all names: each that did so by itself would be a layer to draw. */
export function GridRows({ lines, extent, selected, active }: RowsProps): ReactNode {
  const active_of = (line: number): RowProps['active'] => {
    if (active?.line !== line) return null;
    return active.column < 0 ? 'name' : 'cell';
  };
  return (
    <div role="presentation" className="gridv-names">
      {lines.slice(extent.first, extent.end).map((line, offset) => {
        const at = extent.first + offset;
        return (
          <Row
            key={`${line.kind} ${line.id}`}
            line={line}
            at={at}
            selected={line.kind === 'task' && line.id === selected}
            active={active_of(at)}
          />
        );
      })}
    </div>
  );
}
