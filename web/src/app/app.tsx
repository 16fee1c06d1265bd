// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { LoginPage } from '@/features/auth/login-page';
import { PasswordPage } from '@/features/auth/password-page';
import { useSession } from '@/queries/use-session';
import { PageOf } from '@/app/pages';
import { Shell } from '@/app/shell';
import { ErrorBoundary } from '@/app/error-boundary';
import { ErrorNote, Skeleton } from '@/ui/feedback';

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
  if (session.data === null) return <LoginPage />;
  if (session.data.must_change_password) return <PasswordPage />;
  return (
    <Shell session={session.data}>
      <ErrorBoundary>
        <PageOf />
      </ErrorBoundary>
    </Shell>
  );
}
