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
  /** Column of the cell that has the keyboard, if it is in this line. */
  active: number | null;
  active_label: string;
}

const Row = memo(function Row(props: RowProps): ReactNode {
  const { line, at, selected, active, active_label } = props;
  const in_cells = active !== null && active >= 0;
  return (
    <div
      role="row"
      className="gridv-row"
      aria-rowindex={at + 2}
      aria-selected={selected}
      {...(line.task ? {} : { 'aria-expanded': !line.folded })}
      style={{ transform: `translateY(${at * LINE_HEIGHT}px)` }}
    >
      <div
        role="rowheader"
        aria-colindex={1}
        className="gridv-name"
        data-line={at}
        title={line.id}
        {...(active === -1 ? { id: ACTIVE_ID } : {})}
        style={{ paddingLeft: 6 + line.depth * 16 }}
      >
        <Name line={line} />
      </div>
      {in_cells && (
        <div
          role="gridcell"
          id={ACTIVE_ID}
          className="gridv-active"
          aria-colindex={active + 2}
          aria-label={active_label}
          style={{ transform: `translateX(${active * COLUMN_WIDTH}px)` }}
        />
      )}
    </div>
  );
});

export interface RowsProps {
  lines: readonly GridLine[];
  extent: Extent;
  selected: string | null;
  active: CellPlace | null;
  active_label: string;
}

export function GridRows({ lines, extent, selected, active, active_label }: RowsProps): ReactNode {
  return lines.slice(extent.first, extent.end).map((line, offset) => {
    const at = extent.first + offset;
    const is_active = active?.line === at;
    return (
      <Row
        key={`${line.kind} ${line.id}`}
        line={line}
        at={at}
        selected={line.kind === 'task' && line.id === selected}
        active={is_active ? active.column : null}
        active_label={is_active ? active_label : ''}
      />
    );
  });
}
