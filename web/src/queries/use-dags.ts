// SPDX-License-Identifier: Apache-2.0
import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { call, call_list } from '@/api/client';
import type {
  Dag,
  DagGraph,
  DagRun,
  DagSource,
  Grid,
  ImportError,
  TriggerRequest,
} from '@/api/types.gen';
import { upserted } from '@/models/list';
import { keys } from '@/queries/keys';

export function useDags(): UseQueryResult<Dag[]> {
  return useQuery({
    queryKey: keys.dags,
    queryFn: ({ signal }) => call_list<Dag>('list_dags', { signal }),
  });
}

export function useDag(dag_id: string): UseQueryResult<Dag> {
  return useQuery({
    queryKey: keys.dag(dag_id),
    queryFn: ({ signal }) => call<Dag>('get_dag', { path: { dag_id }, signal }),
  });
}

export function useImportErrors(): UseQueryResult<ImportError[]> {
  return useQuery({
    queryKey: keys.import_errors,
    queryFn: ({ signal }) => call_list<ImportError>('list_import_errors', { signal }),
  });
}

export function useDagGraph(dag_id: string): UseQueryResult<DagGraph> {
  return useQuery({
    queryKey: keys.graph(dag_id),
    queryFn: ({ signal }) => call<DagGraph>('get_dag_graph', { path: { dag_id }, signal }),
  });
}

export function useDagSource(dag_id: string): UseQueryResult<DagSource> {
  return useQuery({
    queryKey: keys.source(dag_id),
    queryFn: ({ signal }) => call<DagSource>('get_dag_source', { path: { dag_id }, signal }),
  });
}

export function useGrid(dag_id: string): UseQueryResult<Grid> {
  return useQuery({
    queryKey: keys.grid(dag_id),
    queryFn: ({ signal }) => call<Grid>('get_grid', { path: { dag_id }, signal }),
  });
}

/** Newest first. */
export function useRuns(dag_id: string): UseQueryResult<DagRun[]> {
  return useQuery({
    queryKey: keys.runs(dag_id),
    queryFn: async ({ signal }) => {
      const runs = await call_list<DagRun>('list_dag_runs', { path: { dag_id }, signal });
      const when = (run: DagRun): string => run.start_date ?? run.queued_at ?? '9';
      return [...runs].sort((a, b) => when(b).localeCompare(when(a)));
    },
  });
}

/** Switches a DAG on or off; the switch moves at once and moves back if the server refuses. */
export function usePauseDag(): UseMutationResult<
  Dag,
  Error,
  { dag_id: string; is_paused: boolean },
  { old: Dag[] | undefined }
> {
  const client = useQueryClient();
  const show = (dag_id: string, is_paused: boolean): void => {
    client.setQueryData<Dag[]>(keys.dags, (list) =>
      list?.map((dag) => (dag.dag_id === dag_id ? { ...dag, is_paused } : dag)),
    );
    client.setQueryData<Dag>(keys.dag(dag_id), (dag) => dag && { ...dag, is_paused });
  };
  return useMutation({
    mutationFn: ({ dag_id, is_paused }) =>
      call<Dag>('patch_dag', { path: { dag_id }, body: { is_paused } }),
    onMutate: ({ dag_id, is_paused }) => {
      show(dag_id, is_paused);
      return { old: client.getQueryData<Dag[]>(keys.dags) };
    },
    onError: (_, { dag_id, is_paused }) => show(dag_id, !is_paused),
  });
}

export function useTriggerDag(dag_id: string): UseMutationResult<DagRun, Error, TriggerRequest> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body) => call<DagRun>('trigger_dag_run', { path: { dag_id }, body }),
    onSuccess: (run) => {
      client.setQueryData<DagRun[]>(
        keys.runs(dag_id),
        (list) => list && upserted(list, run, (r) => r.dag_run_id, 'first'),
      );
    },
  });
}
