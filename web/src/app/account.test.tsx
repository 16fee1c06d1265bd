// SPDX-License-Identifier: Apache-2.0
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserMenu } from '@/app/user-menu';
import { forget_password } from '@/features/auth/first-password';
import { LoginPage } from '@/features/auth/login-page';
import { PasswordPage } from '@/features/auth/password-page';
import { start_i18n } from '@/i18n';

const asked = vi.fn();

function show(page: ReactNode): void {
  const client = new QueryClient({ defaultOptions: { mutations: { retry: false } } });
  render(<QueryClientProvider client={client}>{page}</QueryClientProvider>);
}

function fill(label: string, value: string): void {
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
}

function refuse(message: string): void {
  const body = { error: { code: 'denied', message, request_id: 'r-1' } };
  asked.mockImplementation(async () => new Response(JSON.stringify(body), { status: 401 }));
}

beforeAll(() => start_i18n());
beforeEach(() => {
  forget_password();
  asked.mockReset();
  vi.stubGlobal('fetch', asked);
  // jsdom has no modal dialogs.
  HTMLDialogElement.prototype.showModal = function open(): void {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close(): void {
    this.open = false;
  };
});
afterEach(() => vi.unstubAllGlobals());

describe('signing in', () => {
  it('says that name or password is wrong, and nothing of what the user may do', async () => {
    refuse('user name or password is wrong');
    show(<LoginPage />);
    fill('User name', 'admin');
    fill('Password', 'wrong');
    fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('User name or password is wrong.');
    expect(alert.textContent).not.toContain('You may not');
  });
  it('says which field is empty, without asking the server', () => {
    show(<LoginPage />);
    fill('User name', 'admin');
    fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(screen.getByRole('alert').textContent).toBe('Please fill this in.');
    // It asks whether the server is set up, and nothing else.
    expect(asked.mock.calls.filter(([, request]) => request.method !== 'GET')).toEqual([]);
  });
});

describe('a new password', () => {
  it('that is too short is refused in the form, not in a bubble of the browser', () => {
    show(<PasswordPage />);
    fill('Password so far', 'old');
    fill('New password', 'short');
    fill('Once more', 'short');
    fireEvent.click(screen.getByRole('button', { name: 'Set password' }));
    expect(screen.getByRole('alert').textContent).toBe('Too short: at least 10 characters.');
    expect(document.querySelector('form')?.noValidate).toBe(true);
    expect(asked).not.toHaveBeenCalled();
  });
  it('can be set from the user menu', async () => {
    const session = {
      username: 'ann',
      role: 'user',
      csrf_token: 't',
      must_change_password: false,
      projects: [],
    };
    asked.mockImplementation(async () => new Response(JSON.stringify(session)));
    show(<UserMenu session={{ ...session, role: 'user' }} settings={null} />);
    fireEvent.click(screen.getByRole('button', { name: 'Account of ann' }));
    expect(screen.getByRole('button', { name: 'Sign out' })).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Change password' }));
    fill('Password so far', 'old-password');
    fill('New password', 'new-password');
    fill('Once more', 'new-password');
    const form = document.querySelector('form');
    if (!form) throw new Error('there is no form');
    fireEvent.submit(form);
    expect((await screen.findByRole('status')).textContent).toBe('The password was changed.');
    const [, request] = asked.mock.calls[0] as [string, RequestInit];
    expect(JSON.parse(String(request.body))).toEqual({
      old_password: 'old-password',
      new_password: 'new-password',
    });
  });
});
