// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import type { DagGraph, TaskInstance } from '@/api/types.gen';
import {
  type BoxNode,
  type PaintOptions,
  keep_same,
  paint_edges,
  paint_nodes,
  split_edges,
} from '@/features/workflows/graph/graph-paint';

const LABELLED = 7;

/** A chain of tasks, one below the other, of which one edge has a label. */
function chain(count: number): PaintOptions {
  const ids = Array.from({ length: count }, (_, at) => `t${at}`);
  const graph = {
    dag_id: 'd',
    version: 1,
    nodes: ids.map((id) => ({ id, label: id })),
    edges: ids.slice(1).map((target, at) => ({
      source: `t${at}`,
      target,
      ...(at === LABELLED ? { label: 'when good' } : {}),
    })),
    groups: [],
  } as unknown as DagGraph;
  return {
    graph,
    layout: {
      direction: 'DOWN',
      boxes: ids.map((id, at) => ({ id, parent: null, x: 0, y: 100 * at, width: 192, height: 52 })),
    },
    states: new Map(
      ids.slice(0, 3).map((id) => [
        id,
        {
          state: 'success',
          width: null,
          counts: [],
          instance: {} as TaskInstance,
        },
      ]),
    ) as unknown as PaintOptions['states'],
    selected: null,
    on_path: null,
    critical: ['t1', 't2'],
    tasks_in: new Map(),
    on_fold: () => undefined,
  };
}

const ways = (path: string): number => path.split('M').length - 1;

it('the edges of a small graph are an element each', () => {
  const options = chain(200);
  const edges = paint_edges(options);
  const { own, joined } = split_edges(edges, options, false);
  expect(own).toEqual(edges);
  expect(joined).toEqual([]);
});

it('the edges of a large graph are a path for each look, but those with a label', () => {
  const options = chain(201);
  const { own, joined } = split_edges(paint_edges(options), options, false);
  expect(own.map((edge) => edge.label)).toEqual(['when good']);
  expect(joined.map(([look, path]) => [look.split(/ +/).join(' '), ways(path)])).toEqual([
    ['graph-edge-done', 2],
    ['', 196],
    ['graph-edge-critical graph-edge-done', 1],
  ]);
  // From the lower side of a box to the upper side of the next.
  expect(joined[0]?.[1]).toMatch(/^M96 52C.* 96 100M/);
});

it('draws anew only the boxes of which something has changed', () => {
  const options = chain(5);
  const before = paint_nodes(options);
  const is_kept = (boxes: readonly BoxNode[]): boolean[] =>
    boxes.map((box) => before.includes(box));
  const states = new Map([...options.states].map(([id, one]) => [id, { ...one }]));
  const again = paint_nodes({ ...options, states });
  expect(is_kept(again)).toEqual(Array(5).fill(false));
  expect(keep_same(before, again)).toEqual(before);
  expect(is_kept(keep_same(before, again))).toEqual(Array(5).fill(true));

  const [first] = options.states.values();
  if (first) states.set('t1', { ...first, state: 'failed' });
  const boxes = options.layout.boxes.map((box) => (box.id === 't2' ? { ...box, y: 201 } : box));
  const layout = { ...options.layout, boxes };
  const marks = { selected: 't3', critical: ['t4'] };
  const changed = paint_nodes({ ...options, states, layout, ...marks });
  const kept = keep_same(before, changed);
  expect(is_kept(kept)).toEqual([true, false, false, false, false]);
  expect(kept.slice(1)).toEqual(changed.slice(1));
});

it('from afar the edges with a label are joined too: it could not be read', () => {
  const options = chain(201);
  const { own, joined } = split_edges(paint_edges(options), options, true);
  expect(own).toEqual([]);
  expect(joined.map(([, path]) => ways(path)).reduce((sum, one) => sum + one)).toBe(200);
});
