// SPDX-License-Identifier: Apache-2.0
// The part of a log that is held: a log may be larger than what a page can hold, so it is a stretch
// of it that moves.
import { LogLines, type LogLine } from '@/models/log/ansi';

/** A piece of a log as the server gives it. */
export interface LogPiece {
  content: string;
  next_offset: number;
  size: number;
  complete: boolean;
  truncated: boolean;
}

/** Held after older text was dropped; it is dropped when twice as much is held. */
export const PART_BYTES = 4 << 20;

/** A line by the piece that it begins in. */
export interface LinePlace {
  offset: number;
  /** Whether that piece begins with a line, not in the midst of one. */
  at_line: boolean;
  /** Which of the lines that begin there, from 0. */
  line: number;
}

export class LogPart {
  /** Bytes of the log before and up to the end of what is held. */
  start: number;
  end: number;
  /** Of the whole log, as far as it is known. */
  size = 0;
  complete = false;
  truncated = false;
  /** Lines before the first one held; null = not known. */
  lines_before: number | null;
  private log_ = new LogLines();
  private skip_: boolean;
  /** Where each piece begins: its offset and the first line that begins in it. */
  private pieces_: { offset: number; line: number }[] = [];

  constructor(start = 0, at_line = true) {
    this.start = start;
    this.end = start;
    this.lines_before = start === 0 ? 0 : null;
    this.skip_ = !at_line;
  }

  get lines(): readonly LogLine[] {
    return this.log_.lines;
  }

  /** All of the log is held. */
  get is_whole(): boolean {
    return this.start === 0 && this.end >= this.size;
  }

  /** Adds what follows; a piece that is held already (after a reconnect) is skipped. */
  take(piece: LogPiece): void {
    this.size = Math.max(this.size, piece.size, piece.next_offset);
    this.truncated = this.truncated || piece.truncated;
    this.complete = piece.complete;
    if (piece.next_offset <= this.end) return;
    let text = piece.content;
    if (this.skip_) {
      const first = text.indexOf('\n');
      text = first < 0 ? '' : text.slice(first + 1);
      this.skip_ = first < 0;
    }
    this.pieces_.push({ offset: this.end, line: this.lines.length });
    this.log_.append(text);
    this.end = piece.next_offset;
  }

  /** Forgets the oldest text when too much is held. */
  trim(): void {
    if (this.end - this.start <= 2 * PART_BYTES) return;
    const keep = this.pieces_.findIndex(({ offset }) => this.end - offset <= PART_BYTES);
    const first = this.pieces_[keep];
    if (!first || first.line === 0) return;
    this.log_.lines.splice(0, first.line);
    this.start = first.offset;
    if (this.lines_before !== null) this.lines_before += first.line;
    this.pieces_ = this.pieces_
      .slice(keep)
      .map(({ offset, line }) => ({ offset, line: line - first.line }));
  }

  /** Where a line is among those held, or -1. */
  index_of(place: LinePlace): number {
    const piece = this.pieces_.find(({ offset }) => offset === place.offset);
    return piece && piece.line + place.line < this.lines.length ? piece.line + place.line : -1;
  }
}
