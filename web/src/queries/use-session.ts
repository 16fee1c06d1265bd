// SPDX-License-Identifier: Apache-2.0
import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { call, set_csrf_token } from '@/api/client';
import { is_signed_out } from '@/api/error';
import type { LoginRequest, PasswordChange, Role, Session } from '@/api/types.gen';
import { is_at_least, role_of } from '@/models/access/roles';
import { note_end } from '@/queries/client';
import { keys } from '@/queries/keys';

function keep_token(session: Session): Session {
  set_csrf_token(session.csrf_token);
  return session;
}

/** The signed-in user, or null. */
export function useSession(): UseQueryResult<Session | null> {
  const client = useQueryClient();
  return useQuery({
    queryKey: keys.session,
    queryFn: async () => {
      try {
        return keep_token(await call<Session>('who_am_i'));
      } catch (error) {
        if (!is_signed_out(error)) throw error;
        note_end(client);
        return null;
      }
    },
  });
}

/** A session that was there is over, and nobody has signed out. */
export function useSessionEnded(): boolean {
  return useQueryClient().getQueryData<boolean>(keys.session_ended) ?? false;
}

export function useLogin(): UseMutationResult<Session, Error, LoginRequest> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body) => keep_token(await call<Session>('login', { body })),
    onSuccess: (session) => {
      // What the page held of the session before is not this user's to see.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.session[0] });
      client.setQueryData(keys.session, session);
    },
  });
}

export function useChangePassword(): UseMutationResult<Session, Error, PasswordChange> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body) => keep_token(await call<Session>('change_password', { body })),
    onSuccess: (session) => client.setQueryData(keys.session, session),
  });
}

export function useLogout(): UseMutationResult<unknown, Error, void> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call('logout'),
    onSuccess: () => {
      const session = client.getQueryData<Session | null>(keys.session);
      set_csrf_token('');
      // The session itself stays in the cache: who shows it hears that it is over, and the sign-in page
      // comes. All that was read and sent under it goes.
      client.setQueryData(keys.session, null);
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.session[0] });
      client.getMutationCache().clear();
      // The provider would else sign the next person at this browser in as this one.
      if (session?.sign_out_url) window.location.assign(session.sign_out_url);
    },
  });
}

/**
 * Whether the signed-in user holds a role (or a stronger one): in a project, or without one for the
 * whole site. Hides what would be refused.
 */
export function useMay(role: Role, project?: string): boolean {
  const { data } = useSession();
  return Boolean(data) && is_at_least(role_of(data as Session, project), role);
}

/** As useMay, for several projects: the answer takes each project's name. */
export function useMayIn(role: Role): (project: string) => boolean {
  const { data } = useSession();
  return (project) => Boolean(data) && is_at_least(role_of(data as Session, project), role);
}
