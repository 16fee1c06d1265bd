// SPDX-License-Identifier: Apache-2.0
import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useState } from 'react';
import { call, call_list } from '@/api/client';
import type { Member, Project, ProjectCreate, Role } from '@/api/types.gen';
import { DEFAULT_PROJECT } from '@/models/access/roles';
import { keys } from '@/queries/keys';
import { useDag, useDags } from '@/queries/use-dags';
import { useMay, useMayIn } from '@/queries/use-session';

/** Those that one has a part in. */
export function useProjects(): UseQueryResult<Project[]> {
  return useQuery({
    queryKey: keys.projects,
    queryFn: ({ signal }) => call_list<Project>('list_projects', { signal }),
  });
}

/** Those in which the signed-in user holds a role, or a stronger one. */
export function useProjectsWith(role: Role): string[] {
  const projects = useProjects();
  const may = useMayIn(role);
  return (projects.data ?? []).map((project) => project.name).filter(may);
}

/** Where a new DAG goes: the project that is chosen or else shown, the default one, the first; of those
 * in which one may make some. */
export function useNewDagProject(shown: string): {
  project: string;
  projects: string[];
  choose: (project: string) => void;
} {
  const projects = useProjectsWith('operator');
  const [chosen, choose] = useState(shown);
  const project = [chosen, DEFAULT_PROJECT].find((one) => projects.includes(one));
  return { project: project ?? projects[0] ?? DEFAULT_PROJECT, projects, choose };
}

export function useMembers(project: string, enabled: boolean): UseQueryResult<Member[]> {
  return useQuery({
    queryKey: keys.members(project),
    queryFn: ({ signal }) => call_list<Member>('list_members', { path: { project }, signal }),
    enabled,
  });
}

function useProjectChange<Body, Answer>(
  change: (body: Body) => Promise<Answer>,
): UseMutationResult<Answer, Error, Body> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.projects }),
        client.invalidateQueries({ queryKey: keys.all_members }),
        // A project takes the DAGs of its folder along.
        client.invalidateQueries({ queryKey: keys.dags }),
      ]),
  });
}

export function useCreateProject(): UseMutationResult<Project, Error, ProjectCreate> {
  return useProjectChange((body) => call<Project>('create_project', { body }));
}

export function useDeleteProject(): UseMutationResult<unknown, Error, string> {
  return useProjectChange((project) => call('delete_project', { path: { project } }));
}

export interface MemberRef {
  project: string;
  username: string;
}

export function usePutMember(): UseMutationResult<Member, Error, MemberRef & { role: Role }> {
  return useProjectChange(({ role, ...path }) =>
    call<Member>('put_member', { path: { ...path }, body: { role } }),
  );
}

export function useDeleteMember(): UseMutationResult<unknown, Error, MemberRef> {
  return useProjectChange((path) => call('delete_member', { path: { ...path } }));
}

/** As useMay, in the project of a DAG. */
export function useMayOnDag(role: Role, dag_id: string): boolean {
  return useMay(role, useDag(dag_id).data?.project);
}

/** As useMay, in the project of what a DAG has made; what people made is the default project's. */
export function useMayOnMade(role: Role, made_by: { dag_id: string }): boolean {
  const dags = useDags();
  const dag = dags.data?.find((one) => one.dag_id === made_by.dag_id);
  return useMay(role, made_by.dag_id ? dag?.project : DEFAULT_PROJECT);
}

/** As useMay, for a DAG's file: in the DAG's project, or for the whole site when it is a new one. */
export function useMayOnFile(role: Role, dag_id: string | null): boolean {
  const dags = useDags();
  return useMay(role, dags.data?.find((one) => one.dag_id === dag_id)?.project);
}
