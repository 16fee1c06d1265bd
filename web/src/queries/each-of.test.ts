// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { each_of } from '@/queries/each-of';

it('does all, a few at a time, and tells which were refused', async () => {
  let now = 0;
  let most = 0;
  const done: number[] = [];
  const items = Array.from({ length: 20 }, (_, at) => at);
  const refused = await each_of(
    items,
    async (item) => {
      most = Math.max(most, (now += 1));
      await Promise.resolve();
      now -= 1;
      if (item % 10 === 3) throw new Error(`no ${item}`);
    },
    (count) => done.push(count),
  );
  expect(refused.map(({ item, error }) => [item, error.message])).toEqual([
    [3, 'no 3'],
    [13, 'no 13'],
  ]);
  expect(done).toEqual(items.map((item) => item + 1));
  expect(most).toBe(4);
});
