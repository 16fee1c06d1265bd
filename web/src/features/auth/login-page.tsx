// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { AuthCard, AuthField } from '@/features/auth/auth-card';
import { remember_password } from '@/features/auth/first-password';
import { useLogin } from '@/queries/use-session';
import { Button } from '@/ui/button';
import { ErrorNote } from '@/ui/feedback';

export function LoginPage(): ReactNode {
  const { t } = useTranslation();
  const login = useLogin();
  const submit = (form: FormData): void => {
    const password = String(form.get('password'));
    remember_password(password);
    login.mutate({ username: String(form.get('username')).trim(), password });
  };
  return (
    <AuthCard title={t('auth.sign_in_title')} hint={t('auth.sign_in_hint')} on_submit={submit}>
      <AuthField
        name="username"
        label={t('auth.username')}
        type="text"
        auto_complete="username"
        auto_focus
      />
      <AuthField name="password" label={t('auth.password')} auto_complete="current-password" />
      {login.error && <ErrorNote error={login.error} what={t('auth.sign_in_failed')} />}
      <Button kind="primary" type="submit" busy={login.isPending}>
        {t('auth.sign_in')}
      </Button>
    </AuthCard>
  );
}
