// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Backfill } from '@/api/types.gen';
import { backfill_share, backfill_state, midnight_of } from '@/models/backfill';

const BACKFILL: Backfill = {
  id: 1,
  dag_id: 'd',
  dag_display_name: 'd',
  from_date: '2026-01-01T00:00:00Z',
  to_date: '2026-01-08T00:00:00Z',
  dag_run_conf: {},
  is_paused: false,
  reprocess_behavior: 'none',
  run_backwards: false,
  max_active_runs: 10,
  created_at: '2026-02-01T00:00:00Z',
  triggering_user_name: 'kim',
  cause: '',
  total: 8,
  skipped: 1,
  queued: 0,
  running: 2,
  success: 2,
  failed: 1,
};

describe('backfills', () => {
  it('counts what was left alone as done', () => {
    expect(backfill_share(BACKFILL)).toBe(0.5);
    expect(backfill_share({ ...BACKFILL, total: 0 })).toBe(1);
  });

  it('is over, also when it was cancelled, which pauses it', () => {
    expect(backfill_state(BACKFILL)).toBe('running');
    expect(backfill_state({ ...BACKFILL, is_paused: true })).toBe('paused');
    const cancelled = { ...BACKFILL, is_paused: true, completed_at: '2026-02-01T00:00:00Z' };
    expect(backfill_state(cancelled)).toBe('over');
  });

  it('takes whole days only', () => {
    expect(midnight_of('2026-01-31')).toBe('2026-01-31T00:00:00Z');
    expect(midnight_of('')).toBe('');
  });
});
