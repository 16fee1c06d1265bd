// SPDX-License-Identifier: Apache-2.0
// The lineage graph as a tree, and where its nodes are shown.
import type { LineageGraph, LineageNode } from '@/api/types.gen';
import { paths } from '@/models/paths';

export type Direction = 'up' | 'down';

export interface LineageBranch {
  node: LineageNode;
  /** How it hangs together with the branch above; empty at the root. */
  relation: string;
  branches: LineageBranch[];
}

/** From the first node on. What hangs at two places is followed at the first one. */
export function lineage_tree(graph: LineageGraph, direction: Direction): LineageBranch | null {
  const [root] = graph.nodes;
  if (!root) return null;
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const seen = new Set<string>();
  const branch = (node: LineageNode, relation: string): LineageBranch => {
    if (seen.has(node.id)) return { node, relation, branches: [] };
    seen.add(node.id);
    const branches: LineageBranch[] = [];
    for (const edge of graph.edges) {
      const [from, to] =
        direction === 'up' ? [edge.target, edge.source] : [edge.source, edge.target];
      const next = nodes.get(to);
      if (from === node.id && next) branches.push(branch(next, edge.relation));
    }
    return { node, relation, branches };
  };
  return branch(root, '');
}

/** The page of a node; null when it has none of its own. */
export function lineage_path(node: LineageNode): string | null {
  const id = node.id.slice(node.kind.length + 1);
  switch (node.kind) {
    case 'task': {
      const match = /^([^/]+)\/([^/]+)\/(.+?)(?:\[(\d+)\])?$/.exec(id);
      if (!match) return null;
      const [, dag_id = '', run = '', task = '', map] = match;
      return paths.task(dag_id, run, task, { map, panel: 'data' });
    }
    case 'report':
      return paths.report(id);
    case 'pack':
      return paths.pack(id);
    case 'service':
      return paths.service(id);
    case 'camera':
      return paths.camera(id);
    case 'event':
      return paths.event(id);
    default:
      return null;
  }
}
