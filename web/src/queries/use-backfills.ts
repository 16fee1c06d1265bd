// SPDX-License-Identifier: Apache-2.0
import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useState } from 'react';
import { call, call_list } from '@/api/client';
import type { Backfill, BackfillCreate, BackfillDate } from '@/api/types.gen';
import { Wish } from '@/api/wish';
import { upserted } from '@/models/list';
import { keys } from '@/queries/keys';

/** Newest first. */
export function useBackfills(dag_id: string): UseQueryResult<Backfill[]> {
  return useQuery({
    queryKey: keys.backfills(dag_id),
    queryFn: ({ signal }) => call_list<Backfill>('list_backfills', { query: { dag_id }, signal }),
  });
}

/** The first dates that a backfill would run, and how many there are; not asked without a body. */
export function useBackfillDryRun(
  body: BackfillCreate | null,
): UseQueryResult<{ items: BackfillDate[]; total_entries: number }> {
  return useQuery({
    queryKey: ['backfill_dry_run', body],
    queryFn: ({ signal }) =>
      call<{ items: BackfillDate[]; total_entries: number }>('dry_run_backfill', {
        query: { limit: 5 },
        body,
        signal,
      }),
    enabled: body !== null,
    retry: false,
    gcTime: 0,
  });
}

function useShown(): (backfill: Backfill) => void {
  const client = useQueryClient();
  return (backfill) =>
    client.setQueryData<Backfill[]>(
      keys.backfills(backfill.dag_id),
      (list) => list && upserted(list, backfill, (b) => b.id, 'first'),
    );
}

export function useCreateBackfill(): UseMutationResult<Backfill, Error, BackfillCreate> {
  const shown = useShown();
  const [wish] = useState(() => new Wish());
  return useMutation({
    mutationFn: (body) => call<Backfill>('create_backfill', { body, wish: wish.key_of(body) }),
    onSuccess: (backfill) => {
      wish.done();
      shown(backfill);
    },
  });
}

export type BackfillAction = 'pause' | 'unpause' | 'cancel';

export function useSteerBackfill(): UseMutationResult<
  Backfill,
  Error,
  { id: number; action: BackfillAction }
> {
  const shown = useShown();
  return useMutation({
    mutationFn: ({ id, action }) =>
      call<Backfill>(`${action}_backfill`, { path: { backfill_id: id } }),
    onSuccess: shown,
  });
}
