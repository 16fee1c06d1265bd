// SPDX-License-Identifier: Apache-2.0
// Paints the cells of the grid on a canvas: a million of them would be too many elements. Each
// state's cell is drawn once, with the very icon that the rest of the page shows, then copied.
import { TASK_STATES } from '@/api/types.gen';
import { type GridLine, NO_STATUS, line_state } from '@/models/grid';
import { CELL_SIZE, COLUMN_WIDTH, LINE_HEIGHT, type Part } from '@/features/workflows/grid/sizes';
import { STATE_LOOK } from '@/ui/states';
import { TOKENS, type Theme } from '@/ui/theme';

/** Size of an icon's drawing, as lucide draws them. */
const ICON_BOX = 24;
const ICON_SIZE = 11;
const CORNER = 4;

const number = (element: Element, name: string): number => Number(element.getAttribute(name) ?? 0);

/** The lines of an icon that stands somewhere in the page. */
function lines_of(icon: SVGElement): Path2D {
  const all = new Path2D();
  for (const part of icon.children) {
    if (part.tagName === 'path') all.addPath(new Path2D(part.getAttribute('d') ?? ''));
    if (part.tagName === 'circle') {
      const [x, y, r] = [number(part, 'cx'), number(part, 'cy'), number(part, 'r')];
      all.moveTo(x + r, y);
      all.arc(x, y, r, 0, 2 * Math.PI);
    }
    if (part.tagName === 'line') {
      all.moveTo(number(part, 'x1'), number(part, 'y1'));
      all.lineTo(number(part, 'x2'), number(part, 'y2'));
    }
    if (part.tagName === 'rect') {
      all.rect(number(part, 'x'), number(part, 'y'), number(part, 'width'), number(part, 'height'));
    }
  }
  return all;
}

/** A strip of all states' cells, in the order of TASK_STATES. */
export interface Cells {
  picture: HTMLCanvasElement;
  theme: Theme;
  /** Device pixels in one of CSS. */
  scale: number;
}

/** `icons`: one of each state, in their order. Null where there is no canvas. */
export function draw_cells(
  icons: readonly SVGElement[],
  theme: Theme,
  scale: number,
): Cells | null {
  const picture = document.createElement('canvas');
  picture.width = Math.ceil(TASK_STATES.length * CELL_SIZE * scale);
  picture.height = Math.ceil(CELL_SIZE * scale);
  const pen = picture.getContext('2d');
  if (!pen) return null;
  for (const [at, state] of TASK_STATES.entries()) {
    const tone = STATE_LOOK[state][theme];
    pen.setTransform(scale, 0, 0, scale, at * CELL_SIZE * scale, 0);
    pen.beginPath();
    if (at === NO_STATUS) {
      pen.roundRect(0.75, 0.75, CELL_SIZE - 1.5, CELL_SIZE - 1.5, CORNER - 0.75);
      pen.strokeStyle = TOKENS[theme].border;
      pen.lineWidth = 1.5;
      pen.stroke();
      continue;
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
    const icon = icons[at];
    if (icon) pen.stroke(lines_of(icon));
  }
  return { picture, theme, scale };
}

export interface GridPicture {
  lines: readonly GridLine[];
  columns: readonly Uint8Array[];
  part: Part;
}

/** Paints a part of the grid; the canvas takes that part's place and size. */
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
  const size = CELL_SIZE * scale;
  const inset_x = (COLUMN_WIDTH - CELL_SIZE) / 2;
  const inset_y = (LINE_HEIGHT - CELL_SIZE) / 2;
  pen.fillStyle = TOKENS[cells.theme].border;
  for (let at = lines.first; at < lines.end; at += 1) {
    const line = grid.lines[at] as GridLine;
    const y = (at - lines.first) * LINE_HEIGHT;
    pen.fillRect(0, Math.round((y + LINE_HEIGHT) * scale) - 1, canvas.width, 1);
    for (let column = columns.first; column < columns.end; column += 1) {
      const state = line_state(line, grid.columns[column]);
      const x = (column - columns.first) * COLUMN_WIDTH + inset_x;
      const [to_x, to_y] = [Math.round(x * scale), Math.round((y + inset_y) * scale)];
      pen.drawImage(cells.picture, state * size, 0, size, size, to_x, to_y, size, size);
    }
  }
}
