// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { DagGraph, TaskInstance } from '@/api/types.gen';
import { box_summaries, fold_groups, read_folded, write_folded } from '@/models/views/graph-fold';
import { graph_svg } from '@/models/views/graph-svg';

const node = (id: string, group: string | null): DagGraph['nodes'][number] =>
  ({ id, label: id, group, is_mapped: false }) as DagGraph['nodes'][number];

const GRAPH: DagGraph = {
  dag_id: 'd',
  version: 1,
  params: {},
  nodes: [node('a', null), node('b', 'outer'), node('c', 'inner'), node('d', null)],
  groups: [
    { id: 'outer', label: 'Outer', is_mapped: false },
    { id: 'inner', label: 'Inner', parent: 'outer', is_mapped: false },
  ],
  edges: [
    { source: 'a', target: 'b' },
    { source: 'a', target: 'c' },
    { source: 'b', target: 'c' },
    { source: 'c', target: 'd' },
  ],
};

const drawn = ({ graph }: { graph: DagGraph }): unknown => [
  graph.nodes.map(({ id, group }) => `${id} in ${group ?? '-'}`),
  graph.groups.map(({ id }) => id),
  graph.edges.map(({ source, target }) => `${source}>${target}`),
];

describe('a graph with folded groups', () => {
  it('shows a group as one box, its edges once and none of its own', () => {
    expect(drawn(fold_groups(GRAPH, new Set(['outer'])))).toEqual([
      ['a in -', 'group:outer in -', 'd in -'],
      [],
      ['a>group:outer', 'group:outer>d'],
    ]);
  });
  it('keeps what is around an inner group', () => {
    expect(drawn(fold_groups(GRAPH, new Set(['inner'])))).toEqual([
      ['a in -', 'b in outer', 'group:inner in outer', 'd in -'],
      ['outer'],
      ['a>b', 'a>group:inner', 'b>group:inner', 'group:inner>d'],
    ]);
  });
  it('is the graph itself when nothing is folded', () => {
    expect(drawn(fold_groups(GRAPH, new Set()))).toEqual(drawn({ graph: GRAPH }));
  });
  it('keeps the words of edges that become one when all say the same', () => {
    const labels = (b: string, c: string | null): unknown =>
      fold_groups(
        {
          ...GRAPH,
          edges: [
            { source: 'a', target: 'b', label: b },
            { source: 'a', target: 'c', label: c },
          ],
        },
        new Set(['outer']),
      ).graph.edges.map(({ label }) => label ?? null);
    expect(labels('yes', 'yes')).toEqual(['yes']);
    expect(labels('yes', 'no')).toEqual([null]);
    expect(labels('yes', null)).toEqual([null]);
  });
  it('sums up the states of what is in the box', () => {
    const one = (task_id: string, state: string): TaskInstance =>
      ({ task_id, state, map_index: -1 }) as TaskInstance;
    const { box_of, tasks_in } = fold_groups(GRAPH, new Set(['outer']));
    const list = [one('a', 'success'), one('b', 'success'), one('c', 'failed')];
    const box = box_summaries(list, box_of).get('group:outer');
    expect(box?.state).toBe('failed');
    expect(box?.counts.map(({ state, count }) => `${count} ${state}`)).toEqual([
      '1 failed',
      '1 success',
    ]);
    expect(tasks_in.get('group:outer')).toBe(2);
  });
  it('is kept in the address; large graphs begin folded', () => {
    expect(read_folded(null, GRAPH)).toEqual(new Set());
    expect(read_folded('inner,nosuch', GRAPH)).toEqual(new Set(['inner']));
    expect(read_folded(write_folded(new Set()), GRAPH)).toEqual(new Set());
    const many = Array.from({ length: 201 }, (_, n) => node(`t${n}`, 'outer'));
    const large = { ...GRAPH, nodes: many };
    expect(read_folded(null, large)).toEqual(new Set(['outer']));
    expect(read_folded(write_folded(new Set()), large)).toEqual(new Set());
  });
});

describe('a graph as SVG', () => {
  const box = (id: string, parent: string | null, x: number) => ({
    box: { id, parent, x, y: 10, width: 100, height: 50 },
    label: `<${id}>`,
    detail: 'Success',
    is_group: parent === null && id === 'g',
    color: '#123456',
  });
  const colors = { surface: '#fff', text: '#000', faint: '#666', line: '#999', strong: '#50f' };
  const svg = graph_svg({
    boxes: [box('g', null, 0), box('a', 'g', 5), box('b', null, 200)],
    edges: [
      { source: 'a', target: 'b', label: 'when <good>', is_strong: true },
      { source: 'a', target: 'nosuch', label: '', is_strong: false },
    ],
    direction: 'RIGHT',
    colors,
  });
  it('is well-formed and holds names as text', () => {
    const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml');
    expect(parsed.querySelector('parsererror')).toBeNull();
    expect([...parsed.querySelectorAll('text')].map((one) => one.textContent)).toContain('<a>');
    expect(svg).toContain('when &#60;good&#62;');
    expect(parsed.querySelectorAll('path')).toHaveLength(1);
  });
  it('places boxes in their groups', () => {
    // Margin 20 + group at 0, 10 + task at 5, 10.
    expect(svg).toContain('<rect x="25" y="40" width="100"');
    expect(svg).toContain('width="340"');
  });
});
