// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Worker } from '@/api/types.gen';
import { queues_of } from '@/models/monitor/capacity';

function worker(queues: string[], more: Partial<Worker> = {}): Worker {
  return { state: 'connected', slots: 4, running: 1, queues, cordoned: false, ...more } as Worker;
}

test('a worker counts in each queue that it serves, while it is connected', () => {
  const uses = queues_of([
    worker(['gpu', 'default']),
    worker(['default'], { slots: 8, running: 3, cordoned: true }),
    worker(['default'], { state: 'lost' }),
  ]);
  expect(uses).toEqual([
    { queue: 'default', workers: 2, open_workers: 1, slots: 12, running: 4 },
    { queue: 'gpu', workers: 1, open_workers: 1, slots: 4, running: 1 },
  ]);
  expect(queues_of([])).toEqual([]);
});
