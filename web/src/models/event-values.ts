// SPDX-License-Identifier: Apache-2.0
// The numbers a rule gives with an event, as rows to read: what was measured stands beside what the
// rule asks for. Names are those of src/rules; an unknown one is still shown in words.
import { as_fields } from '@/models/unknown';

export type ValueUnit = 'px' | 's' | 'share' | 'plain' | 'word';

export interface EventValue {
  key: string;
  unit: ValueUnit;
  value: number | string;
  /** The least that the rule asks for; null when it asks for nothing. */
  need: number | null;
}

/** A measured value and the one that it has to reach. */
const NEEDS: Record<string, string> = {
  distance_px: 'distance_min_px',
  hits_after: 'hits_min',
  inside_s: 'enter_s',
  score_mean: 'score_min',
  count: 'count_on',
  held_s: 'hold_s',
};

function unit_of(key: string, value: number | string): ValueUnit {
  if (typeof value === 'string') return 'word';
  if (key.endsWith('_px')) return 'px';
  if (key.endsWith('_s')) return 's';
  return key.startsWith('score_') ? 'share' : 'plain';
}

export function event_values(values: unknown): EventValue[] {
  const fields = as_fields(values);
  const number_at = (key: string | undefined): number | null => {
    const value = key === undefined ? undefined : fields[key];
    return typeof value === 'number' ? value : null;
  };
  const beside = new Set(Object.keys(NEEDS).flatMap((key) => (key in fields ? NEEDS[key] : [])));
  return Object.entries(fields).flatMap(([key, raw]): EventValue[] => {
    if (beside.has(key) || (typeof raw !== 'number' && typeof raw !== 'string')) return [];
    // A distance is signed by the side of the line; the direction says the side already.
    const value = key === 'distance_px' ? Math.abs(Number(raw)) : raw;
    return [{ key, unit: unit_of(key, value), value, need: number_at(NEEDS[key]) }];
  });
}

/** "wait_time_s" as "Wait time": for a name that has no text of its own. */
export function value_name(key: string): string {
  const words = key.replace(/_(px|s)$/, '').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export type Way = 'to_right' | 'to_left' | 'down' | 'up';

type Point = [number, number];

/**
 * The unit vector, in pixels, of who crosses a line from A to B. A stands on the left of the line's
 * direction as one sees it.
 */
export function crossing_vector(line: [from: Point, to: Point], direction: string): Point {
  const [from, to] = line;
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy) || 1;
  const sign = direction === 'b_to_a' ? -1 : 1;
  return [(-dy / length) * sign, (dx / length) * sign];
}

/** Where in the picture a crossing leads, in the nearest of four words. */
export function crossing_way(line: [from: Point, to: Point], direction: string): Way {
  const [x, y] = crossing_vector(line, direction);
  if (Math.abs(x) >= Math.abs(y)) return x > 0 ? 'to_right' : 'to_left';
  return y > 0 ? 'down' : 'up';
}
