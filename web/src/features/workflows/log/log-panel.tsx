// SPDX-License-Identifier: Apache-2.0
// A try's log as it streams, of any size: searched, filtered, folded, downloaded.
import {
  ArrowDownToLine,
  ChevronDown,
  ChevronUp,
  CircleAlert,
  Clock,
  Download,
  FoldVertical,
  type LucideIcon,
  Search,
  WrapText,
} from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LogLines } from '@/features/workflows/log/log-lines';
import { useLogDownload } from '@/features/workflows/log/use-log-download';
import { useLogTarget } from '@/features/workflows/log/use-log-target';
import { bytes_text, count_text } from '@/i18n/format';
import { LEVELS, type Level, rows_of } from '@/models/log/rows';
import { PART_BYTES } from '@/models/log/part';
import { type LogView, useLog } from '@/queries/use-log';
import type { TaskRef } from '@/queries/use-tasks';
import { Button, IconButton } from '@/ui/button';
import { ErrorNote } from '@/ui/feedback';
import { useLocale } from '@/ui/time';
import '@/features/workflows/log/log.css';

interface SearchBoxProps {
  needle: string;
  /** "3 / 12", or how far the search is. */
  state: string;
  on_needle: (needle: string) => void;
  on_step: (step: number) => void;
}

function SearchBox({ needle, state, on_needle, on_step }: SearchBoxProps): ReactNode {
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
          <span className="faint nowrap" role="status">
            {state}
          </span>
          <IconButton icon={ChevronUp} label={t('log.previous')} onClick={() => on_step(-1)} />
          <IconButton icon={ChevronDown} label={t('log.next')} onClick={() => on_step(1)} />
        </>
      )}
    </>
  );
}

interface LevelSelectProps {
  level: Level | null;
  on_level: (level: Level | null) => void;
}

function LevelSelect({ level, on_level }: LevelSelectProps): ReactNode {
  const { t } = useTranslation();
  return (
    <select
      className="input input-small"
      aria-label={t('log.level')}
      value={level ?? ''}
      onChange={(event) => on_level(LEVELS.find((one) => one === event.target.value) ?? null)}
    >
      <option value="">{t('log.level_all')}</option>
      {LEVELS.slice(1).map((one) => (
        <option key={one} value={one}>
          {t(`log.level_${one as 'info'}`)}
        </option>
      ))}
    </select>
  );
}

interface ToggleProps {
  icon: LucideIcon;
  word: 'fold' | 'stamps' | 'wrap' | 'follow';
  on: boolean;
  on_turn: (on: boolean) => void;
}

function Toggle({ icon, word, on, on_turn }: ToggleProps): ReactNode {
  const { t } = useTranslation();
  return (
    <IconButton icon={icon} label={t(`log.${word}`)} pressed={on} onClick={() => on_turn(!on)} />
  );
}

/** Leads to what is not held before or after the part on screen. */
function Edge({ log, side }: { log: LogView; side: 'before' | 'after' }): ReactNode {
  const { t } = useTranslation();
  const { start, end, size } = log.part;
  const bytes = side === 'before' ? start : log.place === 'end' ? 0 : size - end;
  if (bytes <= 0) return null;
  // Half of what is on screen stays, so that one finds one's way.
  const near = side === 'before' ? Math.max(0, start - PART_BYTES / 2) : start + PART_BYTES / 2;
  return (
    <div className="log-edge faint">
      <span>{t(`log.bytes_${side}`, { size: bytes_text(bytes) })}</span>
      <Button kind="quiet" onClick={() => log.go({ offset: near, at_line: false })}>
        {t(`log.more_${side}`)}
      </Button>
      <Button
        kind="quiet"
        onClick={() => log.go(side === 'before' ? { offset: 0, at_line: true } : 'end')}
      >
        {t(side === 'before' ? 'log.to_start' : 'log.to_end')}
      </Button>
    </div>
  );
}

function LogFoot({ log }: { log: LogView }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const { part } = log;
  const count = part.lines.length;
  const held = part.end - part.start;
  const share = part.is_whole
    ? bytes_text(held)
    : t('log.part', { part: bytes_text(held), size: bytes_text(part.size) });
  return (
    <div className="log-foot faint">
      <span>
        {t('log.lines', { count, formatted: count_text(count, locale) })} · {share}
      </span>
      <span role="status" data-log={part.complete ? 'complete' : 'open'}>
        {part.complete ? t('log.complete') : log.lost ? t('log.lost') : t('log.streaming')}
        {part.truncated && ` · ${t('log.truncated')}`}
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
  const [stamps, set_stamps] = useState(false);
  const [fold, set_fold] = useState(false);
  const [level, set_level] = useState<Level | null>(null);
  const [follow, set_follow] = useState(true);
  const { lines, lines_before } = log.part;
  const search = useLogTarget(log, needle);
  const download = useLogDownload(log, `${task.dag_id}-${task.task_id}-${try_number}.log`);
  // The list of lines is one growing object: the version tells that it changed.
  const rows = useMemo(
    () => rows_of(lines, { level, fold }),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [lines, level, fold, log.version],
  );
  const step = (by: number): void => {
    set_follow(false);
    search.step(by);
  };
  const to_error = (): void => {
    set_follow(false);
    search.to_error();
  };
  if (log.error)
    return <ErrorNote error={log.error} on_retry={() => log.go({ offset: 0, at_line: true })} />;
  return (
    <div className="log-panel">
      <div className="log-bar">
        <SearchBox needle={needle} state={search.state} on_needle={set_needle} on_step={step} />
        <span className="spread" />
        <LevelSelect level={level} on_level={set_level} />
        <IconButton
          icon={CircleAlert}
          label={search.error === 'none' ? t('log.no_error') : t('log.first_error')}
          disabled={search.error !== 'unknown'}
          aria-busy={search.error === 'looking'}
          onClick={to_error}
        />
        <Toggle icon={FoldVertical} word="fold" on={fold} on_turn={set_fold} />
        <Toggle icon={Clock} word="stamps" on={stamps} on_turn={set_stamps} />
        <Toggle icon={WrapText} word="wrap" on={wrap} on_turn={set_wrap} />
        <Toggle icon={ArrowDownToLine} word="follow" on={follow} on_turn={set_follow} />
        <IconButton
          icon={Download}
          label={download.share === null ? t('log.download') : `${download.share} %`}
          disabled={download.share !== null}
          onClick={download.start}
        />
      </div>
      <Edge log={log} side="before" />
      <LogLines
        key={`${wrap} ${stamps} ${JSON.stringify(log.place)}`}
        lines={lines}
        rows={rows}
        first_number={lines_before === null ? null : lines_before + 1}
        wrap={wrap}
        stamps={stamps}
        follow={follow && log.place === 'end' && !needle}
        target={search.target}
        found={search.found}
        on_follow={set_follow}
      />
      <Edge log={log} side="after" />
      <LogFoot log={log} />
    </div>
  );
}
