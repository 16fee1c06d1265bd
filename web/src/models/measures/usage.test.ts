// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { cpu_points, memory_points, with_usage } from '@/models/measures/usage';

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
  it('grows by newer samples only, and stays bounded', () => {
    expect(with_usage([at(1000, 1)], at(1000, 1))).toHaveLength(1);
    let held = [at(1, 1)];
    for (let ms = 2; ms < 5000; ms += 1) held = with_usage(held, at(ms, ms));
    expect(held.length).toBeLessThanOrEqual(240);
    expect(held.at(-1)?.ms).toBe(4999);
  });
});
