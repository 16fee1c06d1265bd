// SPDX-License-Identifier: Apache-2.0
// A try's log as it grows. The text is kept outside React: a log may be large and grow fast, so a
// render is asked for at most once per animation frame.
import { useEffect, useReducer, useRef } from 'react';
import { route_url } from '@/api/client';
import { type LogLine, LogLines } from '@/models/ansi';
import { as_fields, as_number, as_text } from '@/models/unknown';
import { type TaskRef, instance_at } from '@/queries/use-tasks';

export interface LogView {
  lines: readonly LogLine[];
  /** Bytes read so far. */
  bytes: number;
  /** The attempt has ended and this is all. */
  complete: boolean;
  /** The server kept only a part of it. */
  truncated: boolean;
  lost: boolean;
}

interface Held {
  log: LogLines;
  bytes: number;
  complete: boolean;
  truncated: boolean;
  lost: boolean;
}

const fresh = (): Held => ({
  log: new LogLines(),
  bytes: 0,
  complete: false,
  truncated: false,
  lost: false,
});

/** Adds a message to what is held; a chunk that was already read (after a reconnect) is skipped. */
function take(held: Held, data: unknown): void {
  const chunk = as_fields(typeof data === 'string' ? JSON.parse(data) : data);
  const end = as_number(chunk.next_offset) ?? 0;
  const text = as_text(chunk.content);
  if (text && end > held.bytes) held.log.append(text);
  held.bytes = Math.max(held.bytes, end);
  held.truncated = held.truncated || chunk.truncated === true;
  held.complete = chunk.complete === true;
}

export function useLog(ref: TaskRef, try_number: number): LogView {
  const held = useRef<Held>(fresh());
  const [, render] = useReducer((n: number) => n + 1, 0);
  const { dag_id, dag_run_id, task_id, map_index } = ref;
  useEffect(() => {
    const mine = fresh();
    held.current = mine;
    let frame = 0;
    const show = (): void => {
      frame = frame || requestAnimationFrame(() => ((frame = 0), render()));
    };
    if (try_number < 1) return show();
    let source: EventSource | null = null;
    let timer = 0;
    const connect = (): void => {
      const at = instance_at({ dag_id, dag_run_id, task_id, map_index });
      source = new EventSource(
        route_url('stream_log', {
          path: { ...at.path, try_number },
          query: { ...at.query, offset: mine.bytes },
        }),
      );
      const on_chunk = (message: MessageEvent): void => {
        mine.lost = false;
        take(mine, message.data);
        if (mine.complete) source?.close();
        show();
      };
      source.onmessage = on_chunk;
      for (const name of ['chunk', 'log', 'end']) source.addEventListener(name, on_chunk);
      // Opened anew at our own offset, since a resumed stream would start where this one began.
      source.onerror = () => {
        source?.close();
        mine.lost = !mine.complete;
        show();
        if (mine.lost) timer = window.setTimeout(connect, 1000);
      };
    };
    connect();
    show();
    return () => {
      source?.close();
      window.clearTimeout(timer);
      cancelAnimationFrame(frame);
    };
  }, [dag_id, dag_run_id, task_id, try_number, map_index]);
  const { log, bytes, complete, truncated, lost } = held.current;
  return { lines: log.lines, bytes, complete, truncated, lost };
}
