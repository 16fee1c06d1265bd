// SPDX-License-Identifier: Apache-2.0
// The server's own log: the newest lines that fit, older ones when asked for, new ones as they come.
import { useCallback, useEffect, useRef, useState } from 'react';
import { call, route_url } from '@/api/client';
import type { ServerLogPage } from '@/api/types.gen';
import { while_seen } from '@/api/while-seen';
import { type HeldLog, held_of, with_newer, with_older } from '@/models/server-log';

const RETRY_MS = 1000;
const PAGE_LINES = 300;

export interface ServerLogFilter {
  level: string;
  text: string;
}

export interface ServerLogView {
  held: HeldLog | null;
  error: Error | null;
  lost: boolean;
  busy: boolean;
  older: () => void;
  reload: () => void;
}

function read(filter: ServerLogFilter, before?: number): Promise<ServerLogPage> {
  return call<ServerLogPage>('list_server_log', {
    query: { ...filter, before, limit: PAGE_LINES },
  });
}

/** Until the returned function is called; connects again by itself, where it was. */
function follow(
  filter: ServerLogFilter,
  after: () => number,
  on_page: (page: ServerLogPage) => void,
  on_lost: (lost: boolean) => void,
): () => void {
  let events: EventSource | null = null;
  let timer = 0;
  const connect = (): void => {
    const query = { ...filter, after: after() };
    events = new EventSource(route_url('stream_server_log', { query }));
    events.onopen = () => on_lost(false);
    events.onmessage = (message: MessageEvent<string>) =>
      on_page(JSON.parse(message.data) as ServerLogPage);
    events.onerror = () => {
      events?.close();
      on_lost(true);
      timer = window.setTimeout(connect, RETRY_MS);
    };
  };
  return while_seen({
    open: connect,
    close: () => {
      events?.close();
      window.clearTimeout(timer);
    },
  });
}

export function useServerLog(filter: ServerLogFilter, is_following: boolean): ServerLogView {
  const { level, text } = filter;
  const [held, set_held] = useState<HeldLog | null>(null);
  const [error, set_error] = useState<Error | null>(null);
  const [lost, set_lost] = useState(false);
  const [busy, set_busy] = useState(false);
  const [round, set_round] = useState(0);
  const latest = useRef(0);
  latest.current = held?.after ?? 0;
  useEffect(() => {
    let is_over = false;
    read({ level, text })
      .then((page) => {
        if (is_over) return;
        set_held(held_of(page));
        set_error(null);
      })
      .catch((cause: unknown) => is_over || set_error(cause as Error));
    return () => {
      is_over = true;
      set_held(null);
    };
  }, [level, text, round]);
  const is_there = held !== null;
  useEffect(() => {
    if (!is_there || !is_following) return undefined;
    const stop = follow(
      { level, text },
      () => latest.current,
      (page) => set_held((now) => now && with_newer(now, page)),
      set_lost,
    );
    return () => {
      stop();
      set_lost(false);
    };
  }, [level, text, is_there, is_following]);
  const before = held?.before ?? undefined;
  const older = useCallback(() => {
    set_busy(true);
    read({ level, text }, before)
      .then((page) => set_held((now) => now && with_older(now, page)))
      .catch((cause: unknown) => set_error(cause as Error))
      .finally(() => set_busy(false));
  }, [level, text, before]);
  const reload = useCallback(() => set_round((n) => n + 1), []);
  return { held, error, lost, busy, older, reload };
}
