// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { LogLines, is_error, plain_text } from '@/models/log/ansi';
import { LogPart, type LogPiece, PART_BYTES } from '@/models/log/part';
import { level_of, row_of, rows_of } from '@/models/log/rows';
import { scan_log } from '@/models/log/scan';

const ESC = String.fromCharCode(27);

/** A log that is read in pieces of so many bytes. */
function reader(text: string, bytes: number): (offset: number) => Promise<LogPiece> {
  return async (offset) => {
    const content = text.slice(offset, offset + bytes);
    const next_offset = offset + content.length;
    return { content, next_offset, size: text.length, complete: true, truncated: false };
  };
}

describe('a line of a log', () => {
  it('has its stamp beside its text', () => {
    const log = new LogLines();
    log.append(`[2026-11-29T04:13:10.310Z] ${ESC}[31mred${ESC}[0m\nplain\n[not a stamp] x\n`);
    expect(log.lines.map(({ time, plain }) => [time, plain])).toEqual([
      ['2026-11-29T04:13:10.310Z', 'red'],
      ['', 'plain'],
      ['', '[not a stamp] x'],
    ]);
    expect(plain_text(`[2026-11-29T04:13:10.310Z] ${ESC}[1mbold`)).toBe('bold');
  });
  it('is broken when it never ends', () => {
    const log = new LogLines();
    for (let at = 0; at < 20; at += 1) log.append('x'.repeat(10_000));
    const sizes = log.lines.map(({ plain }) => plain.length);
    expect(Math.max(...sizes)).toBe(16 << 10);
    expect(sizes.reduce((a, b) => a + b)).toBe(200_000);
  });
});

it('a line looks like an error by its words', () => {
  for (const bad of ['ValueError: no', 'an error', 'Traceback (most recent call last):']) {
    expect(is_error(bad), bad).toBe(true);
  }
  for (const good of ['no errors', 'exceptional', 'fine']) expect(is_error(good), good).toBe(false);
});

describe('rows', () => {
  const log = new LogLines();
  log.append(
    'start\nDEBUG a\nmore of a\nINFO b\nsame\nsame\nsame\nERROR c\n  File "x"\nINFO d\nINFO d\n',
  );
  const texts = (rows: ReturnType<typeof rows_of>): string[] =>
    (rows ?? []).map(({ at, times }) => `${log.lines[at]?.plain}${times > 1 ? ` ×${times}` : ''}`);
  it('are the lines of a level and above, with what belongs to them', () => {
    expect(texts(rows_of(log.lines, { level: 'error', fold: false }))).toEqual([
      'ERROR c',
      '  File "x"',
    ]);
    expect(texts(rows_of(log.lines, { level: 'info', fold: false })).slice(0, 2)).toEqual([
      'start',
      'INFO b',
    ]);
    expect(rows_of(log.lines, { level: null, fold: false })).toBeNull();
  });
  it('stand for equal lines in a row', () => {
    const rows = rows_of(log.lines, { level: null, fold: true });
    expect(texts(rows)).toContain('same ×3');
    expect(texts(rows).at(-1)).toBe('INFO d ×2');
    expect(rows && row_of(rows, 5)).toBe(4);
    expect(rows && row_of(rows, 10)).toBe((rows?.length ?? 0) - 1);
  });
  it('know levels as words only', () => {
    expect(level_of('ValueError: no')).toBe('error');
    expect(level_of('no errors, INFORMATION')).toBeNull();
    expect(level_of('WARN: disk')).toBe('warning');
  });
});

describe('the part that is held', () => {
  const line = `${'y'.repeat(99)}\n`;
  const block = line.repeat(1000);
  const piece = (end: number): LogPiece => ({
    content: block,
    next_offset: end,
    size: end,
    complete: false,
    truncated: false,
  });
  it('stays small however long the log grows, and its numbers stay true', () => {
    const part = new LogPart();
    for (let at = 1; at <= 1000; at += 1) {
      part.take(piece(at * block.length));
      part.trim();
      expect(part.end - part.start).toBeLessThanOrEqual(2 * PART_BYTES);
    }
    expect(part.lines.length).toBe((part.end - part.start) / 100);
    expect(part.lines_before).toBe(part.start / 100);
    expect(part.is_whole).toBe(false);
  });
  it('begins with a whole line', () => {
    const part = new LogPart(50, false);
    part.take({
      content: 'half\nwhole\n',
      next_offset: 61,
      size: 61,
      complete: true,
      truncated: false,
    });
    expect(part.lines.map(({ plain }) => plain)).toEqual(['whole']);
    expect(part.lines_before).toBeNull();
  });
  it('takes a piece once', () => {
    const part = new LogPart();
    part.take(piece(block.length));
    part.take(piece(block.length));
    expect(part.lines.length).toBe(1000);
  });
});

describe('a search through a log in pieces', () => {
  const lines = Array.from({ length: 500 }, (_, at) =>
    at % 7 === 3 ? `needle ${at}` : `line ${at}`,
  );
  const text = lines.join('\n');
  for (const bytes of [1, 5, 64, 97, 10_000]) {
    it(`finds every line, with pieces of ${bytes} bytes, and each place leads to it`, async () => {
      const read = reader(text, bytes);
      const wanted = lines.filter((one) => one.includes('needle'));
      const found = await scan_log({ read, matches: (plain) => plain.includes('needle') });
      expect(found.count).toBe(wanted.length);
      for (const [at, place] of [...found.places.entries()].slice(0, 20)) {
        const part = new LogPart(place.offset, place.at_line);
        for (let more = 0; more < 20; more += 1) part.take(await read(part.end));
        expect(
          part.lines[part.index_of(place)]?.plain.startsWith(wanted[at]?.slice(0, 8) ?? '-'),
        ).toBe(true);
      }
    });
  }
  it('may end at the first one', async () => {
    const found = await scan_log({
      read: reader(text, 64),
      matches: (plain) => plain === 'needle 3',
      first_only: true,
    });
    expect(found.count).toBe(1);
    expect(found.read).toBeLessThan(100);
  });
});
