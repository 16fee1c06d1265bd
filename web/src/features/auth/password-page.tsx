// SPDX-License-Identifier: Apache-2.0
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AuthCard } from '@/features/auth/auth-card';
import { forget_password, remembered_password } from '@/features/auth/first-password';
import { PasswordFields, usePasswordChanging } from '@/features/auth/password-fields';
import { Button } from '@/ui/button';

export function PasswordPage(): ReactNode {
  const { t } = useTranslation();
  const [known] = useState(remembered_password);
  const changing = usePasswordChanging(known, forget_password);
  return (
    <AuthCard
      title={t('auth.change_title')}
      hint={t('auth.change_hint')}
      on_submit={changing.submit}
    >
      <PasswordFields known={known} changing={changing} />
      <Button kind="primary" type="submit" busy={changing.is_pending}>
        {t('auth.change')}
      </Button>
    </AuthCard>
  );
}
