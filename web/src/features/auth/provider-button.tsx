// SPDX-License-Identifier: Apache-2.0
// On the sign-in page: the way by an OpenID provider, and why it did not work.
import { CircleAlert, LogIn } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSignInOptions } from '@/queries/use-account';
import { set_query, usePlace } from '@/ui/router';

const WHY = [
  'over',
  'cancelled',
  'unavailable',
  'untrusted',
  'no_role',
  'name_taken',
  'name_unusable',
  'last_admin',
  'failed',
] as const;

/** The server sends the browser back here with a word in the address; it is said once. */
export function ProviderTrouble(): ReactNode {
  const { t } = useTranslation();
  const { query } = usePlace();
  const [given] = useState(() => ({ word: query.get('sign_in'), request: query.get('request') }));
  useEffect(() => {
    if (given.word) set_query({ sign_in: null, request: null });
  }, [given]);
  if (!given.word) return null;
  const word = WHY.find((one) => one === given.word) ?? 'failed';
  return (
    <div className="error-note" role="alert" data-why={word}>
      <CircleAlert size={16} aria-hidden />
      <div>
        <strong>{t('auth.sign_in_failed')}</strong>
        <span className="error-why"> {t(`provider.why.${word}`)}</span>
        {given.request && (
          <p className="error-request">
            {t('provider.request')} <code>{given.request}</code>
          </p>
        )}
      </div>
    </div>
  );
}

/** A link, not a call: the browser leaves for the provider and comes back to this page. */
export function ProviderButton(): ReactNode {
  const { t } = useTranslation();
  const provider = useSignInOptions().data?.provider;
  usePlace();
  if (!provider) return null;
  const next = window.location.pathname + window.location.search;
  return (
    <>
      <p className="auth-or">{t('provider.or')}</p>
      <a className="button" href={`${provider.url}?next=${encodeURIComponent(next)}`}>
        <LogIn size={15} aria-hidden />
        {t('provider.sign_in', { name: provider.name })}
      </a>
    </>
  );
}
