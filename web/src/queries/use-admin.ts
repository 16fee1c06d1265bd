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
  Health,
  Role,
  UserCreate,
  UserCreated,
  UserInfo,
  Worker,
  WorkerAddress,
  WorkerTask,
} from '@/api/types.gen';
import { keys } from '@/queries/keys';

export function useHealth(): UseQueryResult<Health> {
  return useQuery({
    queryKey: keys.health,
    queryFn: ({ signal }) => call<Health>('health', { signal }),
  });
}

export function useWorkers(enabled = true): UseQueryResult<Worker[]> {
  return useQuery({
    enabled,
    queryKey: keys.workers,
    queryFn: ({ signal }) => call_list<Worker>('list_workers', { signal }),
  });
}

/** Where workers on other machines join. */
export function useWorkerAddress(enabled: boolean): UseQueryResult<WorkerAddress> {
  return useQuery({
    enabled,
    queryKey: keys.worker_address,
    queryFn: ({ signal }) => call<WorkerAddress>('worker_address', { signal }),
  });
}

/** What runs now, oldest first. */
export function useWorkerTasks(): UseQueryResult<WorkerTask[]> {
  return useQuery({
    queryKey: keys.worker_tasks,
    queryFn: ({ signal }) => call_list<WorkerTask>('list_worker_tasks', { signal }),
  });
}

export interface WorkerOrder {
  worker_id: string;
  order: 'cordon_worker' | 'uncordon_worker' | 'drain_worker';
}

export function useOrderWorker(): UseMutationResult<unknown, Error, WorkerOrder> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ worker_id, order }) => call(order, { path: { worker_id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.workers }),
  });
}

export function useUsers(): UseQueryResult<UserInfo[]> {
  return useQuery({
    queryKey: keys.users,
    queryFn: ({ signal }) => call_list<UserInfo>('list_users', { signal }),
  });
}

export function useCreateUser(): UseMutationResult<UserCreated, Error, UserCreate> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body) => call<UserCreated>('create_user', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.users }),
  });
}

export function useSetRole(): UseMutationResult<
  UserInfo,
  Error,
  { username: string; role: Role | null }
> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ username, role }) =>
      call<UserInfo>('patch_user', { path: { username }, body: { role } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.users }),
  });
}

/** Gives a user a one-time password, which ends the sessions. */
export function useResetPassword(): UseMutationResult<UserCreated, Error, string> {
  return useMutation({
    mutationFn: (username) => call<UserCreated>('reset_password', { path: { username } }),
  });
}

export function useDeleteUser(): UseMutationResult<unknown, Error, string> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (username) => call('delete_user', { path: { username } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.users }),
  });
}
