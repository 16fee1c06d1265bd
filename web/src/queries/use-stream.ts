// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { open_stream } from '@/api/stream';
import type { StreamEvent } from '@/api/types.gen';
import { keys } from '@/queries/keys';
import { follow_answers } from '@/queries/late-answers';

/** Lost for less than this is not worth a banner. */
const GRACE_MS = 2000;

/** Changes are gathered this long, so that a burst of them is drawn once. */
const GATHER_MS = 50;

export interface StreamState {
  /** When the page last heard from the server, while the stream is lost; null = all is well. */
  lost_since: number | null;
}

/** Follows the event stream for the page of this user; use it once, at the root. */
export function useStream(username: string): StreamState {
  const client = useQueryClient();
  const [lost_since, set_lost_since] = useState<number | null>(null);
  useEffect(() => {
    let timer = 0;
    let lost_at = 0;
    let gathered: StreamEvent[] = [];
    let gather_timer = 0;
    const answers = follow_answers(client);
    const show = (): void => {
      const events = gathered;
      gathered = [];
      gather_timer = 0;
      answers.push(events);
    };
    const close = open_stream(username, {
      on_event: (event) => {
        gathered.push(event);
        gather_timer = gather_timer || window.setTimeout(show, GATHER_MS);
      },
      on_open: () => {
        window.clearTimeout(timer);
        lost_at = 0;
        set_lost_since(null);
        // What was read before the stream was open may have changed in between.
        answers.missed_some();
      },
      on_lost: () => {
        // A stream does not tell why it ended: the session may be over.
        void client.refetchQueries({ queryKey: keys.session, exact: true });
        if (lost_at) return;
        lost_at = Date.now();
        timer = window.setTimeout(() => set_lost_since(lost_at), GRACE_MS);
      },
    });
    return () => {
      window.clearTimeout(timer);
      window.clearTimeout(gather_timer);
      close();
      answers.stop();
    };
  }, [client, username]);
  return { lost_since };
}
