// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { TokenTable } from '@/features/auth/token-table';
import { useTokens } from '@/queries/use-account';
import { Await } from '@/ui/feedback';
import { Page, Panel } from '@/ui/page';

/** API tokens of all users, for admins. */
export function TokensPage(): ReactNode {
  const { t } = useTranslation();
  const tokens = useTokens('all');
  return (
    <Page title={t('nav.tokens')}>
      <p className="faint">{t('tokens.all_hint')}</p>
      <Await query={tokens}>
        {(list) => (
          <Panel flush>
            <TokenTable tokens={list} whose="all" />
          </Panel>
        )}
      </Await>
    </Page>
  );
}
