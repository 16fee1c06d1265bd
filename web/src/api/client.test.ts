// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, it, vi } from 'vitest';
import { call, call_all, route_url, set_csrf_token } from '@/api/client';
import { ApiError } from '@/api/error';

function answer(status: number, body: unknown, headers: Record<string, string> = {}): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  vi.stubGlobal(
    'fetch',
    vi.fn(async () => new Response(text, { status, headers })),
  );
}

afterEach(() => vi.unstubAllGlobals());

describe('the client', () => {
  it('escapes the parts of a path and leaves out empty query values', () => {
    const path = { dag_id: 'a/b', dag_run_id: 'manual__2026-01-01T00:00:00+00:00' };
    expect(route_url('get_dag_run', { path, query: { limit: 5, state: undefined, x: '' } })).toBe(
      '/api/v2/dags/a%2Fb/dagRuns/manual__2026-01-01T00%3A00%3A00%2B00%3A00?limit=5',
    );
    expect(() => route_url('get_dag')).toThrow('dag_id');
  });
  it('sends the CSRF token with unsafe calls only', async () => {
    set_csrf_token('token');
    answer(200, {});
    await call('list_dags');
    await call('trigger_dag_run', { path: { dag_id: 'd' }, body: { conf: {} } });
    const sent = vi.mocked(fetch).mock.calls.map(([, init]) => init?.headers as object);
    expect(sent[0]).not.toHaveProperty('X-CSRF-Token');
    expect(sent[1]).toHaveProperty('X-CSRF-Token', 'token');
  });
  it('turns an error body into an error with the request id', async () => {
    answer(409, { error: { code: 'conflict', message: 'it runs', request_id: 'r-7' } });
    const error = await call('list_dags').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 409,
      code: 'conflict',
      message: 'it runs',
      request_id: 'r-7',
    });
  });
  it('copes with an error that is no JSON, and with no answer at all', async () => {
    answer(502, '<html>bad gateway</html>', { 'X-Request-Id': 'r-8' });
    expect(await call('list_dags').catch((e: unknown) => e)).toMatchObject({
      status: 502,
      code: 'internal',
      request_id: 'r-8',
    });
    vi.stubGlobal(
      'fetch',
      vi.fn(() => Promise.reject(new TypeError('failed to fetch'))),
    );
    expect(await call('list_dags').catch((e: unknown) => e)).toMatchObject({
      status: 0,
      code: 'unavailable',
    });
  });
  it('reads a whole list page by page, by cursor where the list has one', async () => {
    const read = async (pages: object[]): Promise<[unknown[], string[]]> => {
      const fetched = vi.fn<(url: string) => Promise<Response>>();
      for (const page of pages) fetched.mockResolvedValueOnce(new Response(JSON.stringify(page)));
      vi.stubGlobal('fetch', fetched);
      const items = await call_all('list_dags');
      return [items, fetched.mock.calls.map(([url]) => url.replace(/.*limit=1000&/, ''))];
    };
    const total_entries = 3;
    expect(
      await read([
        { items: [1, 2], total_entries, next_cursor: 'b' },
        { items: [3], total_entries, next_cursor: null },
      ]),
    ).toEqual([
      [1, 2, 3],
      ['offset=0', 'cursor=b'],
    ]);
    expect(
      await read([
        { items: [1, 2], total_entries },
        { items: [3], total_entries },
      ]),
    ).toEqual([
      [1, 2, 3],
      ['offset=0', 'offset=2'],
    ]);
  });
});
