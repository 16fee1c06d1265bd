// SPDX-License-Identifier: Apache-2.0
// Queues on the system page: what waits, also where nobody serves.
import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import { beforeAll, expect, it } from 'vitest';
import { Capacity } from '@/features/system/capacity';
import { start_i18n } from '@/i18n';
import { make_query_client } from '@/queries/client';
import { keys } from '@/queries/keys';

beforeAll(() => start_i18n());

it('says of a queue that nobody serves how many tasks wait, and how long', () => {
  const client = make_query_client();
  const since = new Date(Date.now() - 90 * 60_000).toISOString();
  client.setQueryData(keys.pools, []);
  client.setQueryData(keys.workers, [
    { worker_id: 'w', state: 'connected', slots: 4, running: 1, queues: ['default'] },
  ]);
  client.setQueryData(keys.system, {
    minutes: [],
    seconds: [
      { queues: [{ queue: 'old', waiting: 9 }] },
      { queues: [{ queue: 'night', waiting: 3, since }] },
    ],
  });
  render(
    <QueryClientProvider client={client}>
      <Capacity />
    </QueryClientProvider>,
  );
  const words = (queue: string): string[] =>
    [...document.querySelectorAll(`[data-queue=${queue}] td`)].map(
      (cell) => cell.textContent ?? '',
    );
  expect(words('default')).toEqual(['default', '1', '4', '1', '0', '–']);
  expect(words('night').slice(0, 5)).toEqual(['night', 'no worker serves it', '0', '0', '3']);
  expect(words('night')[5]).toMatch(/^1h (29|30)m$/);
  expect(screen.queryByText('old')).toBeNull();
});
