// SPDX-License-Identifier: Apache-2.0
// Log text with ANSI colour codes as lines of styled pieces. Other escape codes are dropped.

export interface LogPiece {
  text: string;
  /** 0-7 normal, 8-15 bright; null = the page's text colour. */
  color: number | null;
  bold: boolean;
}

export interface LogLine {
  pieces: LogPiece[];
  /** The text alone, for search and copy. */
  plain: string;
  /** When it was written, as the server stamps each line; '' = it has no stamp. */
  time: string;
}

interface Pen {
  color: number | null;
  bold: boolean;
}

// Any CSI or OSC sequence; only those that end in m (colours) have an effect here.
const ESC = String.fromCharCode(27);
const BEL = String.fromCharCode(7);
const ESCAPE = new RegExp(
  `${ESC}(?:\\[([0-9;?]*)([ -/]*[@-~])|\\][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)?|.)`,
  'g',
);

function apply_codes(pen: Pen, codes: string): Pen {
  let next = { ...pen };
  for (const text of codes.split(';')) {
    const code = Number(text || '0');
    if (code === 0) next = { color: null, bold: false };
    else if (code === 1) next.bold = true;
    else if (code === 22) next.bold = false;
    else if (code >= 30 && code <= 37) next.color = code - 30;
    else if (code >= 90 && code <= 97) next.color = code - 82;
    else if (code === 39) next.color = null;
  }
  return next;
}

/** "[2026-11-29T04:13:10.310Z] " before what the task wrote. */
const STAMP = /^\[(\d{4}-\d\d-\d\dT[\d:.]+Z)\] /;

/** The stamp of a line and the rest of it, as the server wrote it. */
export function split_stamp(raw: string): { time: string; rest: string } {
  const stamp = raw.startsWith('[') ? STAMP.exec(raw) : null;
  return stamp
    ? { time: stamp[1] ?? '', rest: raw.slice(stamp[0].length) }
    : { time: '', rest: raw };
}

/** The text of a line without its stamp and its escape codes. */
export function plain_text(raw: string): string {
  return parse_line(raw, { color: null, bold: false }).line.plain;
}

function parse_line(raw: string, pen: Pen): { line: LogLine; pen: Pen } {
  const { time, rest } = split_stamp(raw);
  if (!rest.includes(ESC) && !rest.includes('\r')) {
    return { line: { pieces: [{ text: rest, ...pen }], plain: rest, time }, pen };
  }
  // A progress line redrawn with carriage returns shows as its last form.
  const text = rest.replace(/\r+$/, '').split('\r').at(-1) ?? '';
  const pieces: LogPiece[] = [];
  let now = pen;
  let from = 0;
  const push = (to: number): void => {
    if (to > from) pieces.push({ text: text.slice(from, to), ...now });
  };
  for (const match of text.matchAll(ESCAPE)) {
    push(match.index);
    from = match.index + match[0].length;
    if (match[2] === 'm') now = apply_codes(now, match[1] ?? '');
  }
  push(text.length);
  return { line: { pieces, plain: pieces.map((p) => p.text).join(''), time }, pen: now };
}

/** A longer line is broken, so that one without an end stays a size that can be drawn. */
const LINE_MAX = 16 << 10;

/** Takes text as it streams in and keeps it as lines; the last one may still grow. */
export class LogLines {
  readonly lines: LogLine[] = [];
  private tail_ = '';
  private pen_: Pen = { color: null, bold: false };
  private tail_shown_ = false;

  /** Adds text; chunks may end anywhere. */
  append(text: string): void {
    const parts = (this.tail_ + text).split('\n');
    if (this.tail_shown_) this.lines.pop();
    this.tail_ = parts.pop() ?? '';
    for (const part of parts) this.add(part);
    while (this.tail_.length > LINE_MAX) {
      this.add(this.tail_.slice(0, LINE_MAX));
      this.tail_ = this.tail_.slice(LINE_MAX);
    }
    this.tail_shown_ = this.tail_ !== '';
    if (this.tail_shown_) this.lines.push(parse_line(this.tail_, this.pen_).line);
  }

  private add(raw: string): void {
    for (let from = 0; from === 0 || from < raw.length; from += LINE_MAX) {
      const { line, pen } = parse_line(raw.slice(from, from + LINE_MAX), this.pen_);
      this.pen_ = pen;
      this.lines.push(line);
    }
  }
}

/** Line numbers (from 0) that hold `needle`, letter case aside. */
export function find_lines(lines: readonly LogLine[], needle: string): number[] {
  const wanted = needle.toLowerCase();
  if (!wanted) return [];
  const found: number[] = [];
  lines.forEach((line, at) => {
    if (line.plain.toLowerCase().includes(wanted)) found.push(at);
  });
  return found;
}

// "ValueError" too, but no "errors".
const ERROR = /(error|exception)\b|\b(traceback|fatal|critical)\b/i;

export function is_error(plain: string): boolean {
  return ERROR.test(plain);
}

/** The first line that looks like an error, or -1. */
export function first_error(lines: readonly LogLine[]): number {
  return lines.findIndex((line) => is_error(line.plain));
}
