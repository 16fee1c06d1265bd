// SPDX-License-Identifier: Apache-2.0
// A large graph from afar, painted: a thousand boxes that are elements keep the browser busy for a
// second, and their words could not be read anyway. Here words and icons keep a legible size.
import { TASK_STATES, type TaskState } from '@/api/types.gen';
import { type TaskData, state_of } from '@/features/workflows/graph/graph-nodes';
import { type PaintOptions, paint_tasks } from '@/features/workflows/graph/graph-paint';
import { ICON_BOX } from '@/features/workflows/state-icons';
import { group_key } from '@/models/dag-graph';
import { type Rect, fitted, rects_of } from '@/models/views/graph-svg';
import { STATE_LOOK } from '@/ui/states';
import { TOKENS, type Theme } from '@/ui/theme';

export interface FarPicture {
  /** By its id, where each task's box is, in the graph's own measure. */
  rects: Map<string, Rect>;
  tasks: Map<string, TaskData>;
  groups: { rect: Rect; label: string }[];
  selected: string | null;
}

export function far_picture(options: PaintOptions): FarPicture {
  const tasks = paint_tasks(options);
  const all = rects_of(options.layout.boxes);
  const groups = options.graph.groups.flatMap((group) => {
    const rect = all.get(group_key(group.id));
    return rect ? [{ rect, label: group.label || group.id }] : [];
  });
  const rects = new Map([...all].filter(([id]) => tasks.has(id)));
  return { rects, tasks, groups, selected: options.selected };
}

/** Which part of the graph the canvas shows, how large, and in which looks. */
export interface FarView {
  /** Of the graph's origin on the canvas, in CSS pixels. */
  x: number;
  y: number;
  zoom: number;
  width: number;
  height: number;
  theme: Theme;
  /** One of each state, in the order of TASK_STATES. */
  icons: readonly Path2D[];
}

/** Boxes at least so high show an icon and a name side by side; lower ones are one icon. */
const CARD_HEIGHT = 15;
const ICON_MIN = 5;
const ICON_MAX = 14;
const FONT_MAX = 12;
/** What `fitted` counts with. */
const FONT_MEASURED = 13;
const DIM = 0.38;

type Pen = CanvasRenderingContext2D;

const scaled = ({ x, y, width, height }: Rect, view: FarView): Rect => ({
  x: x * view.zoom + view.x,
  y: y * view.zoom + view.y,
  width: width * view.zoom,
  height: height * view.zoom,
});

const is_in_sight = ({ x, y, width, height }: Rect, view: FarView): boolean =>
  x < view.width && y < view.height && x + width > 0 && y + height > 0;

function outline(pen: Pen, { x, y, width, height }: Rect, by = 0): void {
  const corner = Math.min(8, height / 5) + by;
  pen.beginPath();
  pen.roundRect(x - by, y - by, width + 2 * by, height + 2 * by, corner);
}

/** In the middle of a square or box. */
function paint_icon(pen: Pen, at: Rect, state: TaskState, view: FarView): void {
  const size = Math.min(ICON_MAX, at.height - 1, at.width - 1);
  const icon = view.icons[TASK_STATES.indexOf(state)];
  if (size < ICON_MIN || !icon) return;
  pen.save();
  pen.translate(at.x + (at.width - size) / 2, at.y + (at.height - size) / 2);
  pen.scale(size / ICON_BOX, size / ICON_BOX);
  pen.lineWidth = 2.5;
  pen.stroke(icon);
  pen.restore();
}

function write(pen: Pen, text: string, at: Rect, font: number): void {
  const room = (at.width * FONT_MEASURED) / font;
  if (room < 3 * FONT_MEASURED) return;
  pen.fillText(fitted(text, room), at.x, at.y + at.height / 2);
}

/** The state as a filled box with its icon; as an outline where there is none yet. */
function paint_mark(pen: Pen, at: Rect, state: TaskState, view: FarView): void {
  const tone = STATE_LOOK[state][view.theme];
  outline(pen, at);
  pen.strokeStyle = tone.ink;
  if (state === 'no_status') {
    pen.strokeStyle = tone.solid;
    pen.lineWidth = 1;
    pen.stroke();
  } else {
    pen.fillStyle = tone.solid;
    pen.fill();
  }
  paint_icon(pen, at, state, view);
}

/** A small picture of the box that stands there when one is near. */
function paint_card(pen: Pen, at: Rect, data: TaskData, view: FarView): void {
  const state = state_of(data);
  const tokens = TOKENS[view.theme];
  const gap = Math.max(2, at.height / 7);
  const side = at.height - 2 * gap;
  outline(pen, at);
  pen.strokeStyle = STATE_LOOK[state][view.theme].solid;
  pen.lineWidth = state === 'failed' ? 2 : 1;
  pen.setLineDash(state === 'no_status' ? [3, 3] : []);
  pen.stroke();
  pen.setLineDash([]);
  paint_mark(pen, { x: at.x + gap, y: at.y + gap, width: side, height: side }, state, view);
  const left = side + 2 * gap;
  pen.fillStyle = tokens.text;
  const words = { ...at, x: at.x + left, width: at.width - left - gap };
  write(pen, data.node.label || data.node.id, words, font_of(view));
}

const font_of = ({ zoom }: FarView): number => Math.min(FONT_MAX, FONT_MEASURED * zoom * 1.7);

function paint_task(pen: Pen, at: Rect, data: TaskData, view: FarView): void {
  const tokens = TOKENS[view.theme];
  pen.globalAlpha = data.dim ? DIM : 1;
  outline(pen, at);
  pen.fillStyle = tokens.surface;
  pen.fill();
  if (at.height < CARD_HEIGHT) paint_mark(pen, at, state_of(data), view);
  else paint_card(pen, at, data, view);
  if (data.critical) ring(pen, at, tokens.accent, 1.5);
  pen.globalAlpha = 1;
}

function ring(pen: Pen, at: Rect, color: string, width: number): void {
  outline(pen, at, width);
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.stroke();
}

function paint_groups(pen: Pen, { groups }: FarPicture, view: FarView): void {
  const tokens = TOKENS[view.theme];
  pen.lineWidth = 1;
  for (const { rect, label } of groups) {
    const at = scaled(rect, view);
    if (!is_in_sight(at, view)) continue;
    outline(pen, at);
    pen.strokeStyle = tokens.border_strong;
    pen.stroke();
    pen.fillStyle = tokens.text_2;
    const head = 34 * view.zoom;
    if (head >= 9) write(pen, label, { ...at, x: at.x + 5, height: head }, font_of(view));
  }
}

/** Paints what is in sight; `pixels` are device pixels in one of CSS. */
export function paint_far(
  canvas: HTMLCanvasElement,
  picture: FarPicture,
  view: FarView,
  pixels: number,
): void {
  const pen = canvas.getContext('2d');
  if (!pen) return;
  // Setting the size empties it too.
  canvas.width = Math.max(1, Math.round(view.width * pixels));
  canvas.height = Math.max(1, Math.round(view.height * pixels));
  pen.setTransform(pixels, 0, 0, pixels, 0, 0);
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  pen.textBaseline = 'middle';
  pen.font = `600 ${font_of(view)}px ${getComputedStyle(canvas).fontFamily}`;
  paint_groups(pen, picture, view);
  for (const [id, rect] of picture.rects) {
    const at = scaled(rect, view);
    const data = picture.tasks.get(id);
    if (data && is_in_sight(at, view)) paint_task(pen, at, data, view);
  }
  const chosen = picture.selected === null ? undefined : picture.rects.get(picture.selected);
  if (chosen) ring(pen, scaled(chosen, view), TOKENS[view.theme].accent, 3);
}
