// SPDX-License-Identifier: Apache-2.0
// A try's log: its end as it grows, or any other part of it. The text is kept outside React: a log
// may be large and grow fast, so a render is asked for at most once per animation frame.
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { call, route_url } from '@/api/client';
import type { LogChunk } from '@/api/types.gen';
import { while_seen } from '@/api/while-seen';
import { type LinePlace, LogPart, PART_BYTES } from '@/models/log/part';
import { as_fields, as_number, as_text } from '@/models/unknown';
import { type TaskRef, instance_at } from '@/queries/use-tasks';

/** A log up to this size is held as a whole. */
const WHOLE_BYTES = 2 * PART_BYTES;
const RETRY_MS = 1000;

/** Where to look: at its end as it grows, or from a place on. */
export type LogPlace = 'end' | Pick<LinePlace, 'offset' | 'at_line'>;

export interface LogView {
  part: LogPart;
  /** Grows with each change of what is held. */
  version: number;
  place: LogPlace;
  lost: boolean;
  error: Error | null;
  go: (place: LogPlace) => void;
  /** A piece of the log, from any offset. */
  read: (offset: number, signal?: AbortSignal) => Promise<LogChunk>;
}

interface Source {
  read: (offset: number) => Promise<LogChunk>;
  stream_url: (offset: number) => string;
  on_change: (part: LogPart, lost: boolean, error: Error | null) => void;
}

function chunk_of(text: string): LogChunk {
  const fields = as_fields(JSON.parse(text));
  return {
    content: as_text(fields.content),
    next_offset: as_number(fields.next_offset) ?? 0,
    size: as_number(fields.size) ?? 0,
    complete: fields.complete === true,
    truncated: fields.truncated === true,
  };
}

/** Follows the end until the returned function is called; opened anew at our own offset, since a
 *  resumed stream would start where this one began. */
function follow(part: LogPart, source: Source): () => void {
  let events: EventSource | null = null;
  let timer = 0;
  const connect = (): void => {
    events = new EventSource(source.stream_url(part.end));
    events.onmessage = (message: MessageEvent<string>) => {
      part.take(chunk_of(message.data));
      part.trim();
      if (part.complete) events?.close();
      source.on_change(part, false, null);
    };
    events.onerror = () => {
      events?.close();
      if (part.complete) return;
      source.on_change(part, true, null);
      timer = window.setTimeout(connect, RETRY_MS);
    };
  };
  return while_seen({
    open: () => {
      if (!part.complete) connect();
    },
    close: () => {
      events?.close();
      window.clearTimeout(timer);
    },
  });
}

/** Reads a place of the log; the end is followed as it grows. */
function open_log(place: LogPlace, source: Source): () => void {
  let stop = (): void => {};
  let is_over = false;
  const fill = async (): Promise<void> => {
    if (place === 'end') {
      const { size } = await source.read(0);
      if (is_over) return;
      const part = size <= WHOLE_BYTES ? new LogPart() : new LogPart(size - PART_BYTES, false);
      stop = follow(part, source);
      return;
    }
    const part = new LogPart(place.offset, place.at_line || place.offset === 0);
    while (!is_over && part.end - part.start < PART_BYTES) {
      const chunk = await source.read(part.end);
      if (is_over) return;
      const before = part.end;
      part.take(chunk);
      source.on_change(part, false, null);
      if (part.end === before || part.end >= part.size) return;
    }
  };
  fill().catch((error: unknown) => {
    if (!is_over) source.on_change(new LogPart(), false, error as Error);
  });
  return () => {
    is_over = true;
    stop();
  };
}

export function useLog(ref: TaskRef, try_number: number): LogView {
  const { dag_id, dag_run_id, task_id, map_index } = ref;
  const [place, go] = useState<LogPlace>('end');
  const [version, render] = useReducer((n: number) => n + 1, 0);
  const held = useRef({ part: new LogPart(), lost: false, error: null as Error | null });
  const read = useCallback(
    (offset: number, signal?: AbortSignal) => {
      const at = instance_at({ dag_id, dag_run_id, task_id, map_index });
      const path = { ...at.path, try_number };
      const query = { ...at.query, offset };
      return call<LogChunk>('get_log', { path, query, ...(signal ? { signal } : {}) });
    },
    [dag_id, dag_run_id, task_id, try_number, map_index],
  );
  useEffect(() => {
    let frame = 0;
    const at = instance_at({ dag_id, dag_run_id, task_id, map_index });
    const close = open_log(place, {
      read,
      stream_url: (offset) =>
        route_url('stream_log', {
          path: { ...at.path, try_number },
          query: { ...at.query, offset },
        }),
      on_change: (part, lost, error) => {
        held.current = { part, lost, error };
        frame = frame || requestAnimationFrame(() => ((frame = 0), render()));
      },
    });
    return () => {
      close();
      cancelAnimationFrame(frame);
    };
  }, [dag_id, dag_run_id, task_id, try_number, map_index, place, read]);
  return { ...held.current, version, place, go, read };
}
