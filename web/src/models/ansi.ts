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

function parse_line(raw: string, pen: Pen): { line: LogLine; pen: Pen } {
  // A progress line redrawn with carriage returns shows as its last form.
  const text = raw.replace(/\r+$/, '').split('\r').at(-1) ?? '';
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
  return { line: { pieces, plain: pieces.map((p) => p.text).join('') }, pen: now };
}

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
    for (const part of parts) {
      const { line, pen } = parse_line(part, this.pen_);
      this.pen_ = pen;
      this.lines.push(line);
    }
    this.tail_shown_ = this.tail_ !== '';
    if (this.tail_shown_) this.lines.push(parse_line(this.tail_, this.pen_).line);
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

const ERROR = /\b(error|exception|traceback|fatal|critical)\b/i;

/** The first line that looks like an error, or -1. */
export function first_error(lines: readonly LogLine[]): number {
  return lines.findIndex((line) => ERROR.test(line.plain));
}
