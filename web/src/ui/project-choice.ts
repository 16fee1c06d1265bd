// SPDX-License-Identifier: Apache-2.0
// The project whose workflows are shown: one choice, kept in the browser; '' = of all.
import { useSyncExternalStore } from 'react';

const STORAGE_KEY = 'aiflow.project';
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const stored_project = (): string => localStorage.getItem(STORAGE_KEY) ?? '';

/** Applies a choice now and remembers it. */
export function set_project(name: string): void {
  localStorage.setItem(STORAGE_KEY, name);
  for (const each of listeners) each();
}

export function useProjectChoice(): string {
  return useSyncExternalStore(subscribe, stored_project);
}
