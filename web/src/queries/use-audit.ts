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

/** Newest first; the next page is asked for by its cursor. With a DAG's id: what was done to it. */
export function useAudit(filter: AuditFilter, of_dag?: string): AuditPages {
  return useInfiniteQuery({
    queryKey: keys.audit({ ...filter, of_dag }),
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filter, cursor: pageParam };
      return of_dag === undefined
        ? call<AuditPage>('list_audit', { query, signal })
        : call<AuditPage>('list_dag_audit', { path: { dag_id: of_dag }, query, signal });
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
