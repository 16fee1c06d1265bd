// SPDX-License-Identifier: Apache-2.0
// Where the parts of the grid are, in CSS pixels.

export const LINE_HEIGHT = 28;
export const COLUMN_WIDTH = 26;
export const CELL_SIZE = 18;
/** Drawn around what is visible, so that scrolling a little draws nothing. */
const AROUND = 500;

export interface Extent {
  first: number;
  /** One after the last. */
  end: number;
}

/** Lines and columns that are drawn. */
export interface Part {
  lines: Extent;
  columns: Extent;
}

export interface Viewport {
  left: number;
  top: number;
  width: number;
  height: number;
}

const extent = (from: number, length: number, step: number, count: number): Extent => ({
  first: Math.min(count, Math.max(0, Math.floor(from / step))),
  end: Math.max(0, Math.min(count, Math.ceil((from + length) / step))),
});

/** What to draw so that the viewport is covered, with some more around it. */
export function part_around(view: Viewport, lines: number, columns: number): Part {
  return {
    lines: extent(view.top - AROUND, view.height + 2 * AROUND, LINE_HEIGHT, lines),
    columns: extent(view.left - AROUND, view.width + 2 * AROUND, COLUMN_WIDTH, columns),
  };
}

/** Whether what is drawn still covers the viewport. */
export function covers(part: Part, view: Viewport, lines: number, columns: number): boolean {
  const seen: Part = {
    lines: extent(view.top, view.height, LINE_HEIGHT, lines),
    columns: extent(view.left, view.width, COLUMN_WIDTH, columns),
  };
  const holds = (drawn: Extent, wanted: Extent): boolean =>
    drawn.first <= wanted.first && drawn.end >= wanted.end;
  return holds(part.lines, seen.lines) && holds(part.columns, seen.columns);
}
