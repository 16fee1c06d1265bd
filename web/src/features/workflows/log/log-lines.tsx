// SPDX-License-Identifier: Apache-2.0
// The lines of a log on screen: only these are in the page, so its length does not matter.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, memo, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { clock_text } from '@/i18n/format';
import type { LogLine } from '@/models/log/ansi';
import { type LogRow, row_of } from '@/models/log/rows';
import { useLocale } from '@/ui/time';
import { useZone } from '@/ui/zone';

const LINE_HEIGHT = 18;

const Line = memo(function Line({ line }: { line: LogLine }): ReactNode {
  return line.pieces.map((piece, at) => (
    <span
      key={at}
      className={[
        piece.color === null ? '' : `ansi-${piece.color}`,
        piece.bold ? 'ansi-bold' : '',
      ].join(' ')}
    >
      {piece.text}
    </span>
  ));
});

/** When a line was written: to the millisecond, in the chosen zone. */
function Stamp({ time }: { time: string }): ReactNode {
  const locale = useLocale();
  const zone = useZone();
  if (!time) return <span className="log-stamp" />;
  return (
    <time className="log-stamp" dateTime={time} title={time}>
      {clock_text(time, locale, zone)}
      {time.slice(19, 23)}
    </time>
  );
}

export interface LogLinesProps {
  lines: readonly LogLine[];
  /** What to show of them; null = all. */
  rows: readonly LogRow[] | null;
  /** Of the first line; null = it is not known. */
  first_number: number | null;
  wrap: boolean;
  stamps: boolean;
  follow: boolean;
  /** The line to bring into view, -1 = none. */
  target: number;
  found: ReadonlySet<number>;
  on_follow: (follow: boolean) => void;
}

export function LogLines(props: LogLinesProps): ReactNode {
  const { lines, rows, first_number, wrap, stamps, follow, target, found, on_follow } = props;
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const count = rows ? rows.length : lines.length;
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 30,
  });
  useEffect(() => {
    if (follow && count > 0) virtual.scrollToIndex(count - 1, { align: 'end' });
  }, [follow, count, virtual]);
  const target_row = target >= 0 && rows ? row_of(rows, target) : target;
  useEffect(() => {
    if (target_row >= 0) virtual.scrollToIndex(target_row, { align: 'center' });
  }, [target_row, virtual]);
  const on_wheel = (event: React.WheelEvent): void => {
    if (event.deltaY < 0 && follow) on_follow(false);
  };
  return (
    <div
      ref={box}
      className={wrap ? 'log log-wrap' : 'log'}
      role="log"
      aria-label={t('log.label')}
      tabIndex={0}
      onWheel={on_wheel}
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows ? rows[item.index] : { at: item.index, times: 1 };
          const line = row && lines[row.at];
          if (!row || !line) return null;
          const mark = row.at === target ? 'log-here' : found.has(row.at) ? 'log-found' : '';
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={`log-line ${mark}`}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <span className="log-number" aria-hidden>
                {first_number === null ? '' : first_number + row.at}
              </span>
              {stamps && <Stamp time={line.time} />}
              <span className="log-text">
                <Line line={line} />
                {row.times > 1 && (
                  <span className="log-times">{t('log.times', { count: row.times })}</span>
                )}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
