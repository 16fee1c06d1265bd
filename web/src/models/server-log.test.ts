// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { ServerLogPage } from '@/api/types.gen';
import { LINES_MAX, held_of, text_of, with_newer, with_older } from '@/models/server-log';

function page(ids: number[], more: Partial<ServerLogPage> = {}): ServerLogPage {
  const at = '2026-11-29T08:00:00.123000Z';
  const items = ids.map((id) => ({ id, at, level: 'warning', text: `line ${id}` }));
  return { items, after_cursor: ids.at(-1) ?? 0, missed: false, ...more };
}

const ids = (held: { lines: { id: number }[] }): number[] => held.lines.map(({ id }) => id);

describe("the server's log", () => {
  it('grows at both ends', () => {
    let held = held_of(page([5, 6], { before_cursor: 5, after_cursor: 9 }));
    held = with_newer(held, page([10], { after_cursor: 12 }));
    held = with_older(held, page([3, 4]));
    expect(ids(held)).toEqual([3, 4, 5, 6, 10]);
    expect(held.before).toBeNull();
    expect(held.after).toBe(12);
  });
  it('takes no line twice, and marks where lines are missing', () => {
    let held = held_of(page([5]));
    held = with_newer(held, page([5, 8], { missed: true }));
    expect(ids(held)).toEqual([5, 8]);
    expect([...held.gaps]).toEqual([8]);
  });
  it('forgets the oldest lines, which can be asked for again', () => {
    let held = held_of(page(Array.from({ length: LINES_MAX }, (_, at) => at + 1)));
    held = with_newer(held, page([LINES_MAX + 1, LINES_MAX + 2]));
    expect(held.lines).toHaveLength(LINES_MAX);
    expect(held.before).toBe(3);
  });
  it('is written as the file has it', () => {
    expect(text_of(page([7]).items)).toBe('2026-11-29T08:00:00.123Z warning line 7\n');
  });
});
