// SPDX-License-Identifier: Apache-2.0
// A laid-out graph as a picture in a file of its own.
import type { Direction, PlacedBox } from '@/models/dag-graph';

export interface SvgBox {
  box: PlacedBox;
  label: string;
  /** A word below the label; empty: none. */
  detail: string;
  is_group: boolean;
  /** Colour of its edge and of the bar on its left. */
  color: string;
}

export interface SvgInput {
  boxes: readonly SvgBox[];
  edges: readonly { source: string; target: string; label: string; is_strong: boolean }[];
  direction: Direction;
  colors: { surface: string; text: string; faint: string; line: string; strong: string };
}

const MARGIN = 20;
const LETTER = 7;

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** What fits into a width, at a size of 13, with an ellipsis. */
export function fitted(text: string, width: number): string {
  const most = Math.max(1, Math.floor(width / LETTER));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where boxes stand, which come parents first and placed in their parents. */
export function rects_of(boxes: readonly PlacedBox[], margin = 0): Map<string, Rect> {
  const rects = new Map<string, Rect>();
  for (const { id, parent, x, y, width, height } of boxes) {
    const outer = parent ? rects.get(parent) : undefined;
    rects.set(id, { x: x + (outer?.x ?? margin), y: y + (outer?.y ?? margin), width, height });
  }
  return rects;
}

/** The way from a box to the next, as the data of an SVG path. */
export function edge_path(from: Rect, to: Rect, direction: Direction): string {
  if (direction === 'RIGHT') {
    const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
    const [x2, y2] = [to.x, to.y + to.height / 2];
    const bend = Math.max(16, (x2 - x1) / 2);
    return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  }
  const [x1, y1] = [from.x + from.width / 2, from.y + from.height];
  const [x2, y2] = [to.x + to.width / 2, to.y];
  const bend = Math.max(16, (y2 - y1) / 2);
  return `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
}

function box_svg({ label, detail, is_group, color }: SvgBox, at: Rect, input: SvgInput): string {
  const { x, y, width, height } = at;
  const { surface, text, faint } = input.colors;
  const rect = `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="${surface}" fill-opacity="${is_group ? 0 : 1}" stroke="${color}"/>`;
  const words = (value: string, dy: number, fill: string, weight: number): string =>
    `<text x="${x + 14}" y="${y + dy}" fill="${fill}" font-weight="${weight}">${escape(fitted(value, width - 24))}</text>`;
  if (is_group) return rect + words(label, 21, faint, 600);
  const bar = `<rect x="${x + 4}" y="${y + 8}" width="4" height="${height - 16}" rx="2" fill="${color}"/>`;
  return rect + bar + words(label, 22, text, 600) + (detail ? words(detail, 39, faint, 400) : '');
}

function middle(from: Rect, to: Rect, direction: Direction): { x: number; y: number } {
  return direction === 'RIGHT'
    ? {
        x: (from.x + from.width + to.x) / 2,
        y: (from.y + from.height / 2 + to.y + to.height / 2) / 2,
      }
    : {
        x: (from.x + from.width / 2 + to.x + to.width / 2) / 2,
        y: (from.y + from.height + to.y) / 2,
      };
}

function label_svg(label: string, at: { x: number; y: number }, input: SvgInput): string {
  const { surface, text } = input.colors;
  return `<text x="${at.x}" y="${at.y + 4}" text-anchor="middle" font-size="11" fill="${text}" stroke="${surface}" stroke-width="4" paint-order="stroke">${escape(fitted(label, 160))}</text>`;
}

export function graph_svg(input: SvgInput): string {
  const rects = rects_of(
    input.boxes.map(({ box }) => box),
    MARGIN,
  );
  const all = [...rects.values()];
  const width = all.reduce((most, one) => Math.max(most, one.x + one.width), 0) + MARGIN;
  const height = all.reduce((most, one) => Math.max(most, one.y + one.height), 0) + MARGIN;
  const { line, strong, surface } = input.colors;
  const edges = input.edges.flatMap(({ source, target, label, is_strong }) => {
    const [from, to] = [rects.get(source), rects.get(target)];
    if (!from || !to) return [];
    const look = `stroke="${is_strong ? strong : line}" stroke-width="${is_strong ? 3 : 1.4}"`;
    const path = `<path d="${edge_path(from, to, input.direction)}" fill="none" ${look}/>`;
    return [path + (label ? label_svg(label, middle(from, to, input.direction), input) : '')];
  });
  const boxes = input.boxes.flatMap((one) => {
    const at = rects.get(one.box.id);
    return at ? [box_svg(one, at, input)] : [];
  });
  const groups = input.boxes.flatMap((one, at) => (one.is_group ? [boxes[at] ?? ''] : []));
  const tasks = input.boxes.flatMap((one, at) => (one.is_group ? [] : [boxes[at] ?? '']));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13">`,
    `<rect width="100%" height="100%" fill="${surface}"/>`,
    ...groups,
    ...edges,
    ...tasks,
    '</svg>',
  ].join('\n');
}
