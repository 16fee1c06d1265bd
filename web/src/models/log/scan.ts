// SPDX-License-Identifier: Apache-2.0
// Looks through a log of any size piece by piece and keeps only where the matches are.
import { plain_text } from '@/models/log/ansi';
import type { LinePlace, LogPiece } from '@/models/log/part';

/** Matches that can be gone to; all are counted. */
export const PLACES_MAX = 10_000;

export interface Scan {
  count: number;
  places: LinePlace[];
  /** Bytes looked through, of how many. */
  read: number;
  size: number;
  done: boolean;
}

export interface ScanOptions {
  read: (offset: number) => Promise<LogPiece>;
  matches: (plain: string) => boolean;
  /** Ends at the first match. */
  first_only?: boolean;
  on_progress?: (scan: Scan) => void;
}

/** A line that ends in a later piece is judged there, at the place where it began. */
interface Open {
  text: string;
  place: LinePlace;
}

export async function scan_log(options: ScanOptions): Promise<Scan> {
  const { read, matches, first_only = false, on_progress } = options;
  const scan: Scan = { count: 0, places: [], read: 0, size: 0, done: false };
  let open = null as Open | null;
  const judge = (text: string, place: LinePlace): void => {
    if (!matches(plain_text(text))) return;
    scan.count += 1;
    if (scan.places.length < PLACES_MAX) scan.places.push(place);
  };
  while (!scan.done) {
    const offset = scan.read;
    const piece = await read(offset);
    const parts = piece.content.split('\n');
    const last = parts.pop() ?? '';
    const at_line: boolean = open === null;
    let line = 0;
    for (const part of parts) {
      if (open) {
        judge(open.text + part, open.place);
        open = null;
      } else {
        judge(part, { offset, at_line, line });
        line += 1;
      }
    }
    if (open !== null) open = { ...open, text: open.text + last };
    else if (last) open = { text: last, place: { offset, at_line, line } };
    scan.read = piece.next_offset;
    scan.size = Math.max(scan.size, piece.size);
    const is_end = piece.next_offset <= offset || piece.next_offset >= piece.size;
    if (is_end && open) judge(open.text, open.place);
    scan.done = is_end || (first_only && scan.count > 0);
    on_progress?.({ ...scan });
  }
  return scan;
}
