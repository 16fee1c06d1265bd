// SPDX-License-Identifier: Apache-2.0
// The instances of a mapped task. Only the rows on screen are in the page, so thousands are as
// quick as ten. Arrow keys move from row to row, Enter opens one.
import { type Virtualizer, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, memo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskInstance } from '@/api/types.gen';
import { useCauseText } from '@/features/workflows/cause';
import { count_text } from '@/i18n/format';
import { type StateCount, in_state } from '@/models/instances';
import { StateBadge, StateIcon, state_style } from '@/ui/state-badge';
import { TimeSpan, useLocale } from '@/ui/time';
import { Told } from '@/ui/told';
import '@/features/workflows/instance-list.css';

const ROW_HEIGHT = 34;
const COLUMNS = ['index', 'state', 'duration', 'try', 'cause'] as const;

interface RowProps {
  instance: TaskInstance;
  /** Its place in the list, the head being row 1. */
  row: number;
  start: number;
  focusable: boolean;
  on_open: (map_index: number) => void;
}

const Row = memo(function Row(props: RowProps): ReactNode {
  const { instance, row, start, focusable, on_open } = props;
  const { t } = useTranslation();
  const said = useCauseText();
  const cause = instance.cause === 'done' ? '' : said(instance.cause);
  return (
    <div
      role="row"
      className="instance-row"
      aria-rowindex={row}
      data-index={instance.map_index}
      style={{ transform: `translateY(${start}px)` }}
      onClick={() => on_open(instance.map_index)}
    >
      <span role="cell">
        <button
          type="button"
          className="mono"
          tabIndex={focusable ? 0 : -1}
          aria-label={t('mapped.open', { index: instance.map_index })}
        >
          {instance.map_index}
        </button>
      </span>
      <span role="cell">
        <StateBadge state={instance.state} />
      </span>
      <span role="cell" className="num">
        <TimeSpan start={instance.start_date} end={instance.end_date} />
      </span>
      <span role="cell" className="num">
        {instance.try_number || '–'}
      </span>
      <span role="cell" className="instance-cause faint" title={cause}>
        <Told text={cause} />
      </span>
    </div>
  );
});

/** Where a key leads to in a list of `count` rows; null = nowhere. */
function next_row(key: string, at: number, count: number): number | null {
  const steps: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + 10,
    PageUp: at - 10,
    Home: 0,
    End: count - 1,
  };
  const to = steps[key];
  return to === undefined ? null : Math.min(count - 1, Math.max(0, to));
}

interface RowsProps {
  instances: readonly TaskInstance[];
  on_open: (map_index: number) => void;
}

function Rows({ instances, on_open }: RowsProps): ReactNode {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const [held, set_at] = useState(0);
  const at = Math.min(held, Math.max(0, instances.length - 1));
  const virtual: Virtualizer<HTMLDivElement, Element> = useVirtualizer({
    count: instances.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    // The row that has the focus stays in the page, wherever it is scrolled to.
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      const first = Math.max(0, startIndex - overscan);
      const last = Math.min(count - 1, endIndex + overscan);
      const rows = Array.from({ length: last - first + 1 }, (_, i) => first + i);
      if (at < first) return [at, ...rows];
      return at > last && at < count ? [...rows, at] : rows;
    },
  });
  const move = (event: KeyboardEvent): void => {
    const to = next_row(event.key, at, instances.length);
    if (to === null) return;
    event.preventDefault();
    set_at(to);
    virtual.scrollToIndex(to);
    const map_index = instances[to]?.map_index;
    requestAnimationFrame(() =>
      box.current?.querySelector<HTMLElement>(`[data-index="${map_index}"] button`)?.focus(),
    );
  };
  return (
    <div
      ref={box}
      className="instance-list"
      role="table"
      aria-label={t('mapped.list')}
      aria-rowcount={instances.length + 1}
      onKeyDown={move}
    >
      <div role="rowgroup" className="instance-head">
        <div role="row" aria-rowindex={1}>
          {COLUMNS.map((name) => (
            <span key={name} role="columnheader" className={`instance-${name}`}>
              {t(`mapped.${name}`)}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const instance = instances[item.index];
          if (!instance) return null;
          return (
            <Row
              key={instance.map_index}
              instance={instance}
              row={item.index + 2}
              start={item.start}
              focusable={item.index === at}
              on_open={on_open}
            />
          );
        })}
      </div>
    </div>
  );
}

interface FilterProps {
  counts: readonly StateCount[];
  state: string | null;
  on_change: (state: string | null) => void;
}

function StateFilter({ counts, state, on_change }: FilterProps): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  return (
    <div className="chips" role="group" aria-label={t('mapped.filter')}>
      <button
        type="button"
        className="chip"
        aria-pressed={state === null}
        onClick={() => on_change(null)}
      >
        {t('ui.all')} <span className="chip-count">{count_text(all, locale)}</span>
      </button>
      {counts.map((one) => (
        <button
          key={one.state}
          type="button"
          className="chip instance-chip"
          style={state_style(one.state)}
          data-state={one.state}
          aria-pressed={state === one.state}
          onClick={() => on_change(state === one.state ? null : one.state)}
        >
          <StateIcon state={one.state} size={12} />
          {t(`state.${one.state}`)}
          <span className="chip-count">{count_text(one.count, locale)}</span>
        </button>
      ))}
    </div>
  );
}

export interface InstanceListProps {
  /** By map index. */
  instances: readonly TaskInstance[];
  counts: readonly StateCount[];
  on_open: (map_index: number) => void;
}

export function InstanceList({ instances, counts, on_open }: InstanceListProps): ReactNode {
  const { t } = useTranslation();
  const [state, set_state] = useState<string | null>(null);
  const shown = in_state(instances, state);
  return (
    <div className="instances">
      <StateFilter counts={counts} state={state} on_change={set_state} />
      {shown.length > 0 ? (
        <Rows key={state} instances={shown} on_open={on_open} />
      ) : (
        <p className="faint">{t('mapped.none_in_state')}</p>
      )}
    </div>
  );
}
