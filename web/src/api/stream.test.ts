// SPDX-License-Identifier: Apache-2.0
// The stream holds one of the few connections of a browser only while its page is seen.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeSource, fake_sources } from '@/api/testing/fake-source';
import { open_stream } from '@/api/stream';
import { HIDDEN_MS } from '@/api/while-seen';

const handlers = { on_event: vi.fn(), on_open: vi.fn(), on_lost: vi.fn() };
let stop: () => void;

function set_hidden(hidden: boolean): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(hidden ? 'hidden' : 'visible');
  document.dispatchEvent(new Event('visibilitychange'));
}
const { last } = FakeSource;

beforeEach(() => {
  vi.clearAllMocks();
  fake_sources();
  stop = open_stream('ann', handlers);
  last().onopen?.();
  last().onmessage?.({ data: '{"id": 7, "kind": "dag", "data": {}}', lastEventId: '7' });
});
afterEach(() => {
  stop();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('a page that is left and kept by the browser', () => {
  it('holds no connection, and goes on where it was when it comes back', () => {
    window.dispatchEvent(new Event('pagehide'));
    expect(FakeSource.open()).toHaveLength(0);
    window.dispatchEvent(new Event('pageshow'));
    expect(FakeSource.open()).toHaveLength(1);
    expect(last().url).toContain('last_event_id=7');
    last().onopen?.();
    expect(handlers.on_open).toHaveBeenCalledTimes(2);
    expect(handlers.on_lost).not.toHaveBeenCalled();
  });
  it('does not try again what it had lost', () => {
    last().readyState = 2;
    last().onerror?.();
    window.dispatchEvent(new Event('pagehide'));
    vi.advanceTimersByTime(60_000);
    expect(FakeSource.all).toHaveLength(1);
  });
  it('does not connect twice when it is shown for the first time', () => {
    window.dispatchEvent(new Event('pageshow'));
    expect(FakeSource.all).toHaveLength(1);
  });
});

describe('a page in a tab that is not seen', () => {
  it('gives its connection back after a while, which is no loss, and takes it up at once', () => {
    set_hidden(true);
    vi.advanceTimersByTime(HIDDEN_MS - 1);
    expect(FakeSource.open()).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(FakeSource.open()).toHaveLength(0);
    expect(handlers.on_lost).not.toHaveBeenCalled();
    set_hidden(false);
    expect(FakeSource.open()).toHaveLength(1);
    expect(last().url).toContain('last_event_id=7');
  });
  it('keeps it when it is hidden for a moment only', () => {
    set_hidden(true);
    vi.advanceTimersByTime(HIDDEN_MS / 2);
    set_hidden(false);
    vi.advanceTimersByTime(HIDDEN_MS * 2);
    expect(FakeSource.all).toHaveLength(1);
    expect(FakeSource.open()).toHaveLength(1);
  });
  it('gives it back too when it was opened out of sight', () => {
    stop();
    FakeSource.all = [];
    set_hidden(true);
    stop = open_stream('ann', handlers);
    expect(FakeSource.open()).toHaveLength(1);
    vi.advanceTimersByTime(HIDDEN_MS);
    expect(FakeSource.open()).toHaveLength(0);
  });
});

describe('a page that shares the stream', () => {
  class FakeWorker {
    static last: FakeWorker;
    onerror?: () => void;
    readonly port = {
      onmessage: null as ((news: { data: unknown }) => void) | null,
      postMessage: vi.fn(),
    };
    constructor() {
      FakeWorker.last = this;
    }
  }
  beforeEach(() => {
    stop();
    FakeSource.all = [];
    vi.clearAllMocks();
    vi.stubGlobal('SharedWorker', FakeWorker);
    stop = open_stream('ann', handlers);
  });
  afterEach(() => vi.unstubAllGlobals());
  const hear = (data: unknown): void => FakeWorker.last.port.onmessage?.({ data });

  it('has no connection of its own, and hears what the worker says', () => {
    hear('open');
    hear({ message: '{"id": 7, "kind": "dag", "data": {}}' });
    hear('lost');
    expect(FakeSource.all).toHaveLength(0);
    expect(handlers.on_open).toHaveBeenCalledTimes(1);
    expect(handlers.on_event).toHaveBeenCalledWith(expect.objectContaining({ id: 7, kind: 'dag' }));
    expect(handlers.on_lost).toHaveBeenCalledTimes(1);
    window.dispatchEvent(new Event('pagehide'));
    expect(FakeWorker.last.port.postMessage).toHaveBeenLastCalledWith('leave');
  });
  it('has one of its own where the worker does not come, until it leaves', () => {
    FakeWorker.last.onerror?.();
    FakeWorker.last.onerror?.();
    expect(FakeSource.open()).toHaveLength(1);
    last().onopen?.();
    expect(handlers.on_open).toHaveBeenCalledTimes(1);
    window.dispatchEvent(new Event('pagehide'));
    expect(FakeSource.open()).toHaveLength(0);
  });
});

it('is not opened again by a page that has ended it', () => {
  stop();
  window.dispatchEvent(new Event('pageshow'));
  set_hidden(false);
  expect(FakeSource.open()).toHaveLength(0);
});
