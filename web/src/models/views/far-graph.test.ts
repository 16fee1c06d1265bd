// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { box_at, next_box } from '@/models/views/far-graph';
import type { Rect } from '@/models/views/graph-svg';

const WIDTH = 100;
const HEIGHT = 40;

/** Three columns of four boxes, "1,2" in the second column and the third row. */
const rects = new Map<string, Rect>(
  [0, 1, 2].flatMap((column) =>
    [0, 1, 2, 3].map((row): [string, Rect] => [
      `${column},${row}`,
      { x: column * 150, y: row * 60, width: WIDTH, height: HEIGHT },
    ]),
  ),
);

it('a place is in the box that covers it, and between boxes in none', () => {
  expect(box_at(rects, { x: 151, y: 61 })).toBe('1,1');
  expect(box_at(rects, { x: 250, y: 100 })).toBe('1,1');
  expect(box_at(rects, { x: 120, y: 61 })).toBeNull();
  expect(box_at(rects, { x: 10, y: 50 })).toBeNull();
  expect(box_at(new Map(), { x: 0, y: 0 })).toBeNull();
});

it('the last of two boxes over each other is the one that is seen', () => {
  const two = new Map([...rects, ['above', { x: 0, y: 0, width: 10, height: 10 }]]);
  expect(box_at(two, { x: 5, y: 5 })).toBe('above');
});

it.each([
  ['ArrowRight', '2,1'],
  ['ArrowLeft', '0,1'],
  ['ArrowUp', '1,0'],
  ['ArrowDown', '1,2'],
])('%s leads to the neighbour', (key, to) => {
  expect(next_box(rects, '1,1', key)).toBe(to);
});

it('where nothing lies an arrow leads nowhere', () => {
  expect(next_box(rects, '0,0', 'ArrowLeft')).toBe('0,0');
  expect(next_box(rects, '2,3', 'ArrowDown')).toBe('2,3');
});

it('straight ahead comes before what is nearer beside the way', () => {
  const crooked = new Map<string, Rect>([
    ['here', { x: 0, y: 0, width: 10, height: 10 }],
    ['aside', { x: 20, y: 30, width: 10, height: 10 }],
    ['ahead', { x: 60, y: 0, width: 10, height: 10 }],
  ]);
  expect(next_box(crooked, 'here', 'ArrowRight')).toBe('ahead');
});

it('from nowhere, and from a box that is gone, it begins at the first', () => {
  expect(next_box(rects, null, 'ArrowDown')).toBe('0,0');
  expect(next_box(rects, 'gone', 'ArrowDown')).toBe('0,0');
  expect(next_box(new Map(), null, 'ArrowDown')).toBeNull();
});

it('arrows reach every box from every other', () => {
  const seen = new Set(['2,3']);
  const todo = ['2,3'];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']) {
      const to = next_box(rects, at, key);
      if (to !== null && !seen.has(to)) todo.push(to);
      if (to !== null) seen.add(to);
    }
  }
  expect(seen.size).toBe(rects.size);
});
