// SPDX-License-Identifier: Apache-2.0
// Where things are in a graph that is looked at from afar, where boxes are a picture.
import type { Rect } from '@/models/views/graph-svg';

export interface Point {
  x: number;
  y: number;
}

const holds = ({ x, y, width, height }: Rect, at: Point): boolean =>
  at.x >= x && at.x <= x + width && at.y >= y && at.y <= y + height;

/** The box at a place; the topmost is the last one. */
export function box_at(rects: ReadonlyMap<string, Rect>, at: Point): string | null {
  let found: string | null = null;
  for (const [id, rect] of rects) if (holds(rect, at)) found = id;
  return found;
}

export const middle_of = ({ x, y, width, height }: Rect): Point => ({
  x: x + width / 2,
  y: y + height / 2,
});

const STEPS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

export const is_step = (key: string): boolean => key in STEPS;

/** What lies aside counts so many times: a box straight ahead is nearer than one beside the way. */
const ASIDE = 3;

/**
 * The box that an arrow key leads to: the nearest one whose middle lies that way, or `from` itself
 * when there is none. From no box, or one that is gone, it is the first.
 */
export function next_box(
  rects: ReadonlyMap<string, Rect>,
  from: string | null,
  key: string,
): string | null {
  const step = STEPS[key];
  const here = from === null ? undefined : rects.get(from);
  if (!step || !here) return [...rects.keys()][0] ?? null;
  const begin = middle_of(here);
  let best = from;
  let least = Infinity;
  for (const [id, rect] of rects) {
    const to = middle_of(rect);
    const [dx, dy] = [to.x - begin.x, to.y - begin.y];
    const ahead = dx * step.x + dy * step.y;
    const aside = Math.abs(dx * step.y) + Math.abs(dy * step.x);
    const far = ahead + ASIDE * aside;
    if (ahead > 0 && far < least) [best, least] = [id, far];
  }
  return best;
}
