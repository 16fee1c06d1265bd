// SPDX-License-Identifier: Apache-2.0
// What happened to a task instance, told from its tries.
import type { TaskInstance, TaskState, TaskTry } from '@/api/types.gen';

export interface Moment {
  /** RFC 3339. */
  at: string;
  kind: 'scheduled' | 'queued' | 'started' | 'ended';
  try_number: number;
  /** In which it ended; else the one it came to. */
  state: TaskState;
  /** Why it ended so; empty: nothing more is known. */
  cause: string;
}

/** The newest first. Of earlier tries their begins and ends are kept, of the last one its waits too. */
export function moments_of(instance: TaskInstance, tries: readonly TaskTry[]): Moment[] {
  const found: Moment[] = [];
  const add = (at: string | null | undefined, rest: Omit<Moment, 'at'>): void => {
    if (at) found.push({ at, ...rest });
  };
  for (const { try_number, state, cause, start_date, end_date } of tries) {
    add(start_date, { kind: 'started', try_number, state: 'running', cause: '' });
    add(end_date, { kind: 'ended', try_number, state, cause });
  }
  const { try_number, scheduled_when, queued_when, start_date, end_date, state, cause } = instance;
  const waits = Math.max(1, try_number);
  add(scheduled_when, { kind: 'scheduled', try_number: waits, state: 'scheduled', cause: '' });
  add(queued_when, { kind: 'queued', try_number: waits, state: 'queued', cause: '' });
  if (!tries.some((one) => one.try_number === try_number)) {
    add(start_date, { kind: 'started', try_number, state: 'running', cause: '' });
    add(end_date, { kind: 'ended', try_number, state, cause });
  }
  const order = ['scheduled', 'queued', 'started', 'ended'];
  return found.sort(
    (a, b) => Date.parse(b.at) - Date.parse(a.at) || order.indexOf(b.kind) - order.indexOf(a.kind),
  );
}
