// SPDX-License-Identifier: Apache-2.0
// Logs are followed only while their page is seen, and go on where they were.
import { renderHook, waitFor } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { useLog } from '@/queries/use-log';
import { useServerLog } from '@/queries/use-server-log';

const sources: { url: string; open: boolean; onmessage?: (m: { data: string }) => void }[] = [];
const urls_open = (): string[] => sources.filter((one) => one.open).map((one) => one.url);
const TASK = { dag_id: 'd', dag_run_id: 'r', task_id: 't', map_index: -1 };
const FILTER = { level: '', text: '' };

beforeEach(() => {
  sources.length = 0;
  vi.stubGlobal(
    'EventSource',
    class {
      open = true;
      constructor(readonly url: string) {
        sources.push(this);
      }
      close(): void {
        this.open = false;
      }
    },
  );
  const log = { content: '', next_offset: 0, size: 3, complete: false, truncated: false };
  const server_log = { items: [], after_cursor: 41, missed: false };
  vi.stubGlobal('fetch', async (url: string) => {
    return new Response(JSON.stringify(url.includes('/logs/1') ? log : server_log));
  });
});

it.each([
  ['the log of a try', () => useLog(TASK, 1), 'offset=0'],
  ['the log of the server', () => useServerLog(FILTER, true), 'after=41'],
])('%s', async (_, use, place) => {
  const { unmount } = renderHook<unknown, unknown>(use);
  await waitFor(() => expect(urls_open()).toHaveLength(1));
  window.dispatchEvent(new Event('pagehide'));
  expect(urls_open()).toEqual([]);
  window.dispatchEvent(new Event('pageshow'));
  expect(urls_open()).toHaveLength(1);
  expect(urls_open()[0]).toContain(place);
  unmount();
  expect(urls_open()).toEqual([]);
});

it('one that has ended is not asked for again', async () => {
  const { unmount } = renderHook(() => useLog(TASK, 1));
  await waitFor(() => expect(urls_open()).toHaveLength(1));
  const all = { content: 'abc', next_offset: 3, size: 3, complete: true, truncated: false };
  sources[0]?.onmessage?.({ data: JSON.stringify(all) });
  window.dispatchEvent(new Event('pagehide'));
  window.dispatchEvent(new Event('pageshow'));
  expect(sources).toHaveLength(1);
  unmount();
});
