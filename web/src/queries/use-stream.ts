// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { open_stream } from '@/api/stream';
import { patch_cache } from '@/queries/stream-patch';

/** Lost for less than this is not worth a banner. */
const GRACE_MS = 2000;

export interface StreamState {
  /** When the page last heard from the server, while the stream is lost; null = all is well. */
  lost_since: number | null;
}

/** Opens the one event stream of the page; use it once, at the root. */
export function useStream(): StreamState {
  const client = useQueryClient();
  const [lost_since, set_lost_since] = useState<number | null>(null);
  useEffect(() => {
    let timer = 0;
    let lost_at = 0;
    const close = open_stream({
      on_event: (event) => patch_cache(client, event),
      on_open: () => {
        window.clearTimeout(timer);
        lost_at = 0;
        set_lost_since(null);
        // What was read before the stream was open may have changed in between.
        void client.invalidateQueries({ refetchType: 'active' });
      },
      on_lost: () => {
        if (lost_at) return;
        lost_at = Date.now();
        timer = window.setTimeout(() => set_lost_since(lost_at), GRACE_MS);
      },
    });
    return () => {
      window.clearTimeout(timer);
      close();
    };
  }, [client]);
  return { lost_since };
}
