// SPDX-License-Identifier: Apache-2.0
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AuthCard, AuthField, is_denied } from '@/features/auth/auth-card';
import { useCompleteSetup, useSetupState } from '@/queries/use-account';
import { Button } from '@/ui/button';
import { ErrorNote } from '@/ui/feedback';
import { navigate } from '@/ui/router';

const LENGTH_MIN = 10;
type Field = 'username' | 'new_password' | 'again';

/** The link has been used, or an admin was made by other means. */
function SetUpAlready(): ReactNode {
  const { t } = useTranslation();
  const sign_in = (): void => navigate('/', true);
  return (
    <AuthCard title={t('setup.already')} hint={t('setup.already_hint')} on_submit={sign_in}>
      <Button kind="primary" type="submit">
        {t('auth.sign_in')}
      </Button>
    </AuthCard>
  );
}

/** The first start: the link's token makes the first admin. */
export function SetupPage({ token }: { token: string }): ReactNode {
  const { t } = useTranslation();
  const setup = useCompleteSetup();
  const is_over = useSetupState().data?.needed === false;
  const [problems, set_problems] = useState<Partial<Record<Field, string>>>({});
  const submit = (form: FormData): void => {
    const username = String(form.get('username')).trim();
    const password = String(form.get('new_password'));
    const found: Partial<Record<Field, string>> = {};
    if (!username) found.username = t('auth.missing');
    if (password.length < LENGTH_MIN)
      found.new_password = t('auth.too_short', { count: LENGTH_MIN });
    if (password !== String(form.get('again'))) found.again = t('auth.differ');
    set_problems(found);
    if (Object.keys(found).length > 0) return;
    // The token leaves the address with the page.
    setup.mutate({ token, username, password }, { onSuccess: () => navigate('/', true) });
  };
  if (is_over) return <SetUpAlready />;
  return (
    <AuthCard title={t('setup.title')} hint={t('setup.hint')} on_submit={submit}>
      <AuthField
        name="username"
        label={t('auth.username')}
        type="text"
        auto_complete="username"
        auto_focus
        problem={problems.username}
      />
      <AuthField
        name="new_password"
        label={t('auth.password')}
        auto_complete="new-password"
        hint={t('auth.length_hint', { count: LENGTH_MIN })}
        problem={problems.new_password}
      />
      <AuthField
        name="again"
        label={t('auth.again')}
        auto_complete="new-password"
        problem={problems.again}
      />
      {setup.error && (
        <ErrorNote
          error={setup.error}
          what={t('setup.failed')}
          {...(is_denied(setup.error) ? { why: t('setup.over') } : {})}
        />
      )}
      <Button kind="primary" type="submit" busy={setup.isPending}>
        {t('setup.done')}
      </Button>
    </AuthCard>
  );
}
