// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import {
  cpu_figures,
  cpu_points,
  memory_figures,
  memory_points,
  with_usage,
} from '@/models/measures/usage';

const at = (ms: number, cpu_ms: number): { ms: number; cpu_ms: number; memory_bytes: number } => ({
  ms,
  cpu_ms,
  memory_bytes: ms * 10,
});

describe('what a try uses', () => {
  it('is processors between samples, the first since the start', () => {
    expect(cpu_points([at(1000, 500), at(2000, 2500), at(4000, 2500)])).toEqual([
      [1000, 0.5],
      [2000, 2],
      [4000, 0],
    ]);
    expect(memory_points([at(1000, 500)])).toEqual([[1000, 10_000]]);
  });
  it('has a peak and a mean, told with its end or else of the samples', () => {
    expect(cpu_figures([])).toBeNull();
    expect(memory_figures({ samples: [] })).toBeNull();
    const samples = [at(1000, 500), at(2000, 2500), at(4000, 2500)];
    expect(cpu_figures(samples)).toEqual({ peak: 2, mean: 2500 / 4000 });
    expect(memory_figures({ samples })).toEqual({ peak: 40_000, mean: 27_500 });
    expect(memory_figures({ samples, memory_peak_bytes: 90_000, memory_mean_bytes: 5 })).toEqual({
      peak: 90_000,
      mean: 5,
    });
  });
  it('grows by newer samples only, and stays bounded', () => {
    expect(with_usage([at(1000, 1)], at(1000, 1))).toHaveLength(1);
    let held = [at(1, 1)];
    for (let ms = 2; ms < 5000; ms += 1) held = with_usage(held, at(ms, ms));
    expect(held.length).toBeLessThanOrEqual(240);
    expect(held.at(-1)?.ms).toBe(4999);
  });
});
