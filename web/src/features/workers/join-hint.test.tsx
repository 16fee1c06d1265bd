// SPDX-License-Identifier: Apache-2.0
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Role, WorkerAddress } from '@/api/types.gen';
import { JoinHint } from '@/features/workers/join-hint';
import { start_i18n } from '@/i18n';
import { keys } from '@/queries/keys';

const SEPARATE = { url: 'https://flow.local:8081', is_separate: true, is_local: false };

beforeAll(() => start_i18n());

function show(role: Role, address: WorkerAddress): string {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(keys.session, { username: 'ann', role, projects: [] });
  client.setQueryData(keys.worker_address, address);
  return (
    render(
      <QueryClientProvider client={client}>
        <JoinHint />
      </QueryClientProvider>,
    ).container.textContent ?? ''
  );
}

describe('how another machine joins', () => {
  it('names the address that is for workers, to those who may make tokens', () => {
    const text = show('admin', SEPARATE);
    expect(text).toContain('aiflow worker --server https://flow.local:8081 --token-file');
    expect(text).not.toContain('--workers-listen');
    expect(text).toContain('(umask 077; aiflow workers token > join.token)');
    expect(text).toContain('--id NAME');
    expect(show('operator', SEPARATE)).toBe('');
  });

  it('says so when no other machine reaches the address, and nothing while there is none', () => {
    const local = { url: 'http://127.0.0.1:8080', is_separate: false, is_local: true };
    expect(show('admin', local)).toContain('--workers-listen');
    const listener = show('admin', { ...local, is_separate: true });
    expect(listener).toContain('the one in --workers-listen is its own');
    expect(listener).not.toContain('--host');
    expect(show('admin', { url: '', is_separate: false, is_local: false })).toBe('');
  });
});
