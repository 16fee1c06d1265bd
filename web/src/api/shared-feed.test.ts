// SPDX-License-Identifier: Apache-2.0
// All pages of a browser have one stream, and each hears what it needs to be true.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeSource, fake_sources } from '@/api/testing/fake-source';
import { SharedFeed } from '@/api/shared-feed';

const page = () => ({ postMessage: vi.fn(), close: vi.fn() });
const heard = (one: ReturnType<typeof page>): unknown[] =>
  one.postMessage.mock.calls.map(([news]) => news as unknown);
const { last } = FakeSource;

let feed: SharedFeed;

beforeEach(() => {
  fake_sources();
  feed = new SharedFeed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('opens one stream for many pages, and whoever comes later hears that it is open', () => {
  const pages = Array.from({ length: 9 }, page);
  for (const one of pages.slice(0, 5)) feed.take(one, { join: '/stream' });
  expect(FakeSource.all).toHaveLength(1);
  expect(pages.flatMap(heard)).toEqual([]);
  last().onopen?.();
  for (const one of pages.slice(5)) feed.take(one, { join: '/stream' });
  expect(FakeSource.all).toHaveLength(1);
  last().onmessage?.({ data: 'x', lastEventId: '3' });
  for (const one of pages) expect(heard(one)).toEqual(['open', { message: 'x' }]);
});

it('tells of a loss, and of the stream that goes on after the last event', () => {
  const one = page();
  feed.take(one, { join: '/stream' });
  last().onopen?.();
  last().onmessage?.({ data: 'x', lastEventId: '3' });
  last().readyState = 2;
  last().onerror?.();
  const late = page();
  vi.advanceTimersByTime(600);
  expect(last().url).toBe('/stream?last_event_id=3');
  last().readyState = 2;
  last().onerror?.();
  const tries = FakeSource.all.length;
  feed.take(late, { join: '/stream' });
  expect(heard(late)).toEqual(['lost']);
  // Who comes has it tried at once, and not twice.
  expect(FakeSource.all).toHaveLength(tries + 1);
  expect(last().url).toBe('/stream?last_event_id=3');
  vi.advanceTimersByTime(60_000);
  expect(FakeSource.all).toHaveLength(tries + 1);
  last().onopen?.();
  expect(heard(one)).toEqual(['open', { message: 'x' }, 'lost', 'lost', 'open']);
  expect(heard(late)).toEqual(['lost', 'open']);
});

it('is closed when the last page leaves, and begins anew with the next one', () => {
  const [one, other] = [page(), page()];
  feed.take(one, { join: '/stream' });
  feed.take(other, { join: '/stream' });
  last().onopen?.();
  last().onmessage?.({ data: 'x', lastEventId: '3' });
  feed.take(one, 'leave');
  expect(one.close).toHaveBeenCalled();
  expect(last().readyState).toBe(1);
  last().onmessage?.({ data: 'y', lastEventId: '4' });
  expect(heard(one)).toEqual(['open', { message: 'x' }]);
  feed.take(other, 'leave');
  expect(last().readyState).toBe(2);
  const next = page();
  feed.take(next, { join: '/stream' });
  expect(FakeSource.all).toHaveLength(2);
  expect(last().url).toBe('/stream');
  expect(heard(next)).toEqual([]);
});
