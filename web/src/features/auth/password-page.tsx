// SPDX-License-Identifier: Apache-2.0
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AuthCard, AuthField } from '@/features/auth/auth-card';
import { forget_password, remembered_password } from '@/features/auth/first-password';
import { useChangePassword } from '@/queries/use-session';
import { Button } from '@/ui/button';
import { ErrorNote } from '@/ui/feedback';

const LENGTH_MIN = 10;

export function PasswordPage(): ReactNode {
  const { t } = useTranslation();
  const change = useChangePassword();
  const [old_password] = useState(remembered_password);
  const [differ, set_differ] = useState(false);
  const submit = (form: FormData): void => {
    const next = String(form.get('new_password'));
    const is_same = next === String(form.get('again'));
    set_differ(!is_same);
    if (!is_same) return;
    change.mutate(
      { old_password: old_password || String(form.get('old_password')), new_password: next },
      { onSuccess: forget_password },
    );
  };
  return (
    <AuthCard title={t('auth.change_title')} hint={t('auth.change_hint')} on_submit={submit}>
      {!old_password && (
        <AuthField
          name="old_password"
          label={t('auth.old_password')}
          auto_complete="current-password"
          auto_focus
        />
      )}
      <AuthField
        name="new_password"
        label={t('auth.new_password')}
        auto_complete="new-password"
        auto_focus={Boolean(old_password)}
        min_length={LENGTH_MIN}
        hint={t('auth.length_hint', { count: LENGTH_MIN })}
      />
      <AuthField name="again" label={t('auth.again')} auto_complete="new-password" />
      {differ && (
        <p className="field-error" role="alert">
          {t('auth.differ')}
        </p>
      )}
      {change.error && <ErrorNote error={change.error} what={t('auth.change_failed')} />}
      <Button kind="primary" type="submit" busy={change.isPending}>
        {t('auth.change')}
      </Button>
    </AuthCard>
  );
}
