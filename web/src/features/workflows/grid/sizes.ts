// SPDX-License-Identifier: Apache-2.0
// Where the parts of the grid are, in CSS pixels.

export const LINE_HEIGHT = 28;
export const COLUMN_WIDTH = 26;
export const CELL_SIZE = 18;
/** What is drawn comes and goes in tiles of so many, of which each is painted by itself. */
export const TILE_LINES = 8;
export const TILE_COLUMNS = 32;
/** Drawn around what is visible at least, so that it is there before it is scrolled to. */
const AROUND = 400;

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

/** The visible places with what is around, out to the edges of their tiles. */
function extent(from: number, length: number, step: number, tile: number): Extent {
  const size = step * tile;
  return {
    first: Math.max(0, Math.floor((from - AROUND) / size) * tile),
    end: Math.max(0, Math.ceil((from + length + AROUND) / size) * tile),
  };
}

const within = ({ first, end }: Extent, count: number): Extent => ({
  first: Math.min(first, count),
  end: Math.min(end, count),
});

/** A part of a grid of that size: of a smaller one than it was made for, what is left of it. */
export const part_within = (part: Part, lines: number, columns: number): Part => ({
  lines: within(part.lines, lines),
  columns: within(part.columns, columns),
});

/** What to draw so that the viewport is covered, with some more around it. */
export function part_around(view: Viewport, lines: number, columns: number): Part {
  const part = {
    lines: extent(view.top, view.height, LINE_HEIGHT, TILE_LINES),
    columns: extent(view.left, view.width, COLUMN_WIDTH, TILE_COLUMNS),
  };
  return part_within(part, lines, columns);
}

const same_extent = (a: Extent, b: Extent): boolean => a.first === b.first && a.end === b.end;

export const same_part = (a: Part, b: Part): boolean =>
  same_extent(a.lines, b.lines) && same_extent(a.columns, b.columns);

function pieces({ first, end }: Extent, size: number): Extent[] {
  const all: Extent[] = [];
  for (let at = first; at < end; at += size) all.push({ first: at, end: Math.min(end, at + size) });
  return all;
}

/** A part cut into its tiles, line by line. */
export function tiles_of(part: Part): Part[] {
  const columns = pieces(part.columns, TILE_COLUMNS);
  return pieces(part.lines, TILE_LINES).flatMap((lines) =>
    columns.map((extent) => ({ lines, columns: extent })),
  );
}
