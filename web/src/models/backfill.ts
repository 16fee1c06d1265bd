// SPDX-License-Identifier: Apache-2.0
import type { Backfill } from '@/api/types.gen';

/** Dates that a backfill is done with, as a share of all from 0 to 1. */
export function backfill_share(backfill: Backfill): number {
  const done = backfill.skipped + backfill.success + backfill.failed;
  return backfill.total > 0 ? done / backfill.total : 1;
}

export type BackfillState = 'running' | 'paused' | 'over';

export function backfill_state(backfill: Backfill): BackfillState {
  if (backfill.completed_at) return 'over';
  return backfill.is_paused ? 'paused' : 'running';
}

/** "2026-01-31" as the midnight that it begins with, in UTC; '' for anything else. */
export function midnight_of(day: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? `${day}T00:00:00Z` : '';
}
