// SPDX-License-Identifier: Apache-2.0
// What a try uses over time, as points of charts.
import type { UsageSample } from '@/api/types.gen';

/** As many as the server keeps, twice: a page that is open for long thins them out as it does. */
const SAMPLES_MAX = 240;

/** The samples with a newer one; of too many every second one stays. */
export function with_usage(held: readonly UsageSample[], sample: UsageSample): UsageSample[] {
  const last = held.at(-1);
  if (last && sample.ms <= last.ms) return [...held];
  const kept = held.length < SAMPLES_MAX ? held : held.filter((_, at) => at % 2 === 1);
  return [...kept, sample];
}

/** Processors' worth of time that it used between samples, by ms since its start. */
export function cpu_points(samples: readonly UsageSample[]): [number, number][] {
  return samples.map((one, at) => {
    const before = samples[at - 1] ?? { ms: 0, cpu_ms: 0 };
    const span = Math.max(one.ms - before.ms, 1);
    return [one.ms, Math.max(one.cpu_ms - before.cpu_ms, 0) / span];
  });
}

export function memory_points(samples: readonly UsageSample[]): [number, number][] {
  return samples.map((one) => [one.ms, one.memory_bytes]);
}
