// SPDX-License-Identifier: Apache-2.0
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { call } from '@/api/client';
import type { SystemHistory } from '@/api/types.gen';
import { keys } from '@/queries/keys';

/** Read once; the stream adds to it. */
export function useSystemHistory(): UseQueryResult<SystemHistory> {
  return useQuery({
    queryKey: keys.system,
    queryFn: ({ signal }) => call<SystemHistory>('system_history', { signal }),
  });
}
