// SPDX-License-Identifier: Apache-2.0
// Paints the cells of the grid on a canvas: a million of them would be too many elements. Each
// state's cell is drawn once, with the very icon that the rest of the page shows, then copied.
import { TASK_STATES } from '@/api/types.gen';
import { ICON_BOX, lines_of } from '@/features/workflows/state-icons';
import { type GridLine, NO_STATUS, line_state } from '@/models/grid';
import {
  CELL_SIZE,
  COLUMN_WIDTH,
  type Extent,
  LINE_HEIGHT,
  type Part,
} from '@/features/workflows/grid/sizes';
import { STATE_LOOK } from '@/ui/states';
import { TOKENS, type Theme } from '@/ui/theme';

const ICON_SIZE = 11;
const CORNER = 4;
/** Of a cell in its place. */
const INSET_X = (COLUMN_WIDTH - CELL_SIZE) / 2;
const INSET_Y = (LINE_HEIGHT - CELL_SIZE) / 2;

/** Cells of one state that stand side by side in the picture: as many are copied at once. */
const CELLS_ACROSS = 16;

/** Rows of cells as the grid has them, a row for each state in the order of TASK_STATES. */
export interface Cells {
  picture: HTMLCanvasElement;
  theme: Theme;
  /** Device pixels in one of CSS. */
  scale: number;
  /** Of the picture, in device pixels. */
  row_height: number;
}

/** Draws a cell whose corner is at the pen's origin. */
function draw_cell(
  pen: CanvasRenderingContext2D,
  state: number,
  icon: Path2D | undefined,
  theme: Theme,
): void {
  const tone = STATE_LOOK[TASK_STATES[state] ?? 'no_status'][theme];
  pen.beginPath();
  if (state === NO_STATUS) {
    pen.roundRect(0.75, 0.75, CELL_SIZE - 1.5, CELL_SIZE - 1.5, CORNER - 0.75);
    pen.strokeStyle = TOKENS[theme].border;
    pen.lineWidth = 1.5;
    pen.stroke();
    return;
  }
  pen.roundRect(0, 0, CELL_SIZE, CELL_SIZE, CORNER);
  pen.fillStyle = tone.solid;
  pen.fill();
  const inset = (CELL_SIZE - ICON_SIZE) / 2;
  pen.translate(inset, inset);
  pen.scale(ICON_SIZE / ICON_BOX, ICON_SIZE / ICON_BOX);
  pen.strokeStyle = tone.ink;
  pen.lineWidth = 2.5;
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  if (icon) pen.stroke(icon);
}

/** `icons`: one of each state, in their order. Null where there is no canvas. */
export function draw_cells(
  icons: readonly SVGElement[],
  theme: Theme,
  scale: number,
): Cells | null {
  const picture = document.createElement('canvas');
  const row_height = Math.ceil(LINE_HEIGHT * scale);
  picture.width = Math.ceil(CELLS_ACROSS * COLUMN_WIDTH * scale) + 1;
  picture.height = TASK_STATES.length * row_height;
  const pen = picture.getContext('2d');
  if (!pen) return null;
  for (const state of TASK_STATES.keys()) {
    const icon = icons[state] && lines_of(icons[state]);
    for (let at = 0; at < CELLS_ACROSS; at += 1) {
      const x = Math.round((at * COLUMN_WIDTH + INSET_X) * scale);
      const y = state * row_height + Math.round(INSET_Y * scale);
      pen.setTransform(scale, 0, 0, scale, x, y);
      draw_cell(pen, state, icon, theme);
    }
  }
  return { picture, theme, scale, row_height };
}

export interface GridPicture {
  lines: readonly GridLine[];
  columns: readonly Uint8Array[];
  part: Part;
}

/** Paints a tile of the grid; the canvas takes its place and size. */
export function paint_grid(canvas: HTMLCanvasElement, cells: Cells, grid: GridPicture): void {
  const { lines, columns } = grid.part;
  const width = (columns.end - columns.first) * COLUMN_WIDTH;
  const height = (lines.end - lines.first) * LINE_HEIGHT;
  const { scale } = cells;
  const pen = canvas.getContext('2d');
  if (!pen) return;
  // Setting the size empties it too.
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.style.transform = `translate(${columns.first * COLUMN_WIDTH}px, ${lines.first * LINE_HEIGHT}px)`;
  pen.fillStyle = TOKENS[cells.theme].border;
  for (let at = lines.first; at < lines.end; at += 1) {
    const line = grid.lines[at] as GridLine;
    const top = Math.round((at - lines.first) * LINE_HEIGHT * scale);
    pen.fillRect(0, Math.round((at + 1 - lines.first) * LINE_HEIGHT * scale) - 1, canvas.width, 1);
    for (const { state, first, count } of state_runs(line, grid.columns, columns)) {
      const left = Math.round((first - columns.first) * COLUMN_WIDTH * scale);
      const across = Math.round((first + count - columns.first) * COLUMN_WIDTH * scale) - left;
      const from = state * cells.row_height;
      const size = [across, cells.row_height] as const;
      pen.drawImage(cells.picture, 0, from, ...size, left, top, ...size);
    }
  }
}

interface StateRun {
  state: number;
  first: number;
  count: number;
}

/** Neighbours of the same state in a line, at most CELLS_ACROSS at once. */
function* state_runs(
  line: GridLine,
  columns: readonly Uint8Array[],
  { first, end }: Extent,
): Generator<StateRun> {
  let run: StateRun = { state: line_state(line, columns[first]), first, count: 0 };
  for (let column = first; column < end; column += 1) {
    const state = line_state(line, columns[column]);
    if (state !== run.state || run.count === CELLS_ACROSS) {
      yield run;
      run = { state, first: column, count: 0 };
    }
    run.count += 1;
  }
  if (run.count > 0) yield run;
}
