// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { SystemSample } from '@/api/types.gen';
import { points_of, with_sample } from '@/models/measures/system';

function sample(second: number, cpu_cores?: number): SystemSample {
  return { at: new Date(second * 1000).toISOString(), cpu_cores } as SystemSample;
}

test('the newest sample is always plotted, and what is not known is left out', () => {
  const samples = Array.from({ length: 1000 }, (_, i) => sample(i, i === 998 ? undefined : i));
  const points = points_of(samples, (s) => s.cpu_cores);
  expect(points.length).toBeLessThanOrEqual(360);
  expect(points.at(-1)).toEqual([999_000, 999]);
  expect(points_of([sample(1)], (s) => s.cpu_cores)).toEqual([]);
});

test('a sample that comes twice is there once, and an hour is kept', () => {
  let history = { seconds: [] as SystemSample[], minutes: [] };
  for (let i = 0; i < 800; ++i) history = with_sample(history, sample(i * 5)) as typeof history;
  history = with_sample(history, sample(799 * 5)) as typeof history;
  expect(history.seconds.length).toBe(720);
  expect(history.seconds.at(-1)?.at).toBe(sample(799 * 5).at);
});
