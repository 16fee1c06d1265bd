// SPDX-License-Identifier: Apache-2.0
// Which DAGs the list shows and in which order, read from the page's address.
import type { Dag } from '@/api/types.gen';

export const DAG_STATES = ['running', 'failed'] as const;
export type DagState = (typeof DAG_STATES)[number];
export const DAG_POWERS = ['on', 'off'] as const;
export type DagPower = (typeof DAG_POWERS)[number];

export interface DagFilter {
  /** In the name, an owner or a tag; letter case aside. */
  text: string;
  state: DagState | null;
  power: DagPower | null;
  /** Any of them; none = all. */
  tags: readonly string[];
  owners: readonly string[];
}

const SORT_KEYS = ['name', 'next_run', 'last_runs', 'running', 'failed', 'owner'] as const;
export type DagSortKey = (typeof SORT_KEYS)[number];

export interface DagSort {
  key: DagSortKey;
  down: boolean;
}

const one_of = <T extends string>(known: readonly T[], text: string | null): T | null =>
  known.find((one) => one === text) ?? null;

export function filter_of(query: URLSearchParams): DagFilter {
  return {
    text: query.get('q') ?? '',
    state: one_of(DAG_STATES, query.get('state')),
    power: one_of(DAG_POWERS, query.get('power')),
    tags: query.getAll('tag'),
    owners: query.getAll('owner'),
  };
}

/** "name", or "-failed" for downwards; anything else is the order by name. */
export function sort_of(query: URLSearchParams): DagSort {
  const text = query.get('sort') ?? '';
  const key = one_of(SORT_KEYS, text.replace(/^-/, ''));
  return key ? { key, down: text.startsWith('-') } : { key: 'name', down: false };
}

/** As in the address; null for the order that needs no word there. */
export function sort_text({ key, down }: DagSort): string | null {
  if (key === 'name' && !down) return null;
  return down ? `-${key}` : key;
}

/** What a press on a column's head does: first that order, then the other way round. */
export function next_sort(now: DagSort, key: DagSortKey): DagSort {
  // Counts and last runs are looked at from the top.
  const first_down = key === 'running' || key === 'failed' || key === 'last_runs';
  return now.key === key ? { key, down: !now.down } : { key, down: first_down };
}

const shares = (wanted: readonly string[], held: readonly string[]): boolean =>
  wanted.length === 0 || wanted.some((one) => held.includes(one));

export function dag_passes(dag: Dag, filter: DagFilter): boolean {
  const text = filter.text.trim().toLowerCase();
  const words = [dag.dag_id, dag.dag_display_name, ...dag.owners, ...dag.tags];
  return (
    (text === '' || words.some((word) => word.toLowerCase().includes(text))) &&
    (filter.state !== 'running' || dag.running_count > 0) &&
    (filter.state !== 'failed' || dag.failed_count > 0) &&
    (filter.power === null || dag.is_paused === (filter.power === 'off')) &&
    shares(filter.tags, dag.tags) &&
    shares(filter.owners, dag.owners)
  );
}

/** When the newest run began; a run that has not begun is newer than all. */
function newest_run(dag: Dag): string | null {
  if (dag.recent_runs.length === 0) return null;
  return dag.recent_runs.map((run) => run.start_date ?? '9').reduce((a, b) => (a > b ? a : b));
}

function sort_value(dag: Dag, key: DagSortKey): string | number | null {
  switch (key) {
    case 'name':
      return (dag.dag_display_name || dag.dag_id).toLowerCase();
    case 'next_run':
      return dag.is_paused ? null : (dag.next_dagrun_run_after ?? null);
    case 'last_runs':
      return newest_run(dag);
    case 'running':
      return dag.running_count;
    case 'failed':
      return dag.failed_count;
    case 'owner':
      return dag.owners[0]?.toLowerCase() ?? null;
  }
}

/** A sorted copy; those without a value come last either way, equal ones by name. */
export function sorted_dags(dags: readonly Dag[], { key, down }: DagSort): Dag[] {
  const rows = dags.map((dag) => ({ dag, value: sort_value(dag, key) }));
  rows.sort((a, b) => {
    if (a.value === null || b.value === null) {
      if (a.value !== b.value) return a.value === null ? 1 : -1;
    } else if (a.value !== b.value) {
      return a.value < b.value === down ? 1 : -1;
    }
    return a.dag.dag_id < b.dag.dag_id ? -1 : 1;
  });
  return rows.map((row) => row.dag);
}

export interface Facet {
  value: string;
  count: number;
}

/** Values of one field among the DAGs that pass all other filters, the chosen ones and the most
 *  frequent first. */
export function facets(dags: readonly Dag[], filter: DagFilter, field: 'tags' | 'owners'): Facet[] {
  const others = { ...filter, [field]: [] };
  const counts = new Map(filter[field].map((value) => [value, 0]));
  for (const dag of dags) {
    if (!dag_passes(dag, others)) continue;
    for (const value of new Set(dag[field])) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const chosen = (value: string): number => Number(filter[field].includes(value));
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort(
      (a, b) =>
        chosen(b.value) - chosen(a.value) || b.count - a.count || (a.value < b.value ? -1 : 1),
    );
}

export interface TriggerPreview {
  starts: Dag[];
  /** Have active runs: the new one starts beside them as far as max_active_runs allows. */
  beside: Dag[];
  /** Switched off: the new run waits. */
  waits: Dag[];
}

/** What triggering these DAGs will do. */
export function trigger_preview(dags: readonly Dag[]): TriggerPreview {
  return {
    starts: dags.filter((dag) => !dag.is_paused && dag.running_count === 0),
    beside: dags.filter((dag) => !dag.is_paused && dag.running_count > 0),
    waits: dags.filter((dag) => dag.is_paused),
  };
}

/** Those of the project that was chosen; of all when it is '' or has none here. */
export function in_project(dags: Dag[], project: string): Dag[] {
  return dags.some((dag) => dag.project === project)
    ? dags.filter((dag) => dag.project === project)
    : dags;
}
