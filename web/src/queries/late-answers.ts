// SPDX-License-Identifier: Apache-2.0
// An answer may hold what the server knew before a change that was pushed while the answer was on
// its way. So what was pushed since the question is applied to the answer once more. Changes come in
// their order and none is left out, so applying one twice ends in the same state.
import type { Query, QueryCacheNotifyEvent, QueryClient } from '@tanstack/react-query';
import type { StreamEvent } from '@/api/types.gen';
import { patch_cache } from '@/queries/stream-patch';

/** Changes kept for answers on their way; with more than these the question is asked again. */
export const KEPT_MAX = 5000;

export interface LateAnswers {
  /** Applies pushed changes to the cache now, and to answers that are still to come. */
  push: (events: readonly StreamEvent[]) => void;
  /** Some changes were not pushed, so whatever is on screen is asked for again. */
  missed_some: () => void;
  stop: () => void;
}

export function follow_answers(client: QueryClient): LateAnswers {
  let kept: StreamEvent[] = [];
  /** Questions on their way -> how many of the kept changes are older; null = too many came. */
  const asked = new Map<string, number | null>();

  const forget = (query: Query): void => {
    asked.delete(query.queryHash);
    if (asked.size === 0) kept = [];
  };
  const ended = (query: Query): void => {
    const older = asked.get(query.queryHash);
    const missed = typeof older === 'number' ? kept.slice(older) : [];
    forget(query);
    if (older === null) {
      void client.invalidateQueries({ queryKey: query.queryKey, exact: true });
    }
    if (missed.length > 0) patch_cache(client, missed);
  };
  const on_change = (change: QueryCacheNotifyEvent): void => {
    if (change.type === 'removed') forget(change.query);
    if (change.type !== 'updated') return;
    const { query, action } = change;
    if (action.type === 'fetch' && !asked.has(query.queryHash)) {
      asked.set(query.queryHash, kept.length);
    }
    if (action.type === 'success' && !action.manual) ended(query);
    // What was not there when it was asked for may have come since.
    if (action.type === 'error') ended(query);
  };
  const ask_again = (): void => {
    void client.invalidateQueries({ refetchType: 'active' });
    // A first question is not asked twice at once: its answer is waited for.
    for (const query of client.getQueryCache().getAll()) {
      if (query.state.data === undefined && asked.has(query.queryHash)) {
        asked.set(query.queryHash, null);
      }
    }
  };
  const keep = (events: readonly StreamEvent[]): void => {
    if (asked.size === 0) return;
    if (kept.length + events.length <= KEPT_MAX) {
      kept.push(...events);
      return;
    }
    kept = [];
    for (const hash of asked.keys()) asked.set(hash, null);
  };

  const cache = client.getQueryCache();
  for (const query of cache.findAll({ fetchStatus: 'fetching' })) asked.set(query.queryHash, 0);
  const stop = cache.subscribe(on_change);
  return {
    push: (events) => {
      keep(events);
      patch_cache(client, events);
    },
    missed_some: ask_again,
    stop,
  };
}
