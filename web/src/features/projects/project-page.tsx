// SPDX-License-Identifier: Apache-2.0
import { FolderKey, Trash2, UserPlus, Users } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Member, type Project, ROLES, type Role } from '@/api/types.gen';
import { paths } from '@/models/paths';
import { DEFAULT_PROJECT, is_at_least } from '@/models/access/roles';
import {
  useDeleteMember,
  useDeleteProject,
  useMembers,
  useProjects,
  usePutMember,
} from '@/queries/access/use-projects';
import { useMay } from '@/queries/use-session';
import { Button, IconButton } from '@/ui/button';
import { DeleteDialog } from '@/ui/delete-dialog';
import { Dialog } from '@/ui/dialog';
import { Await, Empty, ErrorNote } from '@/ui/feedback';
import { Page, Panel } from '@/ui/page';
import { navigate } from '@/ui/router';
import { RelativeTime } from '@/ui/time';

const as_role = (text: string): Role => ROLES.find((role) => role === text) ?? 'viewer';

function RoleOptions(): ReactNode {
  const { t } = useTranslation();
  return ROLES.map((role) => (
    <option key={role} value={role}>
      {t(`role.${role}`)}
    </option>
  ));
}

function AddDialog({ project, on_close }: { project: string; on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  const put = usePutMember();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const username = String(form.get('username')).trim();
    const role = as_role(String(form.get('role')));
    put.mutate({ project, username, role }, { onSuccess: on_close });
  };
  return (
    <Dialog
      title={t('projects.add_member')}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button kind="primary" type="submit" form="add-member" busy={put.isPending}>
            {t('projects.add_member')}
          </Button>
        </>
      }
    >
      <form id="add-member" className="stack" onSubmit={submit}>
        <div className="field">
          <label htmlFor="member-name">{t('auth.username')}</label>
          <input id="member-name" name="username" className="input" autoComplete="off" required />
        </div>
        <div className="field">
          <label htmlFor="member-role">{t('users.role')}</label>
          <select id="member-role" name="role" className="input" defaultValue="viewer">
            <RoleOptions />
          </select>
        </div>
        {put.error && <ErrorNote error={put.error} what={t('projects.add_failed')} />}
      </form>
    </Dialog>
  );
}

function RemoveMember({ member, on_close }: { member: Member; on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  const remove = useDeleteMember();
  const { project, username } = member;
  return (
    <DeleteDialog
      title={t('projects.remove_title', { user: username, project })}
      hint={t('projects.remove_hint')}
      action={t('projects.remove')}
      remove={remove}
      on_delete={() => remove.mutate({ project, username }, { onSuccess: on_close })}
      on_close={on_close}
    />
  );
}

function MemberRow({ member, on_remove }: { member: Member; on_remove: () => void }): ReactNode {
  const { t } = useTranslation();
  const put = usePutMember();
  const { project, username } = member;
  return (
    <tr data-member={username}>
      <td>
        <strong>{username}</strong>
      </td>
      <td>
        <select
          className="input input-small"
          aria-label={t('projects.role_of', { user: username })}
          value={member.role}
          disabled={put.isPending}
          onChange={(event) => put.mutate({ project, username, role: as_role(event.target.value) })}
        >
          <RoleOptions />
        </select>
        {is_at_least(member.site_role, member.role) && (
          <p className="faint">{t('projects.stronger')}</p>
        )}
        {put.error && <ErrorNote error={put.error} what={t('projects.role_failed')} />}
      </td>
      <td>{t(`role.${member.site_role ?? 'none'}`)}</td>
      <td>
        <RelativeTime time={member.granted_at} />
      </td>
      <td className="faint">{member.granted_by}</td>
      <td className="num">
        <IconButton
          icon={Trash2}
          label={t('projects.remove_title', { user: username, project })}
          onClick={on_remove}
        />
      </td>
    </tr>
  );
}

function MemberTable({ members }: { members: Member[] }): ReactNode {
  const { t } = useTranslation();
  const [removing, set_removing] = useState<Member | null>(null);
  if (members.length === 0) {
    return (
      <Empty icon={Users} title={t('projects.no_members')} hint={t('projects.no_members_hint')} />
    );
  }
  return (
    <div className="table-wrap">
      <table className="table">
        <thead>
          <tr>
            <th>{t('auth.username')}</th>
            <th>{t('users.role')}</th>
            <th>{t('projects.site_role')}</th>
            <th>{t('projects.since')}</th>
            <th>{t('projects.by')}</th>
            <th>
              <span className="sr-only">{t('dags.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {members.map((member) => (
            <MemberRow
              key={member.username}
              member={member}
              on_remove={() => set_removing(member)}
            />
          ))}
        </tbody>
      </table>
      {removing && <RemoveMember member={removing} on_close={() => set_removing(null)} />}
    </div>
  );
}

function Members({ project }: { project: Project }): ReactNode {
  const { t } = useTranslation();
  const may_see = project.role === 'admin';
  const members = useMembers(project.name, may_see);
  const [adding, set_adding] = useState(false);
  return (
    <Panel
      title={t('projects.members')}
      flush
      actions={
        may_see && (
          <Button icon={UserPlus} onClick={() => set_adding(true)}>
            {t('projects.add_member')}
          </Button>
        )
      }
    >
      {may_see ? (
        <Await query={members}>{(list) => <MemberTable members={list} />}</Await>
      ) : (
        <Empty icon={Users} title={t('projects.not_admin')} />
      )}
      {adding && <AddDialog project={project.name} on_close={() => set_adding(false)} />}
    </Panel>
  );
}

function DeleteProject({ name, on_close }: { name: string; on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  const remove = useDeleteProject();
  return (
    <DeleteDialog
      title={t('projects.delete_title', { project: name })}
      hint={t('projects.delete_hint')}
      action={t('projects.delete')}
      remove={remove}
      // The page is gone with the project, and what mutate() would call afterwards with it.
      on_delete={() =>
        void remove.mutateAsync(name).then(
          () => navigate(paths.projects),
          () => undefined,
        )
      }
      on_close={on_close}
    />
  );
}

function ProjectHere({ project }: { project: Project }): ReactNode {
  const { t } = useTranslation();
  const may_delete = useMay('admin') && project.name !== DEFAULT_PROJECT;
  const [deleting, set_deleting] = useState(false);
  return (
    <Page
      title={project.name}
      parent={{ label: t('nav.projects'), to: paths.projects }}
      facts={[
        { label: t('projects.your_role'), value: t(`role.${project.role ?? 'none'}`) },
        { label: t('projects.dags'), value: project.dag_count },
      ]}
      actions={
        may_delete && (
          <Button icon={Trash2} onClick={() => set_deleting(true)}>
            {t('projects.delete')}
          </Button>
        )
      }
    >
      {project.description && <p className="faint">{project.description}</p>}
      <Members project={project} />
      {deleting && <DeleteProject name={project.name} on_close={() => set_deleting(false)} />}
    </Page>
  );
}

export function ProjectPage({ params }: { params: Record<string, string> }): ReactNode {
  const { t } = useTranslation();
  const projects = useProjects();
  const name = params.name ?? '';
  const project = projects.data?.find((one) => one.name === name);
  if (project) return <ProjectHere project={project} />;
  return (
    <Page title={name} parent={{ label: t('nav.projects'), to: paths.projects }}>
      <Await query={projects}>
        {() => <Empty icon={FolderKey} title={t('projects.not_found')} hint={name} />}
      </Await>
    </Page>
  );
}
