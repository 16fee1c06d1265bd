// SPDX-License-Identifier: Apache-2.0
import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
} from '@tanstack/react-query';
import { type CallOptions, call, call_all, call_list } from '@/api/client';
import type {
  ClearRequest,
  MarkRequest,
  RunTry,
  TaskInstance,
  TaskList,
  TaskState,
  TaskTry,
  TryDetails,
  XComItem,
} from '@/api/types.gen';
import { type InstanceKey, keys } from '@/queries/keys';

/** One instance; a task that is not mapped has the map index -1. */
export type TaskRef = InstanceKey;

/** The path and the query that name an instance. */
export function instance_at(ref: TaskRef): Required<Pick<CallOptions, 'path' | 'query'>> {
  const { map_index, ...path } = ref;
  return { path, query: { map_index: map_index >= 0 ? map_index : undefined } };
}

/** All instances of a run; of a mapped task there may be thousands. */
export function useTaskInstances(
  dag_id: string,
  dag_run_id: string | null,
): UseQueryResult<TaskInstance[]> {
  return useQuery({
    queryKey: keys.instances(dag_id, dag_run_id ?? ''),
    enabled: dag_run_id !== null,
    queryFn: ({ signal }) =>
      call_all<TaskInstance>('list_task_instances', {
        path: { dag_id, dag_run_id: dag_run_id ?? '' },
        signal,
      }),
  });
}

export function useTries(ref: TaskRef): UseQueryResult<TaskTry[]> {
  return useQuery({
    queryKey: keys.tries(ref),
    queryFn: ({ signal }) => call_list<TaskTry>('list_tries', { ...instance_at(ref), signal }),
  });
}

/** One try with what it uses over time and its rendered fields; the stream adds to it while it runs. */
export function useTry(ref: TaskRef, try_number: number): UseQueryResult<TryDetails> {
  return useQuery({
    queryKey: keys.try_details(ref, try_number),
    enabled: try_number > 0,
    queryFn: ({ signal }) => {
      const { path, query } = instance_at(ref);
      return call<TryDetails>('get_try', {
        path: { ...path, try_number: String(try_number) },
        query,
        signal,
      });
    },
  });
}

/** The ended tries of all instances of a run. */
export function useRunTries(
  dag_id: string,
  dag_run_id: string,
  enabled: boolean,
): UseQueryResult<RunTry[]> {
  return useQuery({
    queryKey: keys.run_tries(dag_id, dag_run_id),
    enabled,
    queryFn: ({ signal }) =>
      call_all<RunTry>('list_run_tries', { path: { dag_id, dag_run_id }, signal }),
  });
}

export function useXComs(ref: TaskRef): UseQueryResult<XComItem[]> {
  return useQuery({
    queryKey: keys.xcoms(ref),
    queryFn: ({ signal }) => call_list<XComItem>('list_xcoms', { ...instance_at(ref), signal }),
  });
}

const WAITING: readonly TaskState[] = ['no_status', 'scheduled', 'queued'];

/** `cause` in words; `explanation` too when the server was asked for it. */
export type Cause = Pick<TaskInstance, 'cause' | 'explanation'>;

/**
 * Why an instance is in its state; for one that waits the server says what it waits for now. That is
 * asked again when something changes that it may wait for (stream-patch.ts).
 */
export function useCause(ref: TaskRef, instance: TaskInstance): Cause {
  const waits = WAITING.includes(instance.state);
  const explained = useQuery({
    queryKey: keys.explained(ref),
    enabled: waits,
    queryFn: ({ signal }) =>
      call<TaskInstance>('get_task_instance', { ...instance_at(ref), signal }),
  });
  const { data } = explained;
  return waits && data?.state === instance.state ? data : instance;
}

/** With dry_run it changes nothing and answers what would be cleared. */
export function useClearTasks(dag_id: string): UseMutationResult<TaskList, Error, ClearRequest> {
  return useMutation({
    mutationFn: (body) => call<TaskList>('clear_task_instances', { path: { dag_id }, body }),
  });
}

export interface MarkAround {
  task: TaskRef;
  body: MarkRequest;
  /** Only answers what would be marked. */
  preview: boolean;
}

/** Marks one instance and what the request names beside it. */
export function useMarkAround(): UseMutationResult<TaskList, Error, MarkAround> {
  return useMutation({
    mutationFn: ({ task, body, preview }) =>
      call<TaskList>(preview ? 'preview_mark' : 'mark_task_instance', {
        ...instance_at(task),
        body,
      }),
  });
}

export interface MarkOrder {
  instances: readonly TaskInstance[];
  new_state: TaskState;
  /** How many are marked so far. */
  on_progress: (done: number) => void;
}

/** Marks sent at a time; the server takes them one after the other. */
const MARKS_AT_ONCE = 4;

/** Marks instances one by one, in their order; the first that is refused ends it. */
export function useMarkTasks(): UseMutationResult<void, Error, MarkOrder> {
  return useMutation({
    mutationFn: async ({ instances, new_state, on_progress }) => {
      const todo = [...instances];
      let done = 0;
      const work = async (): Promise<void> => {
        for (let one = todo.shift(); one !== undefined; one = todo.shift()) {
          const { dag_id, dag_run_id, task_id, map_index } = one;
          const at = instance_at({ dag_id, dag_run_id, task_id, map_index });
          try {
            await call<TaskList>('mark_task_instance', { ...at, body: { new_state } });
          } catch (error) {
            todo.length = 0;
            throw error;
          }
          on_progress((done += 1));
        }
      };
      await Promise.all(Array.from({ length: MARKS_AT_ONCE }, work));
    },
  });
}
