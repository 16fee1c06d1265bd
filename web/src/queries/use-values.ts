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
  { key: string; wanted: VariableSet }
> {
  const client = useQueryClient();
  return useMutation({
    gcTime: 0, // what was typed is not kept
    mutationFn: ({ key, wanted }) =>
      call<Variable>('put_variable', { path: { variable_key: key }, body: wanted }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.variables }),
  });
}

export function useSetConnection(): UseMutationResult<
  Connection,
  Error,
  { conn_id: string; wanted: ConnectionSet }
> {
  const client = useQueryClient();
  return useMutation({
    gcTime: 0, // what was typed is not kept
    mutationFn: ({ conn_id, wanted }) =>
      call<Connection>('put_connection', { path: { conn_id }, body: wanted }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.connections }),
  });
}

export function useDeleteVariable(): UseMutationResult<unknown, Error, string> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (variable_key) => call('delete_variable', { path: { variable_key } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.variables }),
  });
}

export function useDeleteConnection(): UseMutationResult<unknown, Error, string> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (conn_id) => call('delete_connection', { path: { conn_id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.connections }),
  });
}
