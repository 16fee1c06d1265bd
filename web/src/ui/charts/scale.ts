// SPDX-License-Identifier: Apache-2.0
// Scales and ticks for the small plots. Pure.

export interface Scale {
  min: number;
  max: number;
  /** Pixel of a value. */
  at: (value: number) => number;
  ticks: number[];
}

/** Round steps (1, 2, 5 x 10^n) that give about `count` ticks. */
export function nice_step(span: number, count: number): number {
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const lead = raw / power;
  const nice = lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10;
  return nice * power;
}

export interface ScaleOptions {
  values: readonly number[];
  /** Pixels of the low and the high end. */
  range: [number, number];
  ticks: number;
  /** Ends that must be within the scale. */
  include?: readonly number[];
  /** Hard ends, e.g. 0 and 1 for shares. */
  clamp?: [number, number];
}

/** A linear scale with round ends around the values. */
export function make_scale(options: ScaleOptions): Scale {
  const { values, range, ticks, include = [], clamp } = options;
  const all = [...values, ...include].filter(Number.isFinite);
  let lo = all.length > 0 ? Math.min(...all) : 0;
  let hi = all.length > 0 ? Math.max(...all) : 1;
  if (hi - lo < 1e-9) {
    const room = Math.abs(hi) * 0.1 || 0.5;
    lo -= room;
    hi += room;
  }
  const step = nice_step(hi - lo, ticks);
  let min = Math.floor(lo / step + 1e-9) * step;
  let max = Math.ceil(hi / step - 1e-9) * step;
  if (clamp) {
    min = Math.max(min, clamp[0]);
    max = Math.min(max, clamp[1]);
  }
  const marks: number[] = [];
  for (let n = Math.ceil(min / step - 1e-9); n * step <= max + step * 1e-6; n += 1) {
    marks.push(Number((n * step).toPrecision(12)));
  }
  const [from, to] = range;
  return { min, max, ticks: marks, at: (v) => from + ((v - min) / (max - min)) * (to - from) };
}

/** The ticks that get a label: of several in a row that would read the same, as in one minute, the first. */
export function tick_words(
  ticks: readonly number[],
  format: (value: number) => string,
): [tick: number, word: string][] {
  return ticks
    .map((tick): [number, string] => [tick, format(tick)])
    .filter(([, word], at, all) => word !== all[at - 1]?.[1]);
}
