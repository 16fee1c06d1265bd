// SPDX-License-Identifier: Apache-2.0
// What narrows the list of DAGs: all of it is in the page's address.
import { ChevronDown, Search, X } from 'lucide-react';
import { type ReactNode, type RefObject, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dag } from '@/api/types.gen';
import {
  DAG_POWERS,
  DAG_STATES,
  type DagFilter,
  type DagSort,
  type DagSortKey,
  dag_passes,
  facets,
  next_sort,
  sort_text,
} from '@/models/find/dag-list';
import { set_query } from '@/ui/router';
import { usePopover } from '@/ui/use-popover';

interface ChipProps {
  on: boolean;
  word: string;
  count: number;
  on_turn: () => void;
}

function Chip({ on, word, count, on_turn }: ChipProps): ReactNode {
  return (
    <button type="button" className="chip" aria-pressed={on} onClick={on_turn}>
      {word}
      <span className="chip-count">{count}</span>
    </button>
  );
}

interface FacetMenuProps {
  dags: Dag[];
  filter: DagFilter;
  field: 'tags' | 'owners';
}

/** Values shown at once; the search in the menu finds the others. */
const VALUES_MAX = 50;

/** A chip that opens the values to choose from, each with its number of DAGs. */
function FacetMenu({ dags, filter, field }: FacetMenuProps): ReactNode {
  const { t } = useTranslation();
  const { ref, open, set_open } = usePopover();
  const [text, set_text] = useState('');
  const name = field === 'tags' ? 'tag' : 'owner';
  const chosen = filter[field];
  const turn = (value: string): void => {
    const without = chosen.filter((one) => one !== value);
    set_query({ [name]: without.length < chosen.length ? without : [...chosen, value] });
  };
  const found = open
    ? facets(dags, filter, field).filter(({ value }) =>
        value.toLowerCase().includes(text.toLowerCase()),
      )
    : [];
  return (
    <div ref={ref} className="facet">
      <button
        type="button"
        className="chip"
        aria-expanded={open}
        aria-pressed={chosen.length > 0}
        onClick={() => set_open(!open)}
      >
        {t(`dag_list.${field}`)}
        {chosen.length > 0 && <span className="chip-count">{chosen.length}</span>}
        <ChevronDown size={13} aria-hidden />
      </button>
      {open && (
        <div className="popover facet-menu" role="group" aria-label={t(`dag_list.${field}`)}>
          <input
            className="input input-small"
            type="search"
            placeholder={t(`dag_list.find_${field}`)}
            aria-label={t(`dag_list.find_${field}`)}
            autoFocus
            value={text}
            onChange={(event) => set_text(event.target.value)}
          />
          <ul>
            {found.slice(0, VALUES_MAX).map(({ value, count }) => (
              <li key={value}>
                <label>
                  <input
                    type="checkbox"
                    checked={chosen.includes(value)}
                    onChange={() => turn(value)}
                  />
                  <span>{value}</span>
                  <span className="faint">{count}</span>
                </label>
              </li>
            ))}
          </ul>
          {found.length > VALUES_MAX && (
            <p className="faint">{t('dag_list.more', { count: found.length - VALUES_MAX })}</p>
          )}
          {found.length === 0 && <p className="faint">{t('dag_list.no_value')}</p>}
        </div>
      )}
    </div>
  );
}

/** Chosen tags and owners, each to be taken away again. */
function Chosen({ filter }: { filter: DagFilter }): ReactNode {
  const { t } = useTranslation();
  const all = [
    ...filter.tags.map((value) => ['tag', value, filter.tags] as const),
    ...filter.owners.map((value) => ['owner', value, filter.owners] as const),
  ];
  return all.map(([name, value, list]) => (
    <button
      key={`${name}/${value}`}
      type="button"
      className="chip"
      aria-pressed
      aria-label={t('dag_list.without', { value })}
      onClick={() => set_query({ [name]: list.filter((one) => one !== value) })}
    >
      {value}
      <X size={13} aria-hidden />
    </button>
  ));
}

const SORTS: DagSortKey[] = ['name', 'next_run', 'last_runs', 'running', 'failed', 'owner'];

/** For narrow screens, which show no heads of columns. */
function SortSelect({ sort }: { sort: DagSort }): ReactNode {
  const { t } = useTranslation();
  const by = (key: string): void =>
    set_query({ sort: sort_text(next_sort({ key: 'name', down: true }, key as DagSortKey)) });
  return (
    <select
      className="input input-small dag-sort"
      aria-label={t('dag_list.sort')}
      value={sort.key}
      onChange={(event) => by(event.target.value)}
    >
      {SORTS.map((key) => (
        <option key={key} value={key}>
          {t(`dag_list.by_${key}`)}
        </option>
      ))}
    </select>
  );
}

/** Takes every filter away, the order stays. */
export function clear_filters(): void {
  set_query({ q: null, state: null, power: null, tag: null, owner: null });
}

export interface DagFiltersProps {
  dags: Dag[];
  shown: number;
  filter: DagFilter;
  sort: DagSort;
  search: RefObject<HTMLInputElement | null>;
}

export function DagFilters({ dags, shown, filter, sort, search }: DagFiltersProps): ReactNode {
  const { t } = useTranslation();
  const count = (change: Partial<DagFilter>): number =>
    dags.filter((dag) => dag_passes(dag, { ...filter, ...change })).length;
  return (
    <div className="row dag-filters">
      <span className="search">
        <Search size={14} aria-hidden />
        <input
          ref={search}
          className="input input-small"
          type="search"
          placeholder={t('dags.search')}
          aria-label={t('dags.search')}
          aria-keyshortcuts="/"
          value={filter.text}
          onChange={(event) => set_query({ q: event.target.value })}
        />
      </span>
      <div className="chips" role="group" aria-label={t('dags.filter')}>
        {DAG_STATES.map((state) => (
          <Chip
            key={state}
            on={filter.state === state}
            word={t(`dag_list.show_${state}`)}
            count={count({ state })}
            on_turn={() => set_query({ state: filter.state === state ? null : state })}
          />
        ))}
        {DAG_POWERS.map((power) => (
          <Chip
            key={power}
            on={filter.power === power}
            word={t(`dags.${power}`)}
            count={count({ power })}
            on_turn={() => set_query({ power: filter.power === power ? null : power })}
          />
        ))}
        <FacetMenu dags={dags} filter={filter} field="tags" />
        <FacetMenu dags={dags} filter={filter} field="owners" />
        <Chosen filter={filter} />
        <SortSelect sort={sort} />
      </div>
      <span className="spread faint nowrap" role="status">
        {t('dag_list.shown', { shown, total: dags.length })}
      </span>
    </div>
  );
}
