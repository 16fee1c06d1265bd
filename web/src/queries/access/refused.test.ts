// SPDX-License-Identifier: Apache-2.0
// What an error of a later answer does to what is known already.
import { expect, it } from 'vitest';
import { ApiError } from '@/api/error';
import { make_query_client } from '@/queries/client';
import { keys } from '@/queries/keys';

const KEY = keys.dag('d');

/** A DAG is known, and then asked for again, with this answer. */
async function asked_again(status: number) {
  const client = make_query_client();
  client.setQueryData(keys.session, { username: 'ann' });
  client.setQueryData(KEY, { dag_id: 'd' });
  const fails = async (): Promise<never> => {
    throw new ApiError(status, 'x', 'x', '');
  };
  await client
    .fetchQuery({ queryKey: KEY, queryFn: fails, staleTime: 0, retry: false })
    .catch(() => 0);
  return client;
}

it('forgets what may not be seen any more, or is gone', async () => {
  for (const status of [403, 404]) {
    expect((await asked_again(status)).getQueryData(KEY)).toBeUndefined();
  }
});

it('keeps what it knows while the server is away or at fault', async () => {
  for (const status of [0, 429, 500, 503]) {
    expect((await asked_again(status)).getQueryData(KEY)).toEqual({ dag_id: 'd' });
  }
});

it('remembers that a session ended by itself', async () => {
  const client = await asked_again(401);
  expect(client.getQueryData(keys.session)).toBeNull();
  expect(client.getQueryData(keys.session_ended)).toBe(true);
  expect((await asked_again(404)).getQueryData(keys.session_ended)).toBeUndefined();
});
