// SPDX-License-Identifier: Apache-2.0
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { call_list } from '@/api/client';
import type { Asset } from '@/api/types.gen';
import { keys } from '@/queries/keys';

/** By name. */
export function useAssets(): UseQueryResult<Asset[]> {
  return useQuery({
    queryKey: keys.assets,
    queryFn: ({ signal }) => call_list<Asset>('list_assets', { signal }),
  });
}
