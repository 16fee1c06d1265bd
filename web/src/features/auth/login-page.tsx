// SPDX-License-Identifier: Apache-2.0
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AuthCard, AuthField, is_denied } from '@/features/auth/auth-card';
import { remember_password } from '@/features/auth/first-password';
import { ProviderButton, ProviderTrouble } from '@/features/auth/provider-button';
import { useSetupState } from '@/queries/use-account';
import { useLogin, useSessionEnded } from '@/queries/use-session';
import { Button } from '@/ui/button';
import { ErrorNote } from '@/ui/feedback';

export function LoginPage(): ReactNode {
  const { t } = useTranslation();
  const login = useLogin();
  const needs_setup = useSetupState().data?.needed ?? false;
  const ended = useSessionEnded();
  const [missing, set_missing] = useState({ username: false, password: false });
  const submit = (form: FormData): void => {
    const username = String(form.get('username')).trim();
    const password = String(form.get('password'));
    set_missing({ username: !username, password: !password });
    if (!username || !password) return;
    remember_password(password);
    login.mutate({ username, password });
  };
  return (
    <AuthCard
      title={t('auth.sign_in_title')}
      hint={t(ended ? 'auth.ended' : needs_setup ? 'setup.needed' : 'auth.sign_in_hint')}
      on_submit={submit}
    >
      <ProviderTrouble />
      <AuthField
        name="username"
        label={t('auth.username')}
        type="text"
        auto_complete="username"
        auto_focus
        problem={missing.username ? t('auth.missing') : undefined}
      />
      <AuthField
        name="password"
        label={t('auth.password')}
        auto_complete="current-password"
        problem={missing.password ? t('auth.missing') : undefined}
      />
      {login.error && (
        <ErrorNote
          error={login.error}
          what={t('auth.sign_in_failed')}
          {...(is_denied(login.error) ? { why: t('auth.wrong') } : {})}
        />
      )}
      <Button kind="primary" type="submit" busy={login.isPending}>
        {t('auth.sign_in')}
      </Button>
      <ProviderButton />
    </AuthCard>
  );
}
