// SPDX-License-Identifier: Apache-2.0
// The server's samples as they are plotted. Pure.
import type { SystemHistory, SystemSample } from '@/api/types.gen';

const SECONDS_MAX = 720;
/** Far fewer pixels than a day has minutes. */
const POINTS_MAX = 360;

/** With one more sample; the oldest goes. */
export function with_sample(history: SystemHistory, sample: SystemSample): SystemHistory {
  const last = history.seconds.at(-1);
  if (last && last.at >= sample.at) return history;
  return { ...history, seconds: [...history.seconds, sample].slice(-SECONDS_MAX) };
}

export type Pick = (sample: SystemSample) => number | null | undefined;

/** Points of a line, without what could not be read. */
export function points_of(samples: readonly SystemSample[], pick: Pick): [number, number][] {
  const step = Math.max(1, Math.ceil(samples.length / POINTS_MAX));
  const out: [number, number][] = [];
  // From the newest back, so that it is always there.
  for (let i = samples.length - 1; i >= 0; i -= step) {
    const sample = samples[i];
    const value = sample ? pick(sample) : null;
    if (sample && value !== null && value !== undefined) out.push([Date.parse(sample.at), value]);
  }
  return out.reverse();
}
