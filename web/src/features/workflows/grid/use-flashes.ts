// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react';
import type { CellPlace } from '@/features/workflows/grid/grid-rows';
import type { Part } from '@/features/workflows/grid/sizes';
import { type GridData, type GridLine, line_state } from '@/models/grid';

const FLASH_MS = 900;
/** More at once are no news any more, they are the whole picture. */
const FLASHES_MAX = 200;

/** The cells in the drawn part that show another state than before. */
export function changed_cells(
  before: GridData,
  now: GridData,
  lines: readonly GridLine[],
  part: Part,
): CellPlace[] {
  const changed: CellPlace[] = [];
  for (let column = part.columns.first; column < part.columns.end; column += 1) {
    const [old, fresh] = [before.columns[column], now.columns[column]];
    if (!old || !fresh || old === fresh) continue;
    if (before.runs[column]?.dag_run_id !== now.runs[column]?.dag_run_id) continue;
    for (let at = part.lines.first; at < part.lines.end; at += 1) {
      const line = lines[at];
      if (line && line_state(line, old) !== line_state(line, fresh)) {
        changed.push({ line: at, column });
      }
    }
  }
  return changed;
}

/** Cells that changed a moment ago. */
export function useFlashes(
  grid: GridData,
  lines: readonly GridLine[],
  part: Part,
): readonly CellPlace[] {
  const held = useRef(grid);
  const [flashes, set_flashes] = useState<readonly CellPlace[]>([]);
  useEffect(() => {
    const before = held.current;
    held.current = grid;
    if (before.tasks !== grid.tasks) return;
    const changed = changed_cells(before, grid, lines, part);
    if (changed.length === 0 || changed.length > FLASHES_MAX) return;
    set_flashes(changed);
    const timer = window.setTimeout(() => set_flashes([]), FLASH_MS);
    return () => window.clearTimeout(timer);
  }, [grid, lines, part]);
  return flashes;
}
