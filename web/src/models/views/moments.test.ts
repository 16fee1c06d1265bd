// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import type { TaskInstance, TaskTry } from '@/api/types.gen';
import { moments_of } from '@/models/views/moments';

const at = (second: number): string => `2026-01-01T00:00:0${second}Z`;

const told = (instance: object, tries: object[]): string[] =>
  moments_of(instance as TaskInstance, tries as TaskTry[]).map(
    ({ kind, try_number, state }) => `${kind} ${try_number} ${state}`,
  );

it('tells waits, begins and ends of all tries, the newest first', () => {
  const failed = { try_number: 1, state: 'failed', cause: 'x', start_date: at(1), end_date: at(2) };
  const now = {
    try_number: 2,
    state: 'running',
    scheduled_when: at(3),
    queued_when: at(3),
    start_date: at(4),
  };
  expect(told(now, [failed])).toEqual([
    'started 2 running',
    'queued 2 queued',
    'scheduled 2 scheduled',
    'ended 1 failed',
    'started 1 running',
  ]);
});

it('does not tell the last try twice', () => {
  const last = { try_number: 1, state: 'success', start_date: at(1), end_date: at(2) };
  expect(told(last, [last])).toEqual(['ended 1 success', 'started 1 running']);
});
