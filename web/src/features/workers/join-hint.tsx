// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useWorkerAddress } from '@/queries/use-admin';
import { useMay } from '@/queries/use-session';
import { CopyText } from '@/ui/feedback';
import { Panel } from '@/ui/page';

/** How another machine joins, with the address that is right for it. Making tokens is an admin's. */
export function JoinHint(): ReactNode {
  const { t } = useTranslation();
  const may = useMay('admin');
  const address = useWorkerAddress(may).data;
  if (!may || !address?.url) return null;
  return (
    <Panel title={t('join.title')}>
      <div className="join-hint">
        <p>{t('join.token')}</p>
        <CopyText text="(umask 077; aiflow workers token > join.token)" />
        <p>{t('join.worker')}</p>
        <CopyText text={`aiflow worker --server ${address.url} --token-file join.token`} />
        {address.is_local && (
          <p className="faint">{t(address.is_separate ? 'join.local_listener' : 'join.local')}</p>
        )}
        <p className="faint">{t('join.id')}</p>
      </div>
    </Panel>
  );
}
