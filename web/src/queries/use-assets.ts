// SPDX-License-Identifier: Apache-2.0
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { call_list } from '@/api/client';
import type { Asset, AssetEvent } from '@/api/types.gen';
import { keys } from '@/queries/keys';

/** By name. */
export function useAssets(): UseQueryResult<Asset[]> {
  return useQuery({
    queryKey: keys.assets,
    queryFn: ({ signal }) => call_list<Asset>('list_assets', { signal }),
  });
}

const EVENTS_SHOWN = 20;

/** The newest events of an asset, newest first. */
export function useAssetEvents(name: string): UseQueryResult<AssetEvent[]> {
  return useQuery({
    queryKey: keys.asset_events(name),
    queryFn: ({ signal }) =>
      call_list<AssetEvent>('list_asset_events', { query: { name, limit: EVENTS_SHOWN }, signal }),
  });
}
