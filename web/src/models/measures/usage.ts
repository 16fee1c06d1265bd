// SPDX-License-Identifier: Apache-2.0
// What a try uses over time, as points of charts and as figures.
import type { TryDetails, UsageSample } from '@/api/types.gen';

/** As many as the server keeps, twice: a page that is open for long thins them out as it does. */
const SAMPLES_MAX = 240;

/**
 * The samples with a newer one; of too many every second one stays. An earlier one is the first of a
 * try that goes on after a deferral or a reschedule.
 */
export function with_usage(held: readonly UsageSample[], sample: UsageSample): UsageSample[] {
  const last = held.at(-1);
  if (last && sample.ms === last.ms) return [...held];
  if (last && sample.ms < last.ms) return [sample];
  const kept = held.length < SAMPLES_MAX ? held : held.filter((_, at) => at % 2 === 1);
  return [...kept, sample];
}

const START: UsageSample = { ms: 0, cpu_ms: 0, memory_bytes: 0 };

/** Each sample with the time since the one before it, the first one since the start. */
function spans(samples: readonly UsageSample[]): { one: UsageSample; cpu: number; span: number }[] {
  return samples.map((one, at) => {
    const before = samples[at - 1] ?? START;
    const span = Math.max(one.ms - before.ms, 1);
    return { one, cpu: Math.max(one.cpu_ms - before.cpu_ms, 0), span };
  });
}

/** Processors' worth of time that it used between samples, by ms since its start. */
export function cpu_points(samples: readonly UsageSample[]): [number, number][] {
  return spans(samples).map(({ one, cpu, span }) => [one.ms, cpu / span]);
}

export function memory_points(samples: readonly UsageSample[]): [number, number][] {
  return samples.map((one) => [one.ms, one.memory_bytes]);
}

export interface PeakAndMean {
  peak: number;
  mean: number;
}

/** Of the processors that it kept busy; null without samples. */
export function cpu_figures(samples: readonly UsageSample[]): PeakAndMean | null {
  const last = samples.at(-1);
  if (!last) return null;
  return {
    peak: Math.max(...cpu_points(samples).map(([, value]) => value)),
    mean: last.cpu_ms / Math.max(last.ms, 1),
  };
}

/** Bytes: as they were told with its end, and until then of the samples; null without any. */
export function memory_figures(
  of: Pick<TryDetails, 'samples' | 'memory_peak_bytes' | 'memory_mean_bytes'>,
): PeakAndMean | null {
  const parts = spans(of.samples);
  if (parts.length === 0) return null;
  const time = parts.reduce((sum, { span }) => sum + span, 0);
  const sum = parts.reduce((all, { one, span }) => all + one.memory_bytes * span, 0);
  return {
    peak: of.memory_peak_bytes ?? Math.max(...of.samples.map((one) => one.memory_bytes)),
    mean: of.memory_mean_bytes ?? sum / time,
  };
}
