// SPDX-License-Identifier: Apache-2.0
// One's own sessions and API tokens, and the first start.
import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { call, call_list, set_csrf_token } from '@/api/client';
import type {
  ApiToken,
  Session,
  SessionInfo,
  SetupRequest,
  SetupState,
  SignInOptions,
  TokenCreate,
  TokenCreated,
} from '@/api/types.gen';
import { keys } from '@/queries/keys';

/** Whether this server has no user yet. */
export function useSetupState(): UseQueryResult<SetupState> {
  return useQuery({
    queryKey: keys.setup,
    queryFn: ({ signal }) => call<SetupState>('get_setup', { signal }),
  });
}

/** The ways to sign in beside a password. */
export function useSignInOptions(): UseQueryResult<SignInOptions> {
  return useQuery({
    queryKey: keys.sign_in,
    queryFn: ({ signal }) => call<SignInOptions>('get_sign_in', { signal }),
  });
}

export function useCompleteSetup(): UseMutationResult<Session, Error, SetupRequest> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body) => {
      const session = await call<Session>('complete_setup', { body });
      set_csrf_token(session.csrf_token);
      return session;
    },
    onSuccess: (session) => client.setQueryData(keys.session, session),
  });
}

export function useOwnSessions(): UseQueryResult<SessionInfo[]> {
  return useQuery({
    queryKey: keys.own_sessions,
    queryFn: ({ signal }) => call_list<SessionInfo>('list_own_sessions', { signal }),
  });
}

export function useEndSession(): UseMutationResult<unknown, Error, string> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (session_id) => call('end_own_session', { path: { session_id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.own_sessions }),
  });
}

/** Own ones, or those of all users, which is for admins. */
export function useTokens(whose: 'own' | 'all'): UseQueryResult<ApiToken[]> {
  return useQuery({
    queryKey: keys.tokens_of(whose),
    queryFn: ({ signal }) =>
      call_list<ApiToken>(whose === 'own' ? 'list_own_tokens' : 'list_tokens', { signal }),
  });
}

export function useCreateToken(): UseMutationResult<TokenCreated, Error, TokenCreate> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body) => call<TokenCreated>('create_own_token', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.tokens }),
  });
}

export function useRevokeToken(whose: 'own' | 'all'): UseMutationResult<unknown, Error, number> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (token_id) =>
      call(whose === 'own' ? 'revoke_own_token' : 'revoke_token', { path: { token_id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.tokens }),
  });
}
