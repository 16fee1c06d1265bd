// SPDX-License-Identifier: Apache-2.0
import { type ReactNode, useState } from 'react';
import { LoginPage } from '@/features/auth/login-page';
import { PasswordPage } from '@/features/auth/password-page';
import { SetupPage } from '@/features/auth/setup-page';
import { useSession } from '@/queries/use-session';
import { best_role } from '@/models/roles';
import { NoPart } from '@/app/no-part';
import { PageOf } from '@/app/pages';
import { Shell } from '@/app/shell';
import { ErrorBoundary } from '@/app/error-boundary';
import { ErrorNote, Skeleton } from '@/ui/feedback';
import { usePlace } from '@/ui/router';

/** The sign-in page, or with a set-up link its page. */
function SignedOut(): ReactNode {
  const { path } = usePlace();
  const [token] = useState(() => window.location.hash.slice(1));
  return path === '/setup' && token ? <SetupPage token={token} /> : <LoginPage />;
}

/** Signed out: the sign-in page; one-time password: its change; else the dashboard. */
export function App(): ReactNode {
  const session = useSession();
  if (session.data === undefined) {
    return (
      <div className="page">
        {session.error ? (
          <ErrorNote error={session.error} on_retry={() => void session.refetch()} />
        ) : (
          <Skeleton rows={4} height={44} />
        )}
      </div>
    );
  }
  if (session.data === null) return <SignedOut />;
  if (session.data.must_change_password) return <PasswordPage />;
  if (!best_role(session.data)) return <NoPart session={session.data} />;
  return (
    <Shell session={session.data}>
      <ErrorBoundary>
        <PageOf />
      </ErrorBoundary>
    </Shell>
  );
}
