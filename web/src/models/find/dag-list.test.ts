// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Dag } from '@/api/types.gen';
import {
  dag_passes,
  facets,
  filter_of,
  next_sort,
  sort_of,
  sort_text,
  sorted_dags,
  trigger_preview,
} from '@/models/find/dag-list';

function dag(dag_id: string, fields: Partial<Dag> = {}): Dag {
  return {
    dag_id,
    dag_display_name: dag_id,
    project: 'default',
    description: '',
    is_paused: false,
    owners: ['ann'],
    tags: [],
    timetable_summary: '',
    timetable_description: '',
    fileloc: '',
    version: 1,
    recent_runs: [],
    running_count: 0,
    failed_count: 0,
    has_import_errors: false,
    ...fields,
  };
}

const ids = (dags: Dag[]): string[] => dags.map((one) => one.dag_id);
const query = (text: string): URLSearchParams => new URLSearchParams(text);

const DAGS = [
  dag('orders', { tags: ['gold', 'sales'], running_count: 2, next_dagrun_run_after: '2026-01-03' }),
  dag('Invoices', { tags: ['sales'], owners: ['bob'], failed_count: 1, is_paused: true }),
  dag('stock', { owners: ['bob'], failed_count: 3, next_dagrun_run_after: '2026-01-02' }),
];

const shown = (text: string): string[] => {
  const filter = filter_of(query(text));
  return ids(
    sorted_dags(
      DAGS.filter((one) => dag_passes(one, filter)),
      sort_of(query(text)),
    ),
  );
};

describe('the list of DAGs', () => {
  it('shows all by name when the address says nothing, or nonsense', () => {
    expect(shown('')).toEqual(['Invoices', 'orders', 'stock']);
    expect(shown('state=odd&power=maybe&sort=colour')).toEqual(['Invoices', 'orders', 'stock']);
  });
  it('filters by text, state, switch, tags and owners, all at once', () => {
    expect(shown('q=GOLD')).toEqual(['orders']);
    expect(shown('state=running')).toEqual(['orders']);
    expect(shown('state=failed&power=on')).toEqual(['stock']);
    expect(shown('power=off')).toEqual(['Invoices']);
    expect(shown('tag=gold&tag=sales')).toEqual(['Invoices', 'orders']);
    expect(shown('owner=bob&tag=sales')).toEqual(['Invoices']);
  });
  it('sorts both ways, and what has no value comes last in both', () => {
    expect(shown('sort=next_run')).toEqual(['stock', 'orders', 'Invoices']);
    expect(shown('sort=-next_run')).toEqual(['orders', 'stock', 'Invoices']);
    expect(shown('sort=-failed')).toEqual(['stock', 'Invoices', 'orders']);
  });
  it('turns an order round at the second press', () => {
    const by_failed = next_sort(sort_of(query('')), 'failed');
    expect(sort_text(by_failed)).toBe('-failed');
    expect(sort_text(next_sort(by_failed, 'failed'))).toBe('failed');
    expect(sort_text(next_sort(by_failed, 'name'))).toBeNull();
    expect(sort_of(query('sort=-owner'))).toEqual({ key: 'owner', down: true });
  });
  it('counts the tags among what the other filters leave, the chosen ones first', () => {
    const found = facets(DAGS, filter_of(query('tag=gold')), 'tags');
    expect(found).toEqual([
      { value: 'gold', count: 1 },
      { value: 'sales', count: 2 },
    ]);
    expect(facets(DAGS, filter_of(query('tag=gone')), 'tags')[0]).toEqual({
      value: 'gone',
      count: 0,
    });
    expect(facets(DAGS, filter_of(query('owner=bob')), 'tags')).toEqual([
      { value: 'sales', count: 1 },
    ]);
  });
  it('says what a trigger will do', () => {
    const { starts, beside, waits } = trigger_preview(DAGS);
    expect([ids(starts), ids(beside), ids(waits)]).toEqual([['stock'], ['orders'], ['Invoices']]);
  });
});
