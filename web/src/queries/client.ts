// SPDX-License-Identifier: Apache-2.0
import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError, is_refused, is_signed_out } from '@/api/error';
import type { Session } from '@/api/types.gen';
import { keys } from '@/queries/keys';

/** Remembers, before a session is forgotten, that it ended by itself. */
export function note_end(client: QueryClient): void {
  if (client.getQueryData<Session | null>(keys.session)) {
    client.setQueryData(keys.session_ended, true);
  }
}

/** Data stays fresh until the stream says otherwise, so nothing is read again by itself. */
export function make_query_client(): QueryClient {
  const client = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // The session ended: the sign-in page takes over.
        if (is_signed_out(error) && query.queryKey[0] !== keys.session[0]) {
          note_end(client);
          client.setQueryData(keys.session, null);
        }
        // It was deleted, or the user's part in it was taken away: what was known of it is no more.
        if (is_refused(error)) query.setState({ data: undefined });
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        gcTime: 10 * 60_000,
        refetchOnWindowFocus: false,
        retry: (count, error) =>
          count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      },
      mutations: { retry: false },
    },
  });
  return client;
}
