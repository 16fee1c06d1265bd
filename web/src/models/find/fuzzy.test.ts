// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { fuzzy } from '@/models/find/fuzzy';

function best(query: string, texts: string[]): string[] {
  return texts
    .map((text) => ({ text, hit: fuzzy(text, query) }))
    .filter(({ hit }) => hit !== null)
    .sort((a, b) => (b.hit?.score ?? 0) - (a.hit?.score ?? 0))
    .map(({ text }) => text);
}

describe('the palette finds', () => {
  it('letters in their order, the beginnings of words before others', () => {
    expect(best('chm', ['cache_miss_hum', 'churn_model', 'orders'])[0]).toBe('churn_model');
    expect(best('model', ['churn_model', 'Models', 'remodel'])).toEqual([
      'Models',
      'churn_model',
      'remodel',
    ]);
  });
  it('every word, in any order', () => {
    expect(fuzzy('Trigger churn_model', 'churn trig')).not.toBeNull();
    expect(fuzzy('Trigger churn_model', 'churn pause')).toBeNull();
  });
  it('Korean too', () => {
    expect(fuzzy('워크플로', '플로')?.places).toEqual([2, 3]);
  });
  it('tells which letters matched', () => {
    expect(fuzzy('churn_model', 'CM')?.places).toEqual([0, 6]);
    expect(fuzzy('abc', '')?.places).toEqual([]);
  });
  it('takes no letters that a pattern would mean something by', () => {
    expect(fuzzy('a(b)*', '(b)*')?.places).toEqual([1, 2, 3, 4]);
    expect(fuzzy('ab', '.*')).toBeNull();
  });
  it('not a scatter of letters', () => {
    expect(fuzzy('a_dag_with_quite_a_long_name', 'zzz')).toBeNull();
    expect(fuzzy('xaxbxcxd', 'abcd')).toBeNull();
  });
});
