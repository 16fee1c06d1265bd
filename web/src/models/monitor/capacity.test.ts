// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Worker } from '@/api/types.gen';
import { queues_of } from '@/models/monitor/capacity';

function worker(queues: string[], more: Partial<Worker> = {}): Worker {
  return { state: 'connected', slots: 4, running: 1, queues, cordoned: false, ...more } as Worker;
}

test('a worker counts in each queue that it serves, while it is connected', () => {
  const uses = queues_of(
    [
      worker(['gpu', 'default']),
      worker(['default'], { slots: 8, running: 3, cordoned: true }),
      worker(['default'], { state: 'lost' }),
    ],
    [],
  );
  expect(uses).toEqual([
    {
      queue: 'default',
      workers: 2,
      open_workers: 1,
      slots: 12,
      running: 4,
      waiting: 0,
      since: null,
    },
    { queue: 'gpu', workers: 1, open_workers: 1, slots: 4, running: 1, waiting: 0, since: null },
  ]);
  expect(queues_of([], [])).toEqual([]);
});

test('what waits is told of each queue, of one that nobody serves too', () => {
  const since = '2026-11-30T08:00:00Z';
  const uses = queues_of(
    [worker(['default'])],
    [
      { queue: 'nobody', waiting: 2, since },
      { queue: 'default', waiting: 1 },
    ],
  );
  expect(uses).toEqual([
    {
      queue: 'default',
      workers: 1,
      open_workers: 1,
      slots: 4,
      running: 1,
      waiting: 1,
      since: null,
    },
    { queue: 'nobody', workers: 0, open_workers: 0, slots: 0, running: 0, waiting: 2, since },
  ]);
});
