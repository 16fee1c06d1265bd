// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { DagRun } from '@/api/types.gen';
import { changed_cells } from '@/features/workflows/grid/use-flashes';
import {
  COLUMN_WIDTH,
  LINE_HEIGHT,
  TILE_COLUMNS,
  TILE_LINES,
  part_around,
  part_within,
  tiles_of,
} from '@/features/workflows/grid/sizes';
import { grid_lines, patch_grid_states, read_grid } from '@/models/grid';

const VIEW = { left: 0, top: 0, width: 1000, height: 600 };

describe('the drawn part of the grid', () => {
  it('covers the view and what is near, and no more than there is', () => {
    const part = part_around({ ...VIEW, top: 28_000 }, 10_000, 20);
    expect(part.columns).toEqual({ first: 0, end: 20 });
    expect(part.lines.first).toBeLessThan(1000);
    expect(part.lines.end).toBeGreaterThan(1022);
    expect(part.lines.end - part.lines.first).toBeLessThan(80);
    expect(part_around(VIEW, 0, 0)).toEqual({
      lines: { first: 0, end: 0 },
      columns: { first: 0, end: 0 },
    });
  });
  it('moves on by whole tiles, and always covers the view', () => {
    for (let top = 0; top < 20_000; top += 37) {
      const view = { ...VIEW, top, left: top / 10 };
      const { lines, columns } = part_around(view, 10_000, 100);
      expect(lines.first % TILE_LINES).toBe(0);
      expect(columns.first % TILE_COLUMNS).toBe(0);
      expect(lines.first * LINE_HEIGHT).toBeLessThanOrEqual(Math.max(0, top - 300));
      expect(lines.end * LINE_HEIGHT).toBeGreaterThanOrEqual(top + VIEW.height + 300);
      expect(columns.end).toBeGreaterThanOrEqual(
        Math.min(100, Math.ceil((view.left + VIEW.width) / COLUMN_WIDTH)),
      );
    }
  });
  it('has only what is left when lines or runs go', () => {
    const part = part_around(VIEW, 21, 40);
    expect(part_within(part, 3, 40).lines).toEqual({ first: 0, end: 3 });
    const far_down = part_around({ ...VIEW, top: 28_000 }, 10_000, 20);
    expect(part_within(far_down, 5, 1)).toEqual({
      lines: { first: 5, end: 5 },
      columns: { first: 0, end: 1 },
    });
    expect(tiles_of(part_within(far_down, 5, 1))).toEqual([]);
    expect(part_within(part, 10_000, 10_000)).toEqual(part);
  });
  it('is cut into tiles without a gap, the last ones smaller', () => {
    const part = part_around(VIEW, 21, 40);
    const tiles = tiles_of(part);
    expect(tiles.map((tile) => tile.lines.end - tile.lines.first)).toEqual([8, 8, 8, 8, 5, 5]);
    const cells = new Set(
      tiles.flatMap(({ lines, columns }) =>
        Array.from({ length: lines.end - lines.first }, (_, line) =>
          Array.from(
            { length: columns.end - columns.first },
            (_, column) => `${lines.first + line} ${columns.first + column}`,
          ),
        ).flat(),
      ),
    );
    expect(cells.size).toBe(21 * 40);
    expect(tiles_of(part_around(VIEW, 0, 0))).toEqual([]);
  });
});

describe('cells that flash', () => {
  const task = (task_id: string, group?: string) => ({
    task_id,
    label: '',
    operator_name: '',
    is_mapped: false,
    ...(group ? { group } : {}),
  });
  const runs = ['one', 'two'].map((dag_run_id) => ({ dag_run_id }) as DagRun);
  const grid = read_grid(
    {
      dag_id: 'd',
      tasks: [task('a'), task('g.b', 'g'), task('g.c', 'g')],
      groups: [{ id: 'g', label: '', is_mapped: false }],
      runs,
      states: ['eed', 'eed'],
    },
    25,
  );
  const all = { lines: { first: 0, end: 9 }, columns: { first: 0, end: 9 } };
  it('are those that show another state, of a folded group only what it shows', () => {
    const next = patch_grid_states(grid, 'two', new Map([['g.b', 'queued']]));
    const open = grid_lines(grid, new Set(), '');
    expect(changed_cells(grid, next, open, all)).toEqual([{ line: 2, column: 1 }]);
    const folded = grid_lines(grid, new Set(['g']), '');
    expect(changed_cells(grid, next, folded, all)).toEqual([]);
    const failed = patch_grid_states(grid, 'two', new Map([['g.b', 'failed']]));
    expect(changed_cells(grid, failed, folded, all)).toEqual([{ line: 1, column: 1 }]);
  });
  it('are none where another run has taken the column', () => {
    const moved = { ...grid, runs: [...runs].reverse(), columns: [new Uint8Array(3)] };
    expect(changed_cells(grid, moved, grid_lines(grid, new Set(), ''), all)).toEqual([]);
  });
});
