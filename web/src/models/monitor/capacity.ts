// SPDX-License-Identifier: Apache-2.0
// What is taken of the slots of queues, told by the workers that serve them, and what waits. Pure.
import type { QueueWait, Worker } from '@/api/types.gen';

export interface QueueUse {
  queue: string;
  /** Connected ones that serve it; one that serves two queues counts in both, with its slots. */
  workers: number;
  /** Of these, those that take new tasks. */
  open_workers: number;
  slots: number;
  running: number;
  /** Tasks that are ready and that no worker has begun. */
  waiting: number;
  /** When the first of them became ready. */
  since: string | null;
}

const NOTHING = { workers: 0, open_workers: 0, slots: 0, running: 0, waiting: 0, since: null };

/**
 * By name; queues that tasks wait for are here too when nobody serves them. A worker that is not
 * connected serves nothing.
 */
export function queues_of(workers: readonly Worker[], waits: readonly QueueWait[]): QueueUse[] {
  const uses = new Map<string, QueueUse>();
  for (const { queue, waiting, since } of waits)
    uses.set(queue, { ...NOTHING, queue, waiting, since: since ?? null });
  for (const worker of workers) {
    if (worker.state !== 'connected') continue;
    for (const queue of worker.queues) {
      const use = uses.get(queue) ?? { ...NOTHING, queue };
      use.workers += 1;
      use.open_workers += worker.cordoned ? 0 : 1;
      use.slots += worker.slots;
      use.running += worker.running;
      uses.set(queue, use);
    }
  }
  return [...uses.values()].sort((a, b) => a.queue.localeCompare(b.queue));
}
