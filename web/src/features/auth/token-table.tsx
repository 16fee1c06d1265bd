// SPDX-License-Identifier: Apache-2.0
import { KeyRound, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiToken } from '@/api/types.gen';
import { useRevokeToken } from '@/queries/use-account';
import { IconButton } from '@/ui/button';
import { DeleteDialog } from '@/ui/delete-dialog';
import { Empty } from '@/ui/feedback';
import { RelativeTime } from '@/ui/time';

type Whose = 'own' | 'all';

function Revoke(props: { token: ApiToken; whose: Whose; on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  const revoke = useRevokeToken(props.whose);
  return (
    <DeleteDialog
      title={t('tokens.revoke_title', { name: props.token.name })}
      hint={t('tokens.revoke_hint')}
      action={t('tokens.revoke')}
      remove={revoke}
      on_delete={() => revoke.mutate(props.token.id, { onSuccess: props.on_close })}
      on_close={props.on_close}
    />
  );
}

function Row(props: { token: ApiToken; whose: Whose; on_revoke: () => void }): ReactNode {
  const { t } = useTranslation();
  const { token } = props;
  const is_over = Date.parse(token.expires_at) <= Date.now();
  return (
    <tr data-token={token.id}>
      <td>
        <strong>{token.name}</strong>
      </td>
      {props.whose === 'all' && <td>{token.username}</td>}
      <td>
        <code>{token.prefix}…</code>
      </td>
      <td className="nowrap">
        {t(`role.${token.role}`)}
        {token.read_only && <span className="faint"> · {t('tokens.read_only')}</span>}
      </td>
      <td className="nowrap">
        <RelativeTime time={token.created_at} />
      </td>
      <td className="nowrap">
        <RelativeTime time={token.last_used_at} />
      </td>
      <td className="nowrap">
        <RelativeTime time={token.expires_at} />
        {is_over && <span className="faint"> · {t('tokens.over')}</span>}
      </td>
      <td className="num">
        <IconButton
          icon={Trash2}
          label={t('tokens.revoke_title', { name: token.name })}
          onClick={props.on_revoke}
        />
      </td>
    </tr>
  );
}

export function TokenTable({ tokens, whose }: { tokens: ApiToken[]; whose: Whose }): ReactNode {
  const { t } = useTranslation();
  const [revoking, set_revoking] = useState<ApiToken | null>(null);
  if (tokens.length === 0)
    return (
      <Empty
        icon={KeyRound}
        title={t('tokens.none')}
        hint={t('tokens.none_hint')}
        command="aiflow tokens create USER --name NAME"
      />
    );
  return (
    <div className="table-wrap" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th>{t('tokens.name')}</th>
            {whose === 'all' && <th>{t('auth.username')}</th>}
            <th>{t('tokens.token')}</th>
            <th>{t('tokens.scope')}</th>
            <th>{t('users.created_at')}</th>
            <th>{t('tokens.last_used')}</th>
            <th>{t('tokens.expires')}</th>
            <th>
              <span className="sr-only">{t('dags.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <Row key={token.id} token={token} whose={whose} on_revoke={() => set_revoking(token)} />
          ))}
        </tbody>
      </table>
      {revoking && <Revoke token={revoking} whose={whose} on_close={() => set_revoking(null)} />}
    </div>
  );
}
