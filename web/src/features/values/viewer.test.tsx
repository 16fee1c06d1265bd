// SPDX-License-Identifier: Apache-2.0
// The pages of variables and connections, as somebody who may only look sees them.
import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Role } from '@/api/types.gen';
import { ConnectionsPage } from '@/features/values/connections-page';
import { VariablesPage } from '@/features/values/variables-page';
import { start_i18n } from '@/i18n';
import { make_query_client } from '@/queries/client';
import { keys } from '@/queries/keys';

const about = { description: 'of the site', updated_at: '2026-01-01T00:00:00Z', updated_by: 'kim' };
const ANSWERS: Record<string, object[]> = {
  '/api/v2/projects': [{ name: 'default', description: '', dag_count: 1, role: null }],
  '/api/v2/variables': [
    { project: 'default', key: 'place', value: 'Seoul', is_secret: false, ...about },
  ],
  '/api/v2/connections': [
    {
      project: 'default',
      conn_id: 'lake',
      conn_type: 'http',
      host: 'lake.example',
      has_password: true,
      ...about,
    },
  ],
};

beforeAll(() => {
  start_i18n();
  vi.stubGlobal('fetch', async (url: string) => {
    const items = ANSWERS[new URL(url, 'http://x').pathname] ?? [];
    return new Response(JSON.stringify({ items, total_entries: items.length }));
  });
});
afterEach(cleanup);

function show(Shown: typeof VariablesPage, role: Role): void {
  const client = make_query_client();
  client.setQueryData(keys.session, { username: 'lee', role, csrf_token: '', projects: [] });
  render(
    <QueryClientProvider client={client}>
      <Shown />
    </QueryClientProvider>,
  );
}

describe.each([
  ['variables', VariablesPage, 'place'],
  ['connections', ConnectionsPage, 'lake'],
] as const)('the page of %s', (_, Shown, name) => {
  it('has no button that changes anything for a viewer', async () => {
    show(Shown, 'viewer');
    expect(await screen.findByText(name)).toBeTruthy();
    expect(screen.queryAllByRole('button')).toEqual([]);
  });
  it('has them for an operator', async () => {
    show(Shown, 'operator');
    expect(await screen.findByText(name)).toBeTruthy();
    await waitFor(() => expect(screen.getAllByRole('button').length).toBe(3));
  });
});
