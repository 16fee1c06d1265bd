// SPDX-License-Identifier: Apache-2.0
// The list of DAGs: only the rows on screen are in the page, so a thousand cost no more than thirty.
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp, Search } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dag } from '@/api/types.gen';
import { clear_filters } from '@/features/workflows/dag-filters';
import { DagRow } from '@/features/workflows/dag-row';
import type { Selection } from '@/features/workflows/use-selection';
import { type DagSort, type DagSortKey, next_sort, sort_text } from '@/models/find/dag-list';
import { paths } from '@/models/paths';
import { useMayIn } from '@/queries/use-session';
import { Button } from '@/ui/button';
import { Empty } from '@/ui/feedback';
import { navigate, set_query } from '@/ui/router';
import { usePrinting } from '@/ui/use-printing';

const ROW_HEIGHT = 52;

interface SortHeadProps {
  name: 'name' | 'next_run' | 'last_runs' | 'now' | 'owner';
  /** Now stands for two: what runs, and what failed. */
  keys: DagSortKey[];
  sort: DagSort;
}

function SortHead({ name, keys, sort }: SortHeadProps): ReactNode {
  const { t } = useTranslation();
  const here = keys.includes(sort.key);
  const Arrow = sort.down ? ArrowDown : ArrowUp;
  return (
    <th role="columnheader" aria-sort={here ? (sort.down ? 'descending' : 'ascending') : 'none'}>
      {keys.map((key) => (
        <button
          key={key}
          type="button"
          className="sort-head"
          title={t(`dag_list.by_${key}`)}
          onClick={() => set_query({ sort: sort_text(next_sort(sort, key)) })}
        >
          {keys.length === 1 ? t(`dags.${name}`) : t(`dag_list.show_${key as 'running'}`)}
          {sort.key === key && <Arrow size={12} aria-hidden />}
        </button>
      ))}
    </th>
  );
}

function Heads({ dags, sort, selection }: Omit<DagTableProps, 'on_trigger'>): ReactNode {
  const { t } = useTranslation();
  const may_run_in = useMayIn('user');
  const runnable = dags.filter((dag) => may_run_in(dag.project));
  const may_run = runnable.length > 0;
  const all = selection.chosen.size === runnable.length && may_run;
  const some = selection.chosen.size > 0 && !all;
  return (
    <thead role="rowgroup">
      <tr role="row" aria-rowindex={1}>
        <th role="columnheader">
          {may_run && (
            <input
              type="checkbox"
              checked={all}
              ref={(box) => {
                if (box) box.indeterminate = some;
              }}
              aria-label={t('dag_list.choose_all')}
              onChange={() => selection.choose(all ? [] : runnable.map((dag) => dag.dag_id))}
            />
          )}
        </th>
        <th role="columnheader">
          <span className="sr-only">{t('dags.on_off')}</span>
        </th>
        <SortHead name="name" keys={['name']} sort={sort} />
        <th role="columnheader">{t('dags.schedule')}</th>
        <SortHead name="next_run" keys={['next_run']} sort={sort} />
        <SortHead name="last_runs" keys={['last_runs']} sort={sort} />
        <SortHead name="now" keys={['running', 'failed']} sort={sort} />
        <SortHead name="owner" keys={['owner']} sort={sort} />
        <th role="columnheader">
          <span className="sr-only">{t('dags.actions')}</span>
        </th>
      </tr>
    </thead>
  );
}

const STEP: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

/** Where a key leads from a row; null = it is no key of the list's. */
function step_to(key: string, from: number, count: number): number | null {
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  const step = STEP[key];
  return step === undefined ? null : Math.max(0, Math.min(count - 1, from + step));
}

interface RowKeys {
  /** The row that Tab leads to. */
  here: number;
  on_key: (event: KeyboardEvent) => void;
}

/** Arrows move from row to row, Enter opens one, Space chooses it. `focus` answers whether the row
 *  is in the page yet; until it is, it is tried after each drawing. */
function useRowKeys(
  count: number,
  selection: Selection,
  focus: (index: number) => boolean,
): RowKeys {
  const [current, set_current] = useState(0);
  const wanted = useRef(-1);
  useEffect(() => {
    if (wanted.current >= 0 && focus(wanted.current)) wanted.current = -1;
  });
  const on_key = (event: KeyboardEvent): void => {
    const row = event.target as HTMLElement;
    if (!row.matches('tr[data-dag]')) return;
    const dag_id = row.dataset.dag ?? '';
    const to = step_to(event.key, Number(row.dataset.index), count);
    if (to !== null) {
      wanted.current = to;
      set_current(to);
    } else if (event.key === 'Enter') navigate(paths.dag(dag_id));
    else if (event.key === ' ') selection.turn(dag_id, event.shiftKey);
    else return;
    event.preventDefault();
  };
  return { here: Math.min(current, count - 1), on_key };
}

export interface DagTableProps {
  dags: Dag[];
  sort: DagSort;
  selection: Selection;
  on_trigger: (id: string) => void;
}

export function DagTable({ dags, sort, selection, on_trigger }: DagTableProps): ReactNode {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const printing = usePrinting();
  const virtual = useVirtualizer({
    count: dags.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (at) => dags[at]?.dag_id ?? at,
    overscan: printing ? dags.length : 8,
  });
  const { here, on_key } = useRowKeys(dags.length, selection, (at) => {
    const row = box.current?.querySelector<HTMLElement>(`tr[data-index="${at}"]`);
    // A row that is not in the page yet is there after the scroll.
    if (row) row.focus();
    else virtual.scrollToIndex(at);
    return row !== null && row !== undefined;
  });
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div className="panel panel-flush dag-panel">
      <div ref={box} className="table-wrap">
        <table
          className="table dag-table"
          role="grid"
          aria-label={t('nav.workflows')}
          aria-rowcount={dags.length + 1}
          aria-multiselectable
          onKeyDown={on_key}
        >
          <Heads dags={dags} sort={sort} selection={selection} />
          <tbody role="rowgroup">
            {above > 0 && <tr className="dag-gap" aria-hidden style={{ height: above }} />}
            {items.map((item) => {
              const dag = dags[item.index];
              if (!dag) return null;
              return (
                <DagRow
                  key={item.key}
                  dag={dag}
                  index={item.index}
                  chosen={selection.chosen.has(dag.dag_id)}
                  current={item.index === here}
                  row_ref={virtual.measureElement}
                  on_choose={selection.turn}
                  on_trigger={on_trigger}
                />
              );
            })}
            {below > 0 && <tr className="dag-gap" aria-hidden style={{ height: below }} />}
          </tbody>
        </table>
        {dags.length === 0 && (
          <Empty icon={Search} title={t('dags.none_found')}>
            <Button onClick={clear_filters}>{t('dag_list.clear_filters')}</Button>
          </Empty>
        )}
      </div>
    </div>
  );
}
