// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react';
import type { LogView } from '@/queries/use-log';

export interface LogDownload {
  /** Per cent that has come; null = nothing is being downloaded. */
  share: number | null;
  start: () => void;
}

function save(parts: Blob[], name: string): void {
  const url = URL.createObjectURL(new Blob(parts, { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** The whole log as a file. The browser may keep the pieces on its disk: they are blobs. */
export function useLogDownload(log: LogView, name: string): LogDownload {
  const [share, set_share] = useState<number | null>(null);
  const abort = useRef(new AbortController());
  useEffect(() => {
    abort.current = new AbortController();
    return () => abort.current.abort();
  }, [log.read]);
  const run = async (): Promise<void> => {
    const parts: Blob[] = [];
    for (let offset = 0; ;) {
      const piece = await log.read(offset, abort.current.signal);
      parts.push(new Blob([piece.content]));
      set_share(piece.size ? Math.floor((100 * piece.next_offset) / piece.size) : 100);
      if (piece.next_offset <= offset || piece.next_offset >= piece.size) break;
      offset = piece.next_offset;
    }
    save(parts, name);
  };
  const start = (): void => {
    set_share(0);
    run()
      .catch(() => {})
      .finally(() => set_share(null));
  };
  return { share, start };
}
