// SPDX-License-Identifier: Apache-2.0
// The live socket of one camera: text (a FrameReport) and then the JPEG of the same frame.
// The newest pair wins: a slow page skips frames instead of falling behind.
import { useEffect, useRef, useState } from 'react';
import type { FrameReport } from '@/api/types.gen';
import { parse_frame_report } from '@/models/camera';
import { live_url } from '@/queries/use-sites';

export interface LiveFrame {
  report: FrameReport;
  picture: ImageBitmap;
}

export type LiveState = 'connecting' | 'live' | 'ended';

const RETRY_MS = 2000;

export interface Live {
  state: LiveState;
  frame: LiveFrame | null;
}

interface Pump {
  push: (report: FrameReport, jpeg: Blob) => void;
  stop: () => void;
}

/** Decodes one picture at a time and hands on the newest. */
function make_pump(show: (frame: LiveFrame) => void): Pump {
  let waiting: { report: FrameReport; jpeg: Blob } | null = null;
  let busy = false;
  let stopped = false;
  const next = async (): Promise<void> => {
    const pair = waiting;
    waiting = null;
    if (!pair || stopped) {
      busy = false;
      return;
    }
    busy = true;
    try {
      const picture = await createImageBitmap(pair.jpeg);
      if (stopped) picture.close();
      else show({ report: pair.report, picture });
    } catch {
      // A picture that does not decode is skipped; the next one comes soon.
    }
    await next();
  };
  return {
    push: (report, jpeg) => {
      waiting = { report, jpeg };
      if (!busy) void next();
    },
    stop: () => {
      stopped = true;
    },
  };
}

/** `wanted` false = the camera does not run, so that there is nothing to connect to. */
export function useLive(camera_id: string, wanted: boolean): Live {
  const [live, set_live] = useState<Live>({ state: 'connecting', frame: null });
  const shown = useRef<LiveFrame | null>(null);
  useEffect(() => {
    if (!wanted) {
      set_live((held) => ({ ...held, state: 'ended' }));
      return;
    }
    let socket: WebSocket | null = null;
    let timer = 0;
    let closed = false;
    let report: FrameReport | null = null;
    const pump = make_pump((frame) => {
      shown.current?.picture.close();
      shown.current = frame;
      set_live({ state: 'live', frame });
    });
    const connect = (): void => {
      socket = new WebSocket(live_url(camera_id));
      socket.binaryType = 'blob';
      socket.onmessage = (message: MessageEvent<string | Blob>) => {
        if (typeof message.data === 'string') report = parse_frame_report(message.data);
        else if (report) pump.push(report, message.data);
      };
      socket.onclose = () => {
        if (closed) return;
        set_live((held) => ({ ...held, state: 'connecting' }));
        timer = window.setTimeout(connect, RETRY_MS);
      };
    };
    connect();
    return () => {
      closed = true;
      window.clearTimeout(timer);
      pump.stop();
      socket?.close();
    };
  }, [camera_id, wanted]);
  return live;
}
