// SPDX-License-Identifier: Apache-2.0
import {
  type QueryClient,
  type UseMutationResult,
  type UsePrefetchQueryOptions,
  type UseQueryResult,
  useMutation,
  usePrefetchQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useState } from 'react';
import { call, call_all, call_list } from '@/api/client';
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
import { Wish } from '@/api/wish';
import { type GridData, read_grid } from '@/models/grid';
import { upserted } from '@/models/list';
import { type Refused, each_of } from '@/queries/each-of';
import { keys } from '@/queries/keys';

export function useDags(): UseQueryResult<Dag[]> {
  return useQuery({
    queryKey: keys.dags,
    queryFn: ({ signal }) => call_all<Dag>('list_dags', { signal }),
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

/** null: of no DAG, nothing is asked for. */
export function useDagGraph(dag_id: string | null): UseQueryResult<DagGraph> {
  return useQuery({
    queryKey: keys.graph(dag_id ?? ''),
    enabled: dag_id !== null,
    queryFn: ({ signal }) =>
      call<DagGraph>('get_dag_graph', { path: { dag_id: dag_id ?? '' }, signal }),
  });
}

/** The file's text as it was in a version; 0 = the newest. */
export function useDagSource(dag_id: string, version = 0): UseQueryResult<DagSource> {
  return useQuery({
    queryKey: keys.source(dag_id, version),
    queryFn: ({ signal }) =>
      call<DagSource>('get_dag_source', {
        path: { dag_id },
        query: { version: version || undefined },
        signal,
      }),
  });
}

/** The last `runs` runs with the states of all tasks. */
function grid_query(dag_id: string, runs: number): UsePrefetchQueryOptions<GridData> {
  return {
    queryKey: keys.grid(dag_id, runs),
    // A million cells are not worth comparing one by one.
    structuralSharing: false,
    queryFn: async ({ signal }) => {
      const query = { limit: runs };
      return read_grid(await call<Grid>('get_grid', { path: { dag_id }, query, signal }), runs);
    },
  };
}

export function useGrid(dag_id: string, runs: number): UseQueryResult<GridData> {
  return useQuery<GridData>({
    ...grid_query(dag_id, runs),
    placeholderData: (held) => (held?.dag_id === dag_id ? held : undefined),
  });
}

/** Asks for the grid before it is shown. */
export function useGridAhead(dag_id: string, runs: number): void {
  usePrefetchQuery(grid_query(dag_id, runs));
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

/** One run with its explanation; not asked for while `enabled` is false. */
export function useRun({ dag_id, dag_run_id }: RunRef, enabled = true): UseQueryResult<DagRun> {
  return useQuery({
    queryKey: keys.run(dag_id, dag_run_id),
    enabled,
    queryFn: ({ signal }) => call<DagRun>('get_dag_run', { path: { dag_id, dag_run_id }, signal }),
  });
}

export interface ShownRun {
  /** Newest first; an older one that is shown stands last. */
  runs: DagRun[] | undefined;
  run: DagRun | undefined;
  error: Error | null;
  /** Asks anew for what failed. */
  retry: () => void;
}

/** The runs to choose from and the chosen one, which may be older than those. */
export function useShownRun(dag_id: string, run_id: string | null): ShownRun {
  const list = useRuns(dag_id);
  const listed = list.data?.find((one) => one.dag_run_id === run_id);
  const is_older = run_id !== null && list.data !== undefined && !listed;
  const older = useRun({ dag_id, dag_run_id: run_id ?? '' }, is_older);
  const found = is_older ? older.data : undefined;
  return {
    runs: list.data && found ? [...list.data, found] : list.data,
    run: listed ?? found,
    error: list.error ?? (is_older ? older.error : null),
    retry: () => void (list.error ? list.refetch() : older.refetch()),
  };
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

/** Shows a switch as it will be, before the server has answered. */
function show_paused(client: QueryClient, dag_ids: ReadonlySet<string>, is_paused: boolean): void {
  client.setQueryData<Dag[]>(keys.dags, (list) =>
    list?.map((dag) => (dag_ids.has(dag.dag_id) ? { ...dag, is_paused } : dag)),
  );
  for (const dag_id of dag_ids) {
    client.setQueryData<Dag>(keys.dag(dag_id), (dag) => dag && { ...dag, is_paused });
  }
}

const pause_dag = (dag_id: string, is_paused: boolean): Promise<Dag> =>
  call<Dag>('patch_dag', { path: { dag_id }, body: { is_paused } });

/** Switches a DAG on or off; the switch moves at once and moves back if the server refuses. */
export function usePauseDag(): UseMutationResult<
  Dag,
  Error,
  { dag_id: string; is_paused: boolean }
> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ dag_id, is_paused }) => pause_dag(dag_id, is_paused),
    onMutate: ({ dag_id, is_paused }) => show_paused(client, new Set([dag_id]), is_paused),
    onError: (_, { dag_id, is_paused }) => show_paused(client, new Set([dag_id]), !is_paused),
  });
}

export interface PauseOrder {
  dag_ids: readonly string[];
  is_paused: boolean;
}

/** Switches many; answers with those that the server refused, which move back. */
export function usePauseDags(): UseMutationResult<Refused<string>[], Error, PauseOrder> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ dag_ids, is_paused }) => {
      show_paused(client, new Set(dag_ids), is_paused);
      const refused = await each_of(dag_ids, (dag_id) => pause_dag(dag_id, is_paused));
      show_paused(client, new Set(refused.map(({ item }) => item)), !is_paused);
      return refused;
    },
  });
}

export interface TriggerOrder {
  dag_ids: readonly string[];
  note: string;
  on_progress: (done: number) => void;
}

/** A run of each, with its defaults; answers with those that the server refused. */
export function useTriggerDags(): UseMutationResult<Refused<string>[], Error, TriggerOrder> {
  return useMutation({
    mutationFn: ({ dag_ids, note, on_progress }) =>
      each_of(
        dag_ids,
        (dag_id) => call<DagRun>('trigger_dag_run', { path: { dag_id }, body: { conf: {}, note } }),
        on_progress,
      ),
  });
}

export function useTriggerDag(dag_id: string): UseMutationResult<DagRun, Error, TriggerRequest> {
  const client = useQueryClient();
  const [wish] = useState(() => new Wish());
  return useMutation({
    mutationFn: (body) =>
      call<DagRun>('trigger_dag_run', { path: { dag_id }, body, wish: wish.key_of(body) }),
    onSuccess: (run) => {
      wish.done();
      client.setQueryData<DagRun[]>(
        keys.runs(dag_id),
        (list) => list && upserted(list, run, (r) => r.dag_run_id, 'first'),
      );
    },
  });
}
