// SPDX-License-Identifier: Apache-2.0
// One connection to the server's event stream. EventSource resumes by Last-Event-ID on its own; when
// it gives up (the server answered with an error) a new one is opened, with the last id in the query,
// waiting longer each time.

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

export interface FeedHandlers {
  /** A message of the server, as it came; it is not checked here. */
  on_message: (data: unknown) => void;
  on_open: () => void;
  on_lost: () => void;
}

export interface Feed {
  /** The newest event that came, 0 = none: where a later feed can go on. */
  last_id: () => number;
  close: () => void;
}

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 10_000;

/** address - of the stream, without a query; after - the last event that is known, 0 = none. */
export function open_feed(address: string, after: number, handlers: FeedHandlers): Feed {
  let source: EventSource;
  let timer = 0;
  let retry_ms = RETRY_MS_MIN;
  let last_id = after;

  const on_message = (message: MessageEvent): void => {
    // The stream gives an id to all that can be asked for again.
    last_id = Math.max(last_id, Number(message.lastEventId) || 0);
    handlers.on_message(message.data);
  };
  const connect = (): void => {
    source = new EventSource(last_id ? `${address}?last_event_id=${last_id}` : address);
    // The server may name its events by kind or leave them unnamed: both arrive here.
    source.onmessage = on_message;
    for (const kind of STREAM_KINDS) source.addEventListener(kind, on_message);
    source.onopen = () => {
      retry_ms = RETRY_MS_MIN;
      handlers.on_open();
    };
    source.onerror = () => {
      handlers.on_lost();
      if (source.readyState !== EventSource.CLOSED) return;
      timer = self.setTimeout(connect, retry_ms);
      retry_ms = Math.min(retry_ms * 2, RETRY_MS_MAX);
    };
  };
  connect();
  return {
    last_id: () => last_id,
    close: () => {
      self.clearTimeout(timer);
      source.close();
    },
  };
}
