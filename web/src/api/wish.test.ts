// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { Wish, new_wish } from './wish';

it('a wish that is asked for again keeps its key', () => {
  const wish = new Wish();
  const key = wish.key_of({ conf: { a: 1 } });
  expect(wish.key_of({ conf: { a: 1 } })).toBe(key);
  expect(wish.key_of({ conf: { a: 2 } })).not.toBe(key);
});

it('once it was done, the same is another wish', () => {
  const wish = new Wish();
  const key = wish.key_of({});
  wish.done();
  expect(wish.key_of({})).not.toBe(key);
});

it('keys are never the same', () => {
  const keys = Array.from({ length: 100 }, new_wish);
  expect(new Set(keys).size).toBe(100);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
});
