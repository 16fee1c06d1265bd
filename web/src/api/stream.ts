// SPDX-License-Identifier: Apache-2.0
// The one connection over which the server pushes changes, shared by all pages where the browser can.
import { route_url } from '@/api/client';
import { type FeedHandlers, open_feed } from '@/api/feed';
import type { News, Wish } from '@/api/shared-feed';
import type { StreamEvent } from '@/api/types.gen';
import { while_seen } from '@/api/while-seen';

export interface StreamHandlers {
  on_event: (event: StreamEvent) => void;
  /** Also when it is open again: something may have been missed. */
  on_open: () => void;
  on_lost: () => void;
}

/** Parses one message of the stream; null when it is none of ours. */
export function parse_stream_event(data: unknown): StreamEvent | null {
  if (typeof data !== 'string' || !data.startsWith('{')) return null;
  try {
    const value = JSON.parse(data) as Partial<StreamEvent>;
    if (typeof value.kind !== 'string' || value.data === undefined) return null;
    return { id: value.id ?? 0, kind: value.kind, at: value.at ?? '', data: value.data };
  } catch {
    return null;
  }
}

type Connect = (handlers: FeedHandlers) => () => void;

/**
 * Joins the stream that the pages of `username` have in common; by `alone` where the script of the worker
 * does not come, as on a page that was open while the server was upgraded.
 */
function join_shared(username: string, alone: Connect, handlers: FeedHandlers): () => void {
  const worker = new SharedWorker(new URL('./stream-worker.ts', import.meta.url), {
    type: 'module',
    name: `aiflow events of ${username}`,
  });
  const { port } = worker;
  port.onmessage = ({ data }: MessageEvent<News>) => {
    if (data === 'open') handlers.on_open();
    else if (data === 'lost') handlers.on_lost();
    else handlers.on_message(data.message);
  };
  let close_own: (() => void) | null = null;
  worker.onerror = () => {
    close_own ??= alone(handlers);
  };
  port.postMessage({ join: route_url('stream') } satisfies Wish);
  return () => {
    worker.onerror = null;
    port.onmessage = null;
    port.postMessage('leave' satisfies Wish);
    close_own?.();
  };
}

/** A stream of this page alone, which goes on after the last event that it has seen. */
function own_stream(): Connect {
  let last_id = 0;
  return (handlers) => {
    const feed = open_feed(route_url('stream'), last_id, handlers);
    return () => {
      last_id = feed.last_id();
      feed.close();
    };
  };
}

/**
 * Follows the stream while the page is seen, until the returned function is called. username - whose
 * session it is: pages of one user share a stream, where the browser has shared workers.
 */
export function open_stream(username: string, handlers: StreamHandlers): () => void {
  const alone = own_stream();
  const connect: Connect =
    typeof SharedWorker === 'undefined' ? alone : (to) => join_shared(username, alone, to);
  let close = (): void => undefined;
  return while_seen({
    open: () => {
      close = connect({
        on_message: (data) => {
          const event = parse_stream_event(data);
          if (event) handlers.on_event(event);
        },
        on_open: handlers.on_open,
        on_lost: handlers.on_lost,
      });
    },
    close: () => close(),
  });
}
