// SPDX-License-Identifier: Apache-2.0
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserMenu } from '@/app/user-menu';
import { LoginPage } from '@/features/auth/login-page';
import { start_i18n } from '@/i18n';
import { host_of } from '@/models/api/issuer';

const URL_OF_BUTTON = 'https://flow.local/auth/oidc/start';
let provider: object | null = null;

function show(page: ReactNode): void {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(<QueryClientProvider client={client}>{page}</QueryClientProvider>);
}

beforeAll(() => start_i18n());
beforeEach(() => {
  provider = { name: 'Site <b>ID</b>', url: URL_OF_BUTTON };
  window.history.replaceState(null, '', '/dags?state=failed');
  vi.stubGlobal(
    'fetch',
    vi.fn(async (url: string) =>
      Response.json(url === '/auth/signIn' ? { provider } : { needed: false }),
    ),
  );
});
afterEach(() => vi.unstubAllGlobals());

describe('the button of a provider', () => {
  it('leads there and back to this page', async () => {
    show(<LoginPage />);
    const link = await screen.findByRole('link', { name: 'Sign in with Site <b>ID</b>' });
    expect(link.getAttribute('href')).toBe(`${URL_OF_BUTTON}?next=%2Fdags%3Fstate%3Dfailed`);
  });
  it('is not there without a provider', async () => {
    provider = null;
    show(<LoginPage />);
    await vi.waitFor(() => expect(fetch).toHaveBeenCalledWith('/auth/signIn', expect.anything()));
    expect(screen.queryByRole('link')).toBeNull();
  });
});

describe('a sign-in that the provider has not carried through', () => {
  it('is told once, with the number that the log has', () => {
    window.history.replaceState(null, '', '/?sign_in=no_role&request=r-7');
    show(<LoginPage />);
    const alert = screen.getByRole('alert');
    expect(alert.textContent).toContain('none of your groups has a role here');
    expect(alert.textContent).toContain('r-7');
    expect(window.location.search).toBe('');
  });
  it('is told in general for a word that nobody knows', () => {
    window.history.replaceState(null, '', '/?sign_in=%3Cscript%3E');
    show(<LoginPage />);
    expect(screen.getByRole('alert').textContent).toContain('refused to sign you in');
  });
});

describe('who was signed in by a provider', () => {
  it('has no password to change', () => {
    const session = {
      username: 'ann',
      role: 'user' as const,
      csrf_token: 't',
      must_change_password: false,
      projects: [],
    };
    show(<UserMenu session={{ ...session, issuer: 'https://id.local' }} settings={null} />);
    screen.getByRole('button', { name: 'Account of ann' }).click();
    expect(screen.queryByRole('button', { name: 'Change password' })).toBeNull();
  });
  it('is known by the host', () => {
    expect(host_of('https://id.local:8443/realms/site')).toBe('id.local:8443');
    expect(host_of('odd')).toBe('odd');
  });
});
