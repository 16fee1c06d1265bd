// SPDX-License-Identifier: Apache-2.0
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { error_from_answer } from '@/api/error';
import type { OpenApi } from '@/models/api/openapi';

const ADDRESS = '/api/v2/openapi.json';

export function useOpenApi(): UseQueryResult<OpenApi> {
  return useQuery({
    queryKey: ['openapi'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const answer = await fetch(ADDRESS, { signal });
      if (!answer.ok) throw error_from_answer(answer.status, null, '');
      return (await answer.json()) as OpenApi;
    },
  });
}

export interface Tried {
  status: number;
  body: unknown;
}

/** Asks any address of the API that only reads. */
export async function try_address(address: string): Promise<Tried> {
  const answer = await fetch(address, { headers: { Accept: 'application/json' } });
  const text = await answer.text();
  try {
    return { status: answer.status, body: JSON.parse(text) as unknown };
  } catch {
    return { status: answer.status, body: text };
  }
}
