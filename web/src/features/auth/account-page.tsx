// SPDX-License-Identifier: Apache-2.0
import { KeyRound, Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { best_role } from '@/models/roles';
import { useTranslation } from 'react-i18next';
import type { Session, SessionInfo } from '@/api/types.gen';
import { PasswordDialog } from '@/features/auth/password-dialog';
import { TokenDialog } from '@/features/auth/token-dialog';
import { TokenTable } from '@/features/auth/token-table';
import { host_of } from '@/models/api/issuer';
import { useEndSession, useOwnSessions, useTokens } from '@/queries/use-account';
import { useSession } from '@/queries/use-session';
import { Button } from '@/ui/button';
import { Await, ErrorNote } from '@/ui/feedback';
import { Page, Panel } from '@/ui/page';
import { RelativeTime } from '@/ui/time';

function SessionRow({ session }: { session: SessionInfo }): ReactNode {
  const { t } = useTranslation();
  const end = useEndSession();
  return (
    <tr data-session={session.id}>
      <td>
        {session.agent || <span className="faint">–</span>}
        {end.error && <ErrorNote error={end.error} what={t('account.not_ended')} />}
      </td>
      <td className="nowrap">{session.address}</td>
      <td className="nowrap">
        <RelativeTime time={session.created_at} />
      </td>
      <td className="nowrap">
        <RelativeTime time={session.expires_at} />
      </td>
      <td className="num nowrap">
        {session.current ? (
          <span className="tag">{t('account.this_session')}</span>
        ) : (
          <Button busy={end.isPending} onClick={() => end.mutate(session.id)}>
            {t('account.end_session')}
          </Button>
        )}
      </td>
    </tr>
  );
}

function Sessions(): ReactNode {
  const { t } = useTranslation();
  const sessions = useOwnSessions();
  return (
    <Panel title={t('account.sessions')} flush>
      <Await query={sessions}>
        {(list) => (
          <div className="table-wrap">
            <table className="table">
              <thead>
                <tr>
                  <th>{t('account.agent')}</th>
                  <th>{t('audit.address')}</th>
                  <th>{t('account.signed_in')}</th>
                  <th>{t('tokens.expires')}</th>
                  <th>
                    <span className="sr-only">{t('dags.actions')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.map((session) => (
                  <SessionRow key={session.id} session={session} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Await>
    </Panel>
  );
}

function Tokens({ session }: { session: Session }): ReactNode {
  const { t } = useTranslation();
  const tokens = useTokens('own');
  const role = best_role(session);
  const [making, set_making] = useState(false);
  return (
    <Panel
      title={t('nav.tokens')}
      flush
      actions={
        <Button icon={Plus} onClick={() => set_making(true)}>
          {t('tokens.create')}
        </Button>
      }
    >
      <Await query={tokens}>{(list) => <TokenTable tokens={list} whose="own" />}</Await>
      {making && role && <TokenDialog role={role} on_close={() => set_making(false)} />}
    </Panel>
  );
}

export function AccountPage(): ReactNode {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const [changing, set_changing] = useState(false);
  if (!session) return null;
  return (
    <Page
      title={t('account.title')}
      facts={[
        { label: t('auth.username'), value: session.username },
        { label: t('users.role'), value: t(`role.${session.role ?? 'none'}`) },
        ...session.projects.map((one) => ({
          label: t('projects.in', { project: one.project }),
          value: t(`role.${one.role}`),
        })),
        ...(session.issuer
          ? [{ label: t('provider.signed_in_by'), value: host_of(session.issuer) }]
          : []),
      ]}
      actions={
        !session.issuer && (
          <Button icon={KeyRound} onClick={() => set_changing(true)}>
            {t('top.change_password')}
          </Button>
        )
      }
    >
      <Sessions />
      <Tokens session={session} />
      {changing && <PasswordDialog on_close={() => set_changing(false)} />}
    </Page>
  );
}
