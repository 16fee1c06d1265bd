// SPDX-License-Identifier: Apache-2.0
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { call, call_list } from '@/api/client';
import type { Artifact, LineageGraph } from '@/api/types.gen';
import { instance_name } from '@/models/instances';
import type { Direction } from '@/models/lineage';
import { type InstanceKey, keys } from '@/queries/keys';

/** What an instance saved, when it has succeeded. */
export function useArtifacts(of: InstanceKey): UseQueryResult<Artifact[]> {
  return useQuery({
    queryKey: keys.artifacts(of),
    queryFn: ({ signal }) => call_list<Artifact>('list_artifacts', { query: { ...of }, signal }),
  });
}

/** What led to an instance, or came of it. */
export function useLineage(of: InstanceKey, direction: Direction): UseQueryResult<LineageGraph> {
  const node = `task:${of.dag_id}/${of.dag_run_id}/${instance_name(of.task_id, of.map_index)}`;
  return useQuery({
    queryKey: keys.lineage(of, direction),
    queryFn: ({ signal }) =>
      call<LineageGraph>('get_lineage', { query: { node, direction, limit: 100 }, signal }),
  });
}
