// SPDX-License-Identifier: Apache-2.0
// The shared worker that holds the event stream of all pages of one user.
import { SharedFeed, type Wish } from '@/api/shared-feed';

const feed = new SharedFeed();

self.addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (!port) return;
  port.onmessage = (message: MessageEvent<Wish>) => feed.take(port, message.data);
});
