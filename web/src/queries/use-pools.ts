// SPDX-License-Identifier: Apache-2.0
import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { call, call_list } from '@/api/client';
import type { Pool, PoolCreate } from '@/api/types.gen';
import { keys } from '@/queries/keys';

export function usePools(): UseQueryResult<Pool[]> {
  return useQuery({
    queryKey: keys.pools,
    queryFn: ({ signal }) => call_list<Pool>('list_pools', { signal }),
  });
}

export interface PoolOrder extends PoolCreate {
  /** Whether it is there already. */
  exists: boolean;
}

export function useSavePool(): UseMutationResult<Pool, Error, PoolOrder> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ exists, name, ...rest }) =>
      exists
        ? call<Pool>('patch_pool', { path: { pool_name: name }, body: rest })
        : call<Pool>('create_pool', { body: { name, ...rest } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.pools }),
  });
}

export function useDeletePool(): UseMutationResult<unknown, Error, string> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (pool_name) => call('delete_pool', { path: { pool_name } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.pools }),
  });
}
