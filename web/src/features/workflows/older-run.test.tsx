// SPDX-License-Identifier: Apache-2.0
// A run in the address that is older than those in the list.
import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { RunStrip } from '@/features/workflows/run-strip';
import { GanttTab } from '@/features/workflows/views/gantt-tab';
import { start_i18n } from '@/i18n';
import { make_query_client } from '@/queries/client';

const run = (dag_run_id: string, state: string): object => ({
  dag_id: 'd',
  dag_run_id,
  state,
  start_date: '2026-01-01T00:00:00Z',
  end_date: '2026-01-01T00:00:09Z',
});

const ANSWERS: Record<string, unknown> = {
  '/api/v2/dags/d/dagRuns': { items: [run('new', 'success')], total_entries: 101 },
  '/api/v2/dags/d/dagRuns/old': run('old', 'failed'),
  '/api/v2/dags/d/dagRuns/old/taskInstances': { items: [], total_entries: 0 },
  '/api/v2/dags/d/graph': { dag_id: 'd', version: 1, params: {}, nodes: [], groups: [], edges: [] },
};

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
    const answer = ANSWERS[new URL(url, 'http://x').pathname];
    const status = answer ? 200 : 404;
    return new Response(JSON.stringify(answer ?? { error: { message: 'no', code: 'not_found' } }), {
      status,
    });
  });
});
afterEach(() => document.body.replaceChildren());

it('is named and told in the strip above the views', async () => {
  render(
    <QueryClientProvider client={make_query_client()}>
      <RunStrip dag_id="d" run_id="old" />
    </QueryClientProvider>,
  );
  expect(await screen.findByText('Failed')).toBeTruthy();
  expect(screen.getByLabelText<HTMLSelectElement>('Run').value).toBe('old');
});

it('has its Gantt', async () => {
  render(
    <QueryClientProvider client={make_query_client()}>
      <GanttTab dag_id="d" run_id="old" />
    </QueryClientProvider>,
  );
  expect(await screen.findByText('No task of this run has begun')).toBeTruthy();
});

it('that is not there is said so', async () => {
  render(
    <QueryClientProvider client={make_query_client()}>
      <GanttTab dag_id="d" run_id="gone" />
    </QueryClientProvider>,
  );
  expect((await screen.findAllByRole('alert')).length).toBeGreaterThan(0);
});
