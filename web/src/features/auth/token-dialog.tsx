// SPDX-License-Identifier: Apache-2.0
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ROLES, type Role, type TokenCreated } from '@/api/types.gen';
import { useCreateToken } from '@/queries/use-account';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { CopyText, ErrorNote } from '@/ui/feedback';

const DAYS = [7, 30, 90, 365] as const;

function MadeDialog({ made, on_close }: { made: TokenCreated; on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Dialog
      title={t('tokens.made', { name: made.name })}
      on_close={on_close}
      shown_once
      actions={
        <Button kind="primary" onClick={on_close}>
          {t('ui.done')}
        </Button>
      }
    >
      <p>{t('tokens.made_hint')}</p>
      <CopyText text={made.token} block />
    </Dialog>
  );
}

/** Makes a token of one's own and shows it, once. `role` - the most that it may do. */
export function TokenDialog({ role, on_close }: { role: Role; on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  const create = useCreateToken();
  if (create.data) return <MadeDialog made={create.data} on_close={on_close} />;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    create.mutate({
      name: String(form.get('name')).trim(),
      days: Number(form.get('days')),
      role: String(form.get('role')) as Role,
      read_only: form.get('read_only') === 'on',
    });
  };
  return (
    <Dialog
      title={t('tokens.create')}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button kind="primary" type="submit" form="create-token" busy={create.isPending}>
            {t('tokens.create')}
          </Button>
        </>
      }
    >
      <form id="create-token" className="stack" onSubmit={submit}>
        <div className="field">
          <label htmlFor="token-name">{t('tokens.name')}</label>
          <input id="token-name" name="name" className="input" maxLength={100} required />
          <span className="field-hint">{t('tokens.name_hint')}</span>
        </div>
        <div className="field">
          <label htmlFor="token-role">{t('tokens.scope')}</label>
          <select id="token-role" name="role" className="input" defaultValue={role}>
            {ROLES.slice(0, ROLES.indexOf(role) + 1).map((one) => (
              <option key={one} value={one}>
                {t(`role.${one}`)} – {t(`role_hint.${one}`)}
              </option>
            ))}
          </select>
        </div>
        <label className="row">
          <input type="checkbox" name="read_only" />
          {t('tokens.read_only_long')}
        </label>
        <div className="field">
          <label htmlFor="token-days">{t('tokens.life')}</label>
          <select id="token-days" name="days" className="input" defaultValue="90">
            {DAYS.map((days) => (
              <option key={days} value={days}>
                {t('tokens.days', { count: days })}
              </option>
            ))}
          </select>
        </div>
        {create.error && <ErrorNote error={create.error} what={t('tokens.not_made')} />}
      </form>
    </Dialog>
  );
}
