// SPDX-License-Identifier: Apache-2.0
import { KeyRound, Trash2, UserPlus } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ROLES, type Role, type UserCreated, type UserInfo } from '@/api/types.gen';
import { host_of } from '@/models/api/issuer';
import {
  useCreateUser,
  useDeleteUser,
  useResetPassword,
  useSetRole,
  useUsers,
} from '@/queries/use-admin';
import { useSession } from '@/queries/use-session';
import { Button, IconButton } from '@/ui/button';
import { ConfirmDialog, DeleteDialog } from '@/ui/delete-dialog';
import { Dialog } from '@/ui/dialog';
import { Await, CopyText, ErrorNote } from '@/ui/feedback';
import { Page, Panel } from '@/ui/page';
import { RelativeTime } from '@/ui/time';

/** none: what memberships of projects give is all. */
const SITE_ROLES = ['none', ...ROLES] as const;

const chosen_role = (text: string): Role | null => ROLES.find((role) => role === text) ?? null;

interface PasswordNoteProps {
  title: string;
  user: UserCreated;
  on_close: () => void;
}

function PasswordNote({ title, user, on_close }: PasswordNoteProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Dialog
      title={title}
      on_close={on_close}
      shown_once
      actions={
        <Button kind="primary" onClick={on_close}>
          {t('ui.done')}
        </Button>
      }
    >
      <p>{t('users.one_time_hint')}</p>
      {user.one_time_password && <CopyText text={user.one_time_password} />}
    </Dialog>
  );
}

function CreateDialog({ on_close }: { on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  const create = useCreateUser();
  if (create.data) {
    const title = t('users.created', { user: create.data.username });
    return <PasswordNote title={title} user={create.data} on_close={on_close} />;
  }
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const username = String(form.get('username')).trim();
    create.mutate({ username, role: chosen_role(String(form.get('role'))) });
  };
  return (
    <Dialog
      title={t('users.create')}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button kind="primary" type="submit" form="create-user" busy={create.isPending}>
            {t('users.create')}
          </Button>
        </>
      }
    >
      <form id="create-user" className="stack" onSubmit={submit}>
        <div className="field">
          <label htmlFor="user-name">{t('auth.username')}</label>
          <input id="user-name" name="username" className="input" autoComplete="off" required />
        </div>
        <div className="field">
          <label htmlFor="user-role">{t('users.role')}</label>
          <select id="user-role" name="role" className="input" defaultValue="viewer">
            {SITE_ROLES.map((role) => (
              <option key={role} value={role}>
                {t(`role.${role}`)} – {t(`role_hint.${role}`)}
              </option>
            ))}
          </select>
        </div>
        <p className="field-hint">{t('users.create_hint')}</p>
        {create.error && <ErrorNote error={create.error} what={t('users.create_failed')} />}
      </form>
    </Dialog>
  );
}

function DeleteUser({ username, on_close }: { username: string; on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  const remove = useDeleteUser();
  return (
    <DeleteDialog
      title={t('users.delete_title', { user: username })}
      hint={t('users.delete_hint')}
      action={t('users.delete')}
      remove={remove}
      on_delete={() => remove.mutate(username, { onSuccess: on_close })}
      on_close={on_close}
    />
  );
}

/** A password for once, in the place of one that was lost or may be known to others. */
function ResetDialog({
  username,
  on_close,
}: {
  username: string;
  on_close: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const reset = useResetPassword();
  if (reset.data) {
    const title = t('users.reset_done', { user: username });
    return <PasswordNote title={title} user={reset.data} on_close={on_close} />;
  }
  return (
    <ConfirmDialog
      title={t('users.reset_title', { user: username })}
      action={t('users.reset')}
      change={reset}
      failed={t('users.reset_failed')}
      on_confirm={() => reset.mutate(username)}
      on_close={on_close}
    >
      <p>{t('users.reset_hint')}</p>
    </ConfirmDialog>
  );
}

interface RoleDialogProps {
  user: UserInfo;
  role: Role | null;
  on_close: () => void;
}

function RoleDialog({ user, role, on_close }: RoleDialogProps): ReactNode {
  const { t } = useTranslation();
  const change = useSetRole();
  const { username } = user;
  return (
    <ConfirmDialog
      title={t('users_more.role_of', { user: username })}
      action={t('users_more.change_role')}
      change={change}
      failed={t('users_more.role_failed')}
      on_confirm={() => change.mutate({ username, role }, { onSuccess: on_close })}
      on_close={on_close}
    >
      <p>
        {t(`role.${user.role ?? 'none'}`)} → <strong>{t(`role.${role ?? 'none'}`)}</strong>
      </p>
      <p className="faint">{t(`role_hint.${role ?? 'none'}`)}</p>
      <p className="faint">{t('users_more.role_ends_sessions')}</p>
    </ConfirmDialog>
  );
}

/** Another role ends the user's sessions at once, so it is asked about first. */
function RoleOf({ user }: { user: UserInfo }): ReactNode {
  const { t } = useTranslation();
  const [wanted, set_wanted] = useState<Role | 'none' | null>(null);
  return (
    <>
      <select
        className="input input-small"
        aria-label={t('users_more.role_of', { user: user.username })}
        title={t(`role_hint.${user.role ?? 'none'}`)}
        value={user.role ?? 'none'}
        onChange={(event) => set_wanted(chosen_role(event.target.value) ?? 'none')}
      >
        {SITE_ROLES.map((role) => (
          <option key={role} value={role}>
            {t(`role.${role}`)}
          </option>
        ))}
      </select>
      {wanted && (
        <RoleDialog
          user={user}
          role={wanted === 'none' ? null : wanted}
          on_close={() => set_wanted(null)}
        />
      )}
    </>
  );
}

/** What can be done with somebody else's account. */
function UserActions({ user }: { user: UserInfo }): ReactNode {
  const { t } = useTranslation();
  const [open, set_open] = useState<'reset' | 'delete' | null>(null);
  const close = (): void => set_open(null);
  const { username } = user;
  return (
    <>
      {!user.issuer && (
        <IconButton
          icon={KeyRound}
          label={t('users.reset_title', { user: username })}
          onClick={() => set_open('reset')}
        />
      )}
      <IconButton
        icon={Trash2}
        label={t('users.delete_title', { user: username })}
        onClick={() => set_open('delete')}
      />
      {open === 'reset' && <ResetDialog username={username} on_close={close} />}
      {open === 'delete' && <DeleteUser username={username} on_close={close} />}
    </>
  );
}

function UserTable({ users }: { users: UserInfo[] }): ReactNode {
  const { t } = useTranslation();
  const session = useSession();
  return (
    <Panel flush>
      <div className="table-wrap" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th>{t('auth.username')}</th>
              <th>{t('users.role')}</th>
              <th>{t('users.last_login')}</th>
              <th>{t('users.created_at')}</th>
              <th>
                <span className="sr-only">{t('dags.actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {users.map((user) => (
              <tr key={user.username}>
                <td>
                  <strong>{user.username}</strong>{' '}
                  {user.issuer && (
                    <span className="tag" title={user.issuer}>
                      {host_of(user.issuer)}
                    </span>
                  )}
                </td>
                <td>
                  {user.issuer ? (
                    <span title={t('provider.role_note', { host: host_of(user.issuer) })}>
                      {t(`role.${user.role ?? 'none'}`)}
                    </span>
                  ) : user.username === session.data?.username ? (
                    t(`role.${user.role ?? 'none'}`)
                  ) : (
                    <RoleOf user={user} />
                  )}
                </td>
                <td>
                  <RelativeTime time={user.last_login_at} />
                </td>
                <td>
                  <RelativeTime time={user.created_at} />
                </td>
                <td className="num">
                  {user.username !== session.data?.username && <UserActions user={user} />}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

export function UsersPage(): ReactNode {
  const { t } = useTranslation();
  const users = useUsers();
  const [creating, set_creating] = useState(false);
  return (
    <Page
      title={t('nav.users')}
      actions={
        <Button kind="primary" icon={UserPlus} onClick={() => set_creating(true)}>
          {t('users.create')}
        </Button>
      }
    >
      <Await query={users}>{(list) => <UserTable users={list} />}</Await>
      {creating && <CreateDialog on_close={() => set_creating(false)} />}
    </Page>
  );
}
