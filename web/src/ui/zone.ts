// SPDX-License-Identifier: Apache-2.0
// The time zone that all times on screen are written in: one choice, kept in the browser.
import { createContext, useContext, useSyncExternalStore } from 'react';

export const ZONE_CHOICES = ['local', 'utc', 'dag'] as const;
/** local - the browser's; dag - that of the DAG's schedule, where a time belongs to a DAG. */
export type ZoneChoice = (typeof ZONE_CHOICES)[number];

const STORAGE_KEY = 'aiflow.zone';
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function stored_zone(): ZoneChoice {
  const value = localStorage.getItem(STORAGE_KEY);
  return ZONE_CHOICES.find((choice) => choice === value) ?? 'local';
}

/** Applies a choice now and remembers it. */
export function set_zone(choice: ZoneChoice): void {
  localStorage.setItem(STORAGE_KEY, choice);
  for (const each of listeners) each();
}

export function useZoneChoice(): ZoneChoice {
  return useSyncExternalStore(subscribe, stored_zone);
}

export function is_zone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The zone of the DAG that what is inside belongs to; null = it belongs to none. */
export const DagZone = createContext<string | null>(null);

/** The IANA zone to write times in; undefined = the browser's. */
export function useZone(): string | undefined {
  const choice = useZoneChoice();
  const of_dag = useContext(DagZone);
  if (choice === 'utc') return 'UTC';
  if (choice === 'local' || of_dag === null) return undefined;
  return is_zone(of_dag) ? of_dag : 'UTC';
}

/** The name of the browser's own zone, such as Asia/Seoul. */
export function local_zone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
