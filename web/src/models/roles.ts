// SPDX-License-Identifier: Apache-2.0
// What somebody may do: a role for the whole site, or none, and roles in projects. In a project the
// stronger one counts. The server decides; here it only says what to show.
import { ROLES, type Role, type Session } from '@/api/types.gen';

/** What belongs to no other project belongs to this one. */
export const DEFAULT_PROJECT = 'default';

const level = (role: Role | null | undefined): number => (role ? ROLES.indexOf(role) : -1);

export function is_at_least(held: Role | null | undefined, wanted: Role): boolean {
  return level(held) >= level(wanted);
}

/** In a project; without one, for the whole site. */
export function role_of(session: Session, project?: string): Role | null {
  const site = session.role ?? null;
  const member = session.projects.find((one) => one.project === project)?.role ?? null;
  return level(member) > level(site) ? member : site;
}

/** The strongest one anywhere: the most that a token of one's own may do. */
export function best_role(session: Session): Role | null {
  return session.projects.reduce<Role | null>(
    (best, one) => (level(one.role) > level(best) ? one.role : best),
    session.role ?? null,
  );
}
