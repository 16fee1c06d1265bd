// SPDX-License-Identifier: Apache-2.0
// Which DAGs make which assets, and which wait for them, as a graph.
import type { Asset, DagGraph } from '@/api/types.gen';

export type AssetNodeOf = { kind: 'dag'; dag_id: string } | { kind: 'asset'; asset: Asset };

export interface AssetGraph {
  /** As a DAG's graph, for the same layout; a DAG that makes what it waits for closes a circle. */
  graph: DagGraph;
  /** What each node stands for. */
  of: ReadonlyMap<string, AssetNodeOf>;
}

const node = (id: string, label: string): DagGraph['nodes'][number] => ({
  id,
  label,
  operator_name: '',
  group: null,
  trigger_rule: 'all_success',
  is_branch: false,
  is_mapped: false,
  doc_md: '',
});

/** Assets that no DAG makes or waits for stand by themselves. */
export function asset_graph(assets: readonly Asset[]): AssetGraph {
  const of = new Map<string, AssetNodeOf>();
  const edges = new Map<string, DagGraph['edges'][number]>();
  const join = (source: string, target: string): void => {
    edges.set(JSON.stringify([source, target]), { source, target });
  };
  const dag_key = (dag_id: string): string => {
    of.set(`dag:${dag_id}`, { kind: 'dag', dag_id });
    return `dag:${dag_id}`;
  };
  for (const asset of assets) {
    const key = `asset:${asset.name}`;
    of.set(key, { kind: 'asset', asset });
    for (const { dag_id } of asset.producing_tasks) join(dag_key(dag_id), key);
    for (const dag_id of asset.scheduled_dags) join(key, dag_key(dag_id));
  }
  const label = (one: AssetNodeOf): string => (one.kind === 'dag' ? one.dag_id : one.asset.name);
  return {
    graph: {
      dag_id: '',
      version: 0,
      params: {},
      nodes: [...of].map(([id, one]) => node(id, label(one))),
      groups: [],
      edges: [...edges.values()],
    },
    of,
  };
}
