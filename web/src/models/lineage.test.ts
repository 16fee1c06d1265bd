// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { LineageGraph, LineageNode } from '@/api/types.gen';
import { lineage_path, lineage_tree } from '@/models/lineage';

function node(id: string): LineageNode {
  const [kind = ''] = id.split(':');
  return { id, kind, label: id, detail: '', at: null, depth: 0 };
}

const GRAPH: LineageGraph = {
  nodes: ['task:d/r/a', 'artifact:1', 'task:d/r/b', 'variant:2'].map(node),
  edges: [
    { source: 'task:d/r/a', target: 'artifact:1', relation: 'saved' },
    { source: 'artifact:1', target: 'task:d/r/b', relation: 'used by' },
    { source: 'artifact:1', target: 'variant:2', relation: 'is the file of' },
    { source: 'task:d/r/b', target: 'variant:2', relation: 'made' },
    { source: 'variant:2', target: 'task:d/r/a', relation: 'round' },
  ],
  truncated: false,
};

describe('lineage_tree', () => {
  it('follows edges from the first node, each node once', () => {
    const tree = lineage_tree(GRAPH, 'down');
    const artifact = tree?.branches[0];
    expect(artifact?.node.id).toBe('artifact:1');
    expect(artifact?.relation).toBe('saved');
    expect(artifact?.branches.map((one) => one.node.id)).toEqual(['task:d/r/b', 'variant:2']);
    // It is followed at its first place, below the task, and ends where the circle closes.
    const made = artifact?.branches[0]?.branches[0];
    expect(made?.branches[0]?.branches).toEqual([]);
    expect(artifact?.branches[1]?.branches).toEqual([]);
  });

  it('turns round', () => {
    const graph = { ...GRAPH, nodes: [...GRAPH.nodes].reverse() };
    const tree = lineage_tree(graph, 'up');
    expect(tree?.node.id).toBe('variant:2');
    expect(tree?.branches.map((one) => one.node.id)).toEqual(['artifact:1', 'task:d/r/b']);
    expect(lineage_tree({ ...GRAPH, nodes: [] }, 'up')).toBeNull();
  });
});

describe('lineage_path', () => {
  it('leads to the page of what has one', () => {
    expect(lineage_path(node('task:d/manual__1:2/g.t[3]'))).toBe(
      '/dags/d?run=manual__1%3A2&task=g.t&map=3&panel=data',
    );
    expect(lineage_path(node('task:d/r/t'))).toBe('/dags/d?run=r&task=t&panel=data');
    expect(lineage_path(node('event:gate-1'))).toBe('/events/gate-1');
    expect(lineage_path(node('artifact:1'))).toBeNull();
  });
});
