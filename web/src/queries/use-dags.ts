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
  ClearRunRequest,
  Dag,
  DagGraph,
  DagRun,
  DagRunPatch,
  DagSource,
  Grid,
  ImportError,
  RunNotice,
  TaskList,
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

/** What a run waits for changes without a change of its own. */
const EXPLAIN_EVERY_MS = 3000;

/** One run with its explanation. */
export function useRun({ dag_id, dag_run_id }: RunRef): UseQueryResult<DagRun> {
  return useQuery({
    queryKey: keys.run(dag_id, dag_run_id),
    refetchInterval: EXPLAIN_EVERY_MS,
    queryFn: ({ signal }) => call<DagRun>('get_dag_run', { path: { dag_id, dag_run_id }, signal }),
  });
}

/** The DAG's callbacks that a run had. */
export function useNotices({ dag_id, dag_run_id }: RunRef): UseQueryResult<RunNotice[]> {
  return useQuery({
    queryKey: keys.notices(dag_id, dag_run_id),
    queryFn: ({ signal }) =>
      call_list<RunNotice>('list_run_notices', { path: { dag_id, dag_run_id }, signal }),
  });
}

export interface RunRef {
  dag_id: string;
  dag_run_id: string;
}

/** Sets the note or the state of a run. */
export function usePatchRun(run: RunRef): UseMutationResult<DagRun, Error, DagRunPatch> {
  return useMutation({
    mutationFn: (body) => call<DagRun>('patch_dag_run', { path: { ...run }, body }),
  });
}

export function useClearRun(run: RunRef): UseMutationResult<TaskList, Error, ClearRunRequest> {
  return useMutation({
    mutationFn: (body) => call<TaskList>('clear_dag_run', { path: { ...run }, body }),
  });
}

export function useDeleteRun(run: RunRef): UseMutationResult<unknown, Error, void> {
  return useMutation({ mutationFn: () => call('delete_dag_run', { path: { ...run } }) });
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
