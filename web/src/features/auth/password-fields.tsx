// SPDX-License-Identifier: Apache-2.0
// A new password: on the first sign-in's page and in the dialog of the user menu.
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AuthField, is_denied } from '@/features/auth/auth-card';
import { useChangePassword } from '@/queries/use-session';
import { ErrorNote } from '@/ui/feedback';

const LENGTH_MIN = 10;

export interface PasswordChanging {
  /** What is wrong with a field, by its name; said in the form, not in the browser's bubble. */
  problems: Record<string, string>;
  error: Error | null;
  is_pending: boolean;
  is_done: boolean;
  submit: (form: FormData) => void;
}

/** Checks what was typed, then asks the server. `known` is the old password when it was just typed. */
export function usePasswordChanging(known: string, on_done?: () => void): PasswordChanging {
  const { t } = useTranslation();
  const change = useChangePassword();
  const [problems, set_problems] = useState<Record<string, string>>({});
  const submit = (form: FormData): void => {
    const old_password = known || String(form.get('old_password'));
    const next = String(form.get('new_password'));
    const found: Record<string, string> = {};
    if (!old_password) found.old_password = t('auth.missing');
    if (next.length < LENGTH_MIN) found.new_password = t('auth.too_short', { count: LENGTH_MIN });
    if (next !== String(form.get('again'))) found.again = t('auth.differ');
    set_problems(found);
    if (Object.keys(found).length > 0) return;
    change.mutate({ old_password, new_password: next }, { onSuccess: () => on_done?.() });
  };
  return {
    problems,
    error: change.error,
    is_pending: change.isPending,
    is_done: change.isSuccess,
    submit,
  };
}

export function PasswordFields({
  known,
  changing,
}: {
  known: string;
  changing: PasswordChanging;
}): ReactNode {
  const { t } = useTranslation();
  const { problems, error } = changing;
  return (
    <>
      {!known && (
        <AuthField
          name="old_password"
          label={t('auth.old_password')}
          auto_complete="current-password"
          auto_focus
          problem={problems.old_password}
        />
      )}
      <AuthField
        name="new_password"
        label={t('auth.new_password')}
        auto_complete="new-password"
        auto_focus={Boolean(known)}
        hint={t('auth.length_hint', { count: LENGTH_MIN })}
        problem={problems.new_password}
      />
      <AuthField
        name="again"
        label={t('auth.again')}
        auto_complete="new-password"
        problem={problems.again}
      />
      {error && (
        <ErrorNote
          error={error}
          what={t('auth.change_failed')}
          {...(is_denied(error) ? { why: t('auth.wrong_old') } : {})}
        />
      )}
    </>
  );
}
