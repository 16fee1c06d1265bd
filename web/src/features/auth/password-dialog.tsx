// SPDX-License-Identifier: Apache-2.0
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PasswordFields, usePasswordChanging } from '@/features/auth/password-fields';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';

const FORM = 'change-password';

export function PasswordDialog({ on_close }: { on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  const changing = usePasswordChanging('');
  if (changing.is_done) {
    return (
      <Dialog
        title={t('top.change_password')}
        on_close={on_close}
        actions={
          <Button kind="primary" onClick={on_close}>
            {t('ui.done')}
          </Button>
        }
      >
        <p role="status">{t('auth.changed')}</p>
      </Dialog>
    );
  }
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    changing.submit(new FormData(event.currentTarget));
  };
  return (
    <Dialog
      title={t('top.change_password')}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button kind="primary" type="submit" form={FORM} busy={changing.is_pending}>
            {t('auth.change')}
          </Button>
        </>
      }
    >
      <form id={FORM} className="stack" noValidate onSubmit={submit}>
        <PasswordFields known="" changing={changing} />
      </form>
    </Dialog>
  );
}
