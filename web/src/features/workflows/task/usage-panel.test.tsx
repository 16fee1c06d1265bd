// SPDX-License-Identifier: Apache-2.0
// What a try has used is told in words, and why there is nothing of another one; samples of the
// stream are added to what is open.
import { QueryClientProvider } from '@tanstack/react-query';
import { act, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { UsagePanel } from '@/features/workflows/task/usage-panel';
import { start_i18n } from '@/i18n';
import { make_query_client } from '@/queries/client';
import { patch_cache } from '@/queries/stream-patch';

const one_try = (try_number: number, more: object): object => ({
  try_number,
  state: 'success',
  cause: '',
  hostname: 'w',
  start_date: '2026-01-01T00:00:00Z',
  end_date: '2026-01-01T00:00:09Z',
  ...more,
});
const TRIES = [
  one_try(1, { usage_note: 'pod' }),
  one_try(2, {
    cpu_user_ms: 900,
    cpu_system_ms: 100,
    memory_peak_bytes: 9e6,
    memory_mean_bytes: 4e6,
  }),
  one_try(3, { state: 'running', end_date: null }),
];
const SAMPLES = [[], [{ ms: 2000, cpu_ms: 1000, memory_bytes: 8e6 }], []];
const BASE = '/api/v2/dags/d/dagRuns/r/taskInstances/t/tries';
const TASK = { dag_id: 'd', dag_run_id: 'r', task_id: 't', map_index: -1 };

beforeAll(() => {
  start_i18n();
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe(): void {}
      disconnect(): void {}
    },
  );
  vi.stubGlobal('fetch', async (url: string) => {
    const path = new URL(url, 'http://x').pathname;
    const number = Number(path.slice(BASE.length + 1));
    const body = number
      ? { ...TRIES[number - 1], samples: SAMPLES[number - 1] }
      : { items: TRIES, total_entries: TRIES.length };
    return new Response(JSON.stringify(body));
  });
});
afterEach(() => document.body.replaceChildren());

function show(try_number: number): ReturnType<typeof make_query_client> {
  const client = make_query_client();
  render(
    <QueryClientProvider client={client}>
      <UsagePanel task={TASK} try_number={try_number} />
    </QueryClientProvider>,
  );
  return client;
}

it('says peak and mean in words', async () => {
  show(2);
  expect(await screen.findByText('Processors: 0.5 at most, 0.5 on average')).toBeTruthy();
  expect(screen.getByText('Memory: 9.0 MB at most, 4.0 MB on average')).toBeTruthy();
});

it('says that a pod is not measured', async () => {
  show(1);
  expect(await screen.findByText('Not measured: it ran in a pod of a cluster.')).toBeTruthy();
});

it('grows with the stream', async () => {
  const client = show(3);
  expect(await screen.findByText(/Nothing measured yet/)).toBeTruthy();
  const sample = { ms: 1000, cpu_ms: 250, memory_bytes: 5e6 };
  act(() =>
    patch_cache(client, [
      {
        id: 0,
        kind: 'usage',
        at: '2026-01-01T00:00:01Z',
        data: { ...TASK, try_number: 3, sample },
      },
    ]),
  );
  expect(await screen.findByText('Memory: 5.0 MB at most, 5.0 MB on average')).toBeTruthy();
});
