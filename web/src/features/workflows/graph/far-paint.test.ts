// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import type { DagGraph } from '@/api/types.gen';
import { far_picture } from '@/features/workflows/graph/far-paint';
import type { PaintOptions } from '@/features/workflows/graph/graph-paint';

const options: PaintOptions = {
  graph: {
    dag_id: 'd',
    version: 1,
    nodes: [
      { id: 'alone', label: 'alone' },
      { id: 'g.inner', label: 'inner', group: 'g' },
    ],
    edges: [],
    groups: [{ id: 'g', label: 'Group', is_mapped: false }],
  } as unknown as DagGraph,
  layout: {
    direction: 'RIGHT',
    boxes: [
      { id: 'alone', parent: null, x: 0, y: 0, width: 192, height: 52 },
      { id: 'group:g', parent: null, x: 300, y: 10, width: 240, height: 110 },
      { id: 'g.inner', parent: 'group:g', x: 14, y: 34, width: 192, height: 52 },
    ],
  },
  states: new Map(),
  selected: 'alone',
  on_path: new Set(['alone']),
  critical: ['g.inner'],
  tasks_in: new Map(),
  on_fold: () => undefined,
};

it('a picture has each task where it stands in the whole, and its groups behind', () => {
  const picture = far_picture(options);
  expect([...picture.rects]).toEqual([
    ['alone', { x: 0, y: 0, width: 192, height: 52 }],
    ['g.inner', { x: 314, y: 44, width: 192, height: 52 }],
  ]);
  expect(picture.groups).toEqual([
    { rect: { x: 300, y: 10, width: 240, height: 110 }, label: 'Group' },
  ]);
  expect(picture.selected).toBe('alone');
  expect(picture.tasks.get('g.inner')).toMatchObject({ dim: true, critical: true, folded: null });
  expect(picture.tasks.get('alone')).toMatchObject({ dim: false, critical: false });
});
