// SPDX-License-Identifier: Apache-2.0
import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
} from '@tanstack/react-query';
import { call, call_list } from '@/api/client';
import type {
  ClearRequest,
  TaskInstance,
  TaskList,
  TaskState,
  TaskTry,
  XComItem,
} from '@/api/types.gen';
import { keys } from '@/queries/keys';

export interface TaskRef {
  dag_id: string;
  dag_run_id: string;
  task_id: string;
}

export function useTaskInstances(
  dag_id: string,
  dag_run_id: string | null,
): UseQueryResult<TaskInstance[]> {
  return useQuery({
    queryKey: keys.instances(dag_id, dag_run_id ?? ''),
    enabled: dag_run_id !== null,
    queryFn: ({ signal }) =>
      call_list<TaskInstance>('list_task_instances', {
        path: { dag_id, dag_run_id: dag_run_id ?? '' },
        signal,
      }),
  });
}

export function useTries(ref: TaskRef): UseQueryResult<TaskTry[]> {
  return useQuery({
    queryKey: keys.tries(ref.dag_id, ref.dag_run_id, ref.task_id),
    queryFn: ({ signal }) => call_list<TaskTry>('list_tries', { path: { ...ref }, signal }),
  });
}

export function useXComs(ref: TaskRef): UseQueryResult<XComItem[]> {
  return useQuery({
    queryKey: keys.xcoms(ref.dag_id, ref.dag_run_id, ref.task_id),
    queryFn: ({ signal }) => call_list<XComItem>('list_xcoms', { path: { ...ref }, signal }),
  });
}

/** With dry_run it changes nothing and answers what would be cleared. */
export function useClearTasks(dag_id: string): UseMutationResult<TaskList, Error, ClearRequest> {
  return useMutation({
    mutationFn: (body) => call<TaskList>('clear_task_instances', { path: { dag_id }, body }),
  });
}

export function useMarkTask(ref: TaskRef): UseMutationResult<TaskInstance, Error, TaskState> {
  return useMutation({
    mutationFn: (new_state) =>
      call<TaskInstance>('mark_task_instance', { path: { ...ref }, body: { new_state } }),
  });
}
