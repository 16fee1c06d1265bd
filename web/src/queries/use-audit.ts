// SPDX-License-Identifier: Apache-2.0
import {
  type InfiniteData,
  type UseInfiniteQueryResult,
  useInfiniteQuery,
} from '@tanstack/react-query';
import { call, route_url } from '@/api/client';
import type { AuditEntry, AuditPage } from '@/api/types.gen';
import { keys } from '@/queries/keys';

/** Empty and missing ones fit all. Times are RFC 3339. */
export interface AuditFilter {
  user?: string;
  action?: string;
  object_kind?: string;
  object_id?: string;
  dag_id?: string;
  outcome?: string;
  since?: string;
  until?: string;
}

export type AuditPages = UseInfiniteQueryResult<InfiniteData<AuditPage>>;

/** A DAG, one of its runs, or one task of such a run. */
export interface AuditOf {
  dag_id: string;
  dag_run_id?: string;
  task_id?: string;
}

/** Newest first; the next page is asked for by its cursor. `of`: only what was done to that. */
export function useAudit(filter: AuditFilter, of?: AuditOf): AuditPages {
  return useInfiniteQuery({
    queryKey: keys.audit({ ...filter, of }),
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      if (!of)
        return call<AuditPage>('list_audit', { query: { ...filter, cursor: pageParam }, signal });
      const { dag_id, ...part } = of;
      const query = { ...filter, ...part, cursor: pageParam };
      return call<AuditPage>('list_dag_audit', { path: { dag_id }, query, signal });
    },
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function entries_of(pages: AuditPages): AuditEntry[] {
  return pages.data?.pages.flatMap((page) => page.items) ?? [];
}

export function audit_export_url(filter: AuditFilter, format: 'csv' | 'ndjson'): string {
  return route_url('export_audit', { query: { ...filter, format } });
}
