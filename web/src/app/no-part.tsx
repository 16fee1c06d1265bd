// SPDX-License-Identifier: Apache-2.0
import { FolderKey } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Session } from '@/api/types.gen';
import { useLogout } from '@/queries/use-session';
import { Button } from '@/ui/button';
import { Empty } from '@/ui/feedback';

/** For a user who has no role for the site and is a member of no project. */
export function NoPart({ session }: { session: Session }): ReactNode {
  const { t } = useTranslation();
  const logout = useLogout();
  return (
    <main className="page">
      <Empty
        icon={FolderKey}
        title={t('projects.no_part', { user: session.username })}
        hint={t('projects.no_part_hint')}
      />
      <p className="row">
        <Button onClick={() => window.location.reload()}>{t('ui.retry')}</Button>
        <Button kind="quiet" busy={logout.isPending} onClick={() => logout.mutate()}>
          {t('top.sign_out')}
        </Button>
      </p>
    </main>
  );
}
