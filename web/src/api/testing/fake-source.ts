// SPDX-License-Identifier: Apache-2.0
// For tests: an EventSource that does what the test says.
import { vi } from 'vitest';

export class FakeSource {
  static readonly CLOSED = 2;
  static all: FakeSource[] = [];
  static open = (): FakeSource[] => FakeSource.all.filter((one) => one.readyState !== 2);
  static last = (): FakeSource => FakeSource.all.at(-1) as FakeSource;
  readyState = 1;
  onopen?: () => void;
  onerror?: () => void;
  onmessage?: (message: { data: string; lastEventId: string }) => void;
  constructor(readonly url: string) {
    FakeSource.all.push(this);
  }
  addEventListener(): void {}
  close(): void {
    this.readyState = 2;
  }
}

/** Puts it in the place of the browser's own, on a clock that the test moves; each test begins without one. */
export function fake_sources(): void {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', FakeSource);
  FakeSource.all = [];
}
