// SPDX-License-Identifier: Apache-2.0
// A log that streams: only the lines on screen are in the page, so its length does not matter.
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  ArrowDownToLine,
  ChevronDown,
  ChevronUp,
  CircleAlert,
  Search,
  WrapText,
} from 'lucide-react';
import { type ReactNode, memo, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { bytes_text, count_text } from '@/i18n/format';
import { type LogLine, find_lines, first_error } from '@/models/ansi';
import { type LogView, useLog } from '@/queries/use-log';
import type { TaskRef } from '@/queries/use-tasks';
import { IconButton } from '@/ui/button';
import { useLocale } from '@/ui/time';
import '@/features/workflows/log.css';

const LINE_HEIGHT = 18;

const Line = memo(function Line({ line }: { line: LogLine }): ReactNode {
  return (
    <>
      {line.pieces.map((piece, at) => (
        <span
          key={at}
          className={[
            piece.color === null ? '' : `ansi-${piece.color}`,
            piece.bold ? 'ansi-bold' : '',
          ].join(' ')}
        >
          {piece.text}
        </span>
      ))}
    </>
  );
});

interface LinesProps {
  lines: readonly LogLine[];
  wrap: boolean;
  follow: boolean;
  /** The line to bring into view, -1 = none. */
  target: number;
  found: ReadonlySet<number>;
  on_follow: (follow: boolean) => void;
}

function Lines(props: LinesProps): ReactNode {
  const { lines, wrap, follow, target, found, on_follow } = props;
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 30,
  });
  const { length } = lines;
  useEffect(() => {
    if (follow && length > 0) virtual.scrollToIndex(length - 1, { align: 'end' });
  }, [follow, length, virtual]);
  useEffect(() => {
    if (target >= 0) virtual.scrollToIndex(target, { align: 'center' });
  }, [target, virtual]);
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
          const line = lines[item.index];
          if (!line) return null;
          const mark =
            item.index === target ? 'log-here' : found.has(item.index) ? 'log-found' : '';
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={`log-line ${mark}`}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <span className="log-number" aria-hidden>
                {item.index + 1}
              </span>
              <span className="log-text">
                <Line line={line} />
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface SearchBoxProps {
  needle: string;
  found: number;
  at: number;
  on_needle: (needle: string) => void;
  on_step: (step: number) => void;
}

function SearchBox({ needle, found, at, on_needle, on_step }: SearchBoxProps): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <span className="search">
        <Search size={13} aria-hidden />
        <input
          className="input input-small"
          type="search"
          placeholder={t('log.search')}
          aria-label={t('log.search')}
          value={needle}
          onChange={(event) => on_needle(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && on_step(event.shiftKey ? -1 : 1)}
        />
      </span>
      {needle && (
        <>
          <span className="faint nowrap">
            {found > 0 ? `${at + 1} / ${found}` : t('log.no_match')}
          </span>
          <IconButton icon={ChevronUp} label={t('log.previous')} onClick={() => on_step(-1)} />
          <IconButton icon={ChevronDown} label={t('log.next')} onClick={() => on_step(1)} />
        </>
      )}
    </>
  );
}

function LogFoot({ log }: { log: LogView }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const count = log.lines.length;
  return (
    <div className="log-foot faint">
      <span>
        {t('log.lines', { count, formatted: count_text(count, locale) })} · {bytes_text(log.bytes)}
      </span>
      <span role="status" data-log={log.complete ? 'complete' : 'open'}>
        {log.complete ? t('log.complete') : log.lost ? t('log.lost') : t('log.streaming')}
        {log.truncated && ` · ${t('log.truncated')}`}
      </span>
    </div>
  );
}

export interface LogPanelProps {
  task: TaskRef;
  try_number: number;
}

export function LogPanel({ task, try_number }: LogPanelProps): ReactNode {
  const { t } = useTranslation();
  const log = useLog(task, try_number);
  const [needle, set_needle] = useState('');
  const [wrap, set_wrap] = useState(true);
  const [follow, set_follow] = useState(true);
  const [at, set_at] = useState(0);
  const [jump, set_jump] = useState(-1);
  const { lines } = log;
  const count = lines.length;
  // The list of lines is one growing object: its length tells that it changed.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const found = useMemo(() => find_lines(lines, needle), [lines, needle, count]);
  const search = (text: string): void => {
    set_needle(text);
    set_at(0);
    set_jump(-1);
  };
  const step = (by: number): void => {
    if (found.length === 0) return;
    set_follow(false);
    set_jump(-1);
    set_at((at + by + found.length) % found.length);
  };
  const to_error = (): void => {
    set_follow(false);
    set_jump(first_error(lines));
  };
  const flip_wrap = (): void => set_wrap(!wrap);
  const flip_follow = (): void => set_follow(!follow);
  return (
    <div className="log-panel">
      <div className="log-bar">
        <SearchBox needle={needle} found={found.length} at={at} on_needle={search} on_step={step} />
        <span className="spread" />
        <IconButton icon={CircleAlert} label={t('log.first_error')} onClick={to_error} />
        <IconButton icon={WrapText} label={t('log.wrap')} pressed={wrap} onClick={flip_wrap} />
        <IconButton
          icon={ArrowDownToLine}
          label={t('log.follow')}
          pressed={follow}
          onClick={flip_follow}
        />
      </div>
      <Lines
        key={String(wrap)}
        lines={lines}
        wrap={wrap}
        follow={follow && !needle}
        target={jump >= 0 ? jump : (found[at] ?? -1)}
        found={new Set(found)}
        on_follow={set_follow}
      />
      <LogFoot log={log} />
    </div>
  );
}
