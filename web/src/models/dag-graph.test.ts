// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { DagGraph } from '@/api/types.gen';
import { is_large, likely_direction, to_elk } from '@/models/dag-graph';

function graph(ids: string[], edges: [string, string][]): DagGraph {
  return {
    dag_id: 'd',
    version: 1,
    params: {},
    groups: [],
    edges: edges.map(([source, target]) => ({ source, target })),
    nodes: ids.map((id) => ({
      id,
      label: id,
      operator_name: '',
      trigger_rule: 'all_success',
      is_branch: false,
      is_mapped: false,
      doc_md: '',
    })),
  };
}

const FLAT = { width: 2000, height: 300 };
const TALL = { width: 400, height: 900 };
const ids = (count: number): string[] => Array.from({ length: count }, (_, at) => `t${at}`);

describe('the direction of a large graph', () => {
  it('goes right for a chain and down for many side by side', () => {
    const chain = ids(30);
    const links = chain.slice(1).map((id, at): [string, string] => [`t${at}`, id]);
    expect(likely_direction(graph(chain, links), FLAT)).toBe('RIGHT');
    const wide = chain.slice(1).map((id): [string, string] => ['t0', id]);
    expect(likely_direction(graph(chain, wide), FLAT)).toBe('DOWN');
  });
  it('counts the longest way to a task, whatever the order of the edges', () => {
    const diamond: [string, string][] = [
      ['t2', 't3'],
      ['t0', 't3'],
      ['t1', 't2'],
      ['t0', 't1'],
    ];
    // Four in a row: 4 x 192 pixels wide, or 4 x 52 high.
    expect(likely_direction(graph(ids(4), diamond), { width: 768, height: 190 })).toBe('RIGHT');
    expect(likely_direction(graph(ids(4), diamond), { width: 768, height: 220 })).toBe('DOWN');
    expect(likely_direction(graph(ids(4), diamond), TALL)).toBe('DOWN');
    expect(likely_direction(graph([], []), FLAT)).toBe('RIGHT');
  });
});

it('a large graph is laid out in the quicker way', () => {
  const options = (count: number): Record<string, string> | undefined =>
    to_elk(graph(ids(count), []), 'RIGHT').layoutOptions;
  expect(is_large(graph(ids(200), []))).toBe(false);
  expect(options(200)?.['elk.layered.thoroughness']).toBeUndefined();
  expect(options(201)?.['elk.layered.thoroughness']).toBe('1');
});
