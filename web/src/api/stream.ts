// SPDX-License-Identifier: Apache-2.0
// The one connection over which the server pushes changes. EventSource resumes by Last-Event-ID on
// its own; when it gives up (the server answered with an error) we open a new one, with the last
// id in the query, waiting longer each time.
import { route_url } from '@/api/client';
import type { StreamEvent } from '@/api/types.gen';
import { while_seen } from '@/api/while-seen';

export const STREAM_KINDS = [
  'dag',
  'dag_run',
  'task_instance',
  'import_error',
  'progress',
  'model',
  'report',
  'pack',
  'service',
  'camera',
  'scene_event',
  'worker',
] as const;

export interface StreamHandlers {
  on_event: (event: StreamEvent) => void;
  /** again = the connection was open before, so something may have been missed. */
  on_open: (again: boolean) => void;
  on_lost: () => void;
}

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 10_000;

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

/** Opens the stream and keeps it open while the page is seen, until the returned function is called. */
export function open_stream(handlers: StreamHandlers): () => void {
  let source: EventSource | null = null;
  let timer = 0;
  let retry_ms = RETRY_MS_MIN;
  let last_id = 0;
  let was_open = false;

  const on_message = (message: MessageEvent): void => {
    const event = parse_stream_event(message.data);
    if (!event) return;
    if (event.id > last_id) last_id = event.id;
    handlers.on_event(event);
  };
  const connect = (): void => {
    source = new EventSource(
      route_url('stream', { query: { last_event_id: last_id || undefined } }),
    );
    // The server may name its events by kind or leave them unnamed: both arrive here.
    source.onmessage = on_message;
    for (const kind of STREAM_KINDS) source.addEventListener(kind, on_message);
    source.onopen = () => {
      retry_ms = RETRY_MS_MIN;
      handlers.on_open(was_open);
      was_open = true;
    };
    source.onerror = () => {
      handlers.on_lost();
      if (source?.readyState !== EventSource.CLOSED) return;
      timer = window.setTimeout(connect, retry_ms);
      retry_ms = Math.min(retry_ms * 2, RETRY_MS_MAX);
    };
  };
  return while_seen({
    open: () => {
      retry_ms = RETRY_MS_MIN;
      connect();
    },
    close: () => {
      window.clearTimeout(timer);
      source?.close();
    },
  });
}
