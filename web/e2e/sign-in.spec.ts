// SPDX-License-Identifier: Apache-2.0
// The first start and signing in, with a server that has no user yet: the set-up link, a one-time
// password, and what is said when it does not work. See tests/e2e/browser/test_system_page.py.
import { type Page, expect, test } from '@playwright/test';
import { barriers, fits, keep_picture, look_as, sideways } from './look';

const SETUP = process.env.AIFLOW_E2E_SETUP ?? '';
const ADMIN = { name: 'first', password: 'long-enough-1' };

test.describe.configure({ mode: 'serial' });

let page: Page;
/** The one-time password of bea. */
let one_time = '';

test.beforeAll(async ({ browser }) => {
  page = await (await browser.newContext()).newPage();
});

test.afterAll(async () => page.context().close());

const alert = () => page.getByRole('alert').first();

/** Types into the field that has the focus, and goes on to the next one. */
async function type_on(...texts: string[]): Promise<void> {
  for (const [at, text] of texts.entries()) {
    if (at > 0) await page.keyboard.press('Tab');
    await page.keyboard.type(text);
  }
}

async function sign_out(): Promise<void> {
  await page.getByRole('button', { name: /^Account of/ }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
}

test('while there is no user the sign-in page says what to open', async () => {
  await page.goto('/');
  await expect(page.getByText('This server has no user yet')).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'sign-in-no-user');
});

test('a set-up link that is not the server’s own is refused in words', async () => {
  await page.goto('/setup#not-the-token');
  await expect(page.locator('#username')).toBeFocused();
  await type_on(ADMIN.name, ADMIN.password, ADMIN.password);
  await page.keyboard.press('Enter');
  await expect(alert()).toContainText('This link is unknown, used or over.');
  await keep_picture(page, 'setup-refused');
});

test('in Korean, dark, on a phone the set-up fits', async () => {
  await look_as(page, 'ko-dark-phone');
  await page.goto('about:blank');
  await page.goto('/setup#not-the-token');
  await expect(page.locator('html')).toHaveAttribute('lang', 'ko');
  await page.locator('#again').fill('x');
  await page.keyboard.press('Enter');
  await expect(page.locator('.field-error')).toHaveCount(3);
  await fits(page, 'setup-phone-ko-dark');
  await page.goto('/');
  await expect(page.getByText('아직 사용자가 없')).toBeVisible();
  await fits(page, 'sign-in-phone-ko-dark');
  await look_as(page, 'en');
});

test('by keys alone the first admin is made, and is in', async () => {
  await page.goto('about:blank');
  await page.goto(SETUP);
  await expect(page.getByRole('heading', { name: 'Set up AIflow' })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await type_on(ADMIN.name, 'short', 'other');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Too short: at least 10 characters.')).toBeVisible();
  await expect(page.getByText('The two do not match.')).toBeVisible();
  // The first field that is wrong has the focus.
  await expect(page.locator('#new_password')).toBeFocused();
  await keep_picture(page, 'setup-wrong');
  await page.keyboard.press('Control+a');
  await page.keyboard.type(ADMIN.password);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Control+a');
  await page.keyboard.type(ADMIN.password);
  await page.keyboard.press('Enter');
  await expect(page.locator('.shell')).toBeVisible();
  expect(page.url()).not.toContain('#');
  one_time = await page.evaluate(async () => {
    const { csrf_token } = (await (await fetch('/auth/me')).json()) as { csrf_token: string };
    const made = await fetch('/api/v2/users', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf_token },
      body: JSON.stringify({ username: 'bea', role: 'viewer' }),
    });
    return ((await made.json()) as { one_time_password: string }).one_time_password;
  });
  await sign_out();
});

test('by keys alone one signs in; empty fields and a wrong password are told', async () => {
  await page.goto('/');
  await expect(page.locator('#username')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Please fill this in.')).toHaveCount(2);
  await expect(page.locator('#username')).toBeFocused();
  await type_on(ADMIN.name, 'certainly-not-it');
  await page.keyboard.press('Enter');
  await expect(alert()).toContainText('User name or password is wrong.');
  await page.keyboard.press('Control+a');
  await page.keyboard.type(ADMIN.password);
  await page.keyboard.press('Enter');
  await expect(page.locator('.shell')).toBeVisible();
  await sign_out();
});

test('a session that has ended is told, and the page goes on where it was', async () => {
  await expect(page.locator('#username')).toBeFocused();
  await type_on(ADMIN.name, ADMIN.password);
  await page.keyboard.press('Enter');
  await expect(page.locator('.shell')).toBeVisible();
  await page.goto('/pools');
  await expect(page.locator('tbody tr').first()).toBeVisible();
  await page.context().clearCookies();
  // Its stream may tell the page before anybody touches it.
  const ended = page.getByText('Your session has ended.');
  const link = page.getByRole('link', { name: 'Workers' });
  await expect(link.or(ended)).toBeVisible();
  if (await link.isVisible()) await link.click({ timeout: 2000 }).catch(() => undefined);
  await expect(page.getByText('Your session has ended.')).toBeVisible();
  await expect(page.locator('#username')).toBeFocused();
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'sign-in-session-ended');
  await type_on(ADMIN.name, ADMIN.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/(workers|pools)$/);
  await expect(page.locator('h1')).toHaveText(/Workers|Pools/);
  await sign_out();
  await expect(page.getByText('Your session has ended.')).toHaveCount(0);
});

test('who signs out in one window is out in all of them', async () => {
  await type_on(ADMIN.name, ADMIN.password);
  await page.keyboard.press('Enter');
  await expect(page.locator('.shell')).toBeVisible();
  const other = await page.context().newPage();
  await other.goto('/pools');
  await expect(other.locator('tbody tr').first()).toBeVisible();
  await page.bringToFront();
  await sign_out();
  // Nobody touches it: its stream ends, and it asks why.
  await expect(other.getByText('Your session has ended.')).toBeVisible();
  await expect(other.locator('tbody')).toHaveCount(0);
  await other.close();
});

test('without a server the sign-in says so, and a page that cannot ask who one is comes back', async () => {
  await page.goto('/');
  await page.route('**/auth/login', (route) => route.abort());
  // Keys that are pressed before the form is there go nowhere.
  await expect(page.locator('#username')).toBeFocused();
  await type_on(ADMIN.name, ADMIN.password);
  await page.keyboard.press('Enter');
  await expect(alert()).toContainText('The server does not answer.');
  await page.unroute('**/auth/login');
  await page.route('**/auth/me', (route) => route.abort());
  await page.goto('/');
  await expect(alert()).toContainText('The server does not answer.');
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'sign-in-away');
  await page.unroute('**/auth/me');
  await alert().getByRole('button', { name: 'Try again' }).press('Enter');
  await expect(page.locator('#username')).toBeVisible();
});

test('a one-time password leads to a new one, by keys, in Korean, dark, on a phone', async () => {
  await look_as(page, 'ko-dark-phone');
  await page.goto('/');
  await page.locator('#username').focus();
  await type_on('bea', one_time);
  await page.keyboard.press('Enter');
  await expect(page.locator('#new_password')).toBeFocused();
  await fits(page, 'new-password-phone-ko-dark');
  await type_on('short', 'short');
  await page.keyboard.press('Enter');
  await expect(page.locator('.field-error')).toHaveCount(1);
  await expect(page.locator('#new_password')).toBeFocused();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('long-enough-2');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('long-enough-2');
  await page.keyboard.press('Enter');
  await expect(page.locator('.shell')).toBeVisible();
  expect(await sideways(page)).toBeLessThanOrEqual(0);
});
