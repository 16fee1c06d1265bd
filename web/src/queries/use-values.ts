// SPDX-License-Identifier: Apache-2.0
import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { call, call_list } from '@/api/client';
import type { Connection, ConnectionSet, Variable, VariableSet } from '@/api/types.gen';
import { keys } from '@/queries/keys';

/** Each project has values of its own. */
export interface ValueRef {
  project: string;
  name: string;
}

export function useVariables(): UseQueryResult<Variable[]> {
  return useQuery({
    queryKey: keys.variables,
    queryFn: ({ signal }) => call_list<Variable>('list_variables', { signal }),
  });
}

export function useConnections(): UseQueryResult<Connection[]> {
  return useQuery({
    queryKey: keys.connections,
    queryFn: ({ signal }) => call_list<Connection>('list_connections', { signal }),
  });
}

export function useSetVariable(): UseMutationResult<
  Variable,
  Error,
  ValueRef & { wanted: VariableSet }
> {
  const client = useQueryClient();
  return useMutation({
    gcTime: 0, // what was typed is not kept
    mutationFn: ({ project, name, wanted }) =>
      call<Variable>('put_project_variable', {
        path: { project, variable_key: name },
        body: wanted,
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.variables }),
  });
}

export function useSetConnection(): UseMutationResult<
  Connection,
  Error,
  ValueRef & { wanted: ConnectionSet }
> {
  const client = useQueryClient();
  return useMutation({
    gcTime: 0, // what was typed is not kept
    mutationFn: ({ project, name, wanted }) =>
      call<Connection>('put_project_connection', {
        path: { project, conn_id: name },
        body: wanted,
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.connections }),
  });
}

export function useDeleteVariable(): UseMutationResult<unknown, Error, ValueRef> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ project, name }) =>
      call('delete_project_variable', { path: { project, variable_key: name } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.variables }),
  });
}

export function useDeleteConnection(): UseMutationResult<unknown, Error, ValueRef> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ project, name }) =>
      call('delete_project_connection', { path: { project, conn_id: name } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.connections }),
  });
}
