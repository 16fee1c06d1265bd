// SPDX-License-Identifier: Apache-2.0
// What is taken of the slots of queues, told by the workers that serve them. Pure.
import type { Worker } from '@/api/types.gen';

export interface QueueUse {
  queue: string;
  /** Connected ones that serve it; one that serves two queues counts in both, with its slots. */
  workers: number;
  /** Of these, those that take new tasks. */
  open_workers: number;
  slots: number;
  running: number;
}

/** By name. A worker that is not connected serves nothing. */
export function queues_of(workers: readonly Worker[]): QueueUse[] {
  const uses = new Map<string, QueueUse>();
  for (const worker of workers) {
    if (worker.state !== 'connected') continue;
    for (const queue of worker.queues) {
      const use = uses.get(queue) ?? { queue, workers: 0, open_workers: 0, slots: 0, running: 0 };
      use.workers += 1;
      use.open_workers += worker.cordoned ? 0 : 1;
      use.slots += worker.slots;
      use.running += worker.running;
      uses.set(queue, use);
    }
  }
  return [...uses.values()].sort((a, b) => a.queue.localeCompare(b.queue));
}
