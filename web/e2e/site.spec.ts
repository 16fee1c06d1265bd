// SPDX-License-Identifier: Apache-2.0
// The pages of a site: pools, workers, backfills, the audit log, users and tokens. What one does there,
// by the keyboard; what they say when there is nothing, when the server refuses, and when it is away.
import { type Page, expect, test } from '@playwright/test';
import { barriers, fails_and_recovers, keep_picture } from './look';
import { signed_in } from './session';

test.describe.configure({ mode: 'serial' });

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await signed_in(browser);
});

test.afterAll(async () => page.context().close());

const BACKFILLS = '/dags/daily?tab=backfills';
const dialog = () => page.getByRole('dialog');

/** A button by the keyboard alone. */
async function press(name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).first().focus();
  await page.keyboard.press('Enter');
}

test('a pool is made, changed and deleted; a second one of its name is refused', async () => {
  await page.goto('/pools');
  await press('Create pool');
  expect(await barriers(page)).toEqual([]);
  await dialog().getByLabel('Pool').focus();
  await page.keyboard.type('gpu');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('2');
  await page.keyboard.press('Enter');
  const row = page.locator('tr', { hasText: 'gpu' });
  await expect(row).toContainText('2');
  await press('Change gpu');
  await dialog().getByLabel('Slots', { exact: true }).fill('5');
  await page.keyboard.press('Enter');
  await expect(row).toContainText('5');
  await keep_picture(page, 'site-pools');
  await page.route('**/api/v2/pools*', (route) =>
    route.request().method() === 'GET'
      ? route.continue()
      : route.fulfill({
          status: 409,
          json: { error: { code: 'conflict', message: 'there is a pool gpu', request_id: 'r1' } },
        }),
  );
  await press('Create pool');
  await dialog().getByLabel('Pool').fill('gpu');
  await page.keyboard.press('Enter');
  await expect(dialog().getByRole('alert')).toContainText('The pool was not changed');
  await page.keyboard.press('Escape');
  await page.unroute('**/api/v2/pools*');
  await press('Delete gpu');
  await dialog().getByRole('button', { name: 'Delete' }).click();
  await expect(row).toHaveCount(0);
});

test('a worker gets no new tasks, and gets them again', async () => {
  await page.goto('/workers');
  // The server of this test listens at one address, for all on this machine.
  await expect(page.locator('.join-hint')).toContainText('aiflow worker --server http');
  await expect(page.locator('.join-hint')).toContainText('--workers-listen');
  await press(/no new tasks/);
  await expect(page.getByRole('button', { name: /tasks again/ })).toBeVisible();
  await keep_picture(page, 'site-workers');
  await press(/tasks again/);
  await expect(page.getByRole('button', { name: /no new tasks/ })).toBeVisible();
});

test('a backfill tells what it would make, makes it, and is listed', async () => {
  await page.goto(BACKFILLS);
  await expect(page.locator('.empty')).toContainText('No backfills yet');
  await press('Backfill…');
  await dialog().getByLabel('First day (UTC)').fill('2026-01-05');
  await dialog().getByLabel('Last day (UTC)').fill('2026-01-07');
  await expect(dialog()).toContainText('Makes 3 runs');
  expect(await barriers(page)).toEqual([]);
  await dialog().getByRole('button', { name: 'Start' }).click();
  await expect(page.locator('tbody tr')).toHaveCount(1);
  await expect(page.locator('tbody tr')).toContainText('100 % of 3 runs', { timeout: 60_000 });
  await keep_picture(page, 'site-backfills');
  // A time that ends before it begins is refused by the server, and said in the dialog.
  await press('Backfill…');
  await dialog().getByLabel('First day (UTC)').fill('2026-02-05');
  await dialog().getByLabel('Last day (UTC)').fill('2026-02-01');
  await expect(
    dialog().getByRole('alert').or(dialog().locator('.field-error')).first(),
  ).toBeVisible();
  await page.keyboard.press('Escape');
});

test('what was done is in the audit log, which is narrowed by its filters', async () => {
  await page.goto('/audit');
  await expect(page.locator('tbody tr').first()).toBeVisible();
  const all = await page.locator('tbody tr').count();
  await page.getByLabel('Name of object').fill('gpu');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('tbody tr').count()).toBeLessThan(all);
  await expect(page.locator('tbody')).toContainText('gpu');
  await expect(page).toHaveURL(/gpu/);
  await page.getByLabel('Name of object').fill('no-such-thing');
  await page.keyboard.press('Enter');
  await expect(page.locator('.empty')).toContainText('No entry fits');
  await keep_picture(page, 'site-audit');
});

test('a user is made, whose password is shown once', async () => {
  await page.goto('/users');
  await press('Create user');
  await dialog().getByRole('textbox').first().fill('bea');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/shown once/)).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  // A slip of a key must not lose it.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(page.getByText(/shown once/)).toBeVisible();
  await press('Done');
  await expect(page.locator('tr', { hasText: 'bea' })).toBeVisible();
});

test('a role is changed after a question, and a lost password is made anew', async () => {
  const bea = page.locator('tr', { hasText: 'bea' });
  const role = bea.getByRole('combobox');
  await expect(role).toHaveValue('viewer');
  await role.selectOption('admin');
  await expect(dialog()).toContainText('Viewer → Admin');
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(role).toHaveValue('viewer');
  await role.selectOption('user');
  await press('Change the role');
  await expect(dialog()).toHaveCount(0);
  await expect(role).toHaveValue('user');
  await press('New password for bea');
  await expect(dialog()).toContainText('signed out everywhere');
  await dialog().getByRole('button', { name: 'New password', exact: true }).press('Enter');
  await expect(dialog()).toContainText('bea has a new password');
  await expect(page.getByText(/shown once/)).toBeVisible();
  await keep_picture(page, 'site-new-password');
  await press('Done');
});

test('the account: a token made, shown once and revoked, by keys alone', async () => {
  await page.goto('/account');
  await expect(page.locator('.empty')).toContainText('No API tokens');
  await expect(page.locator('tr[data-session]')).toHaveCount(1);
  const create = page.getByRole('button', { name: 'Create token' });
  await create.focus();
  await page.keyboard.press('Enter');
  await dialog().getByLabel('Name').focus();
  await page.keyboard.type('grafana');
  await page.keyboard.press('Enter');
  await expect(dialog()).toContainText('Copy the token now');
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(dialog()).toBeVisible();
  await dialog().getByRole('button', { name: 'Done' }).focus();
  await page.keyboard.press('Enter');
  await expect(dialog()).toHaveCount(0);
  await expect(create).toBeFocused();
  const row = page.locator('tr[data-token]');
  await expect(row).toContainText('grafana');
  await keep_picture(page, 'site-account');
  await row.getByRole('button').focus();
  await page.keyboard.press('Enter');
  await dialog().getByRole('button', { name: 'Revoke' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.empty')).toContainText('No API tokens');
  // A password that is not the one so far: nothing is changed.
  const change = page.getByRole('button', { name: 'Change password' });
  await change.focus();
  await page.keyboard.press('Enter');
  await dialog().getByLabel('Password so far').focus();
  await page.keyboard.type('not-the-password');
  for (let field = 0; field < 2; field += 1) {
    await page.keyboard.press('Tab');
    await page.keyboard.type('another-long-one');
  }
  await page.keyboard.press('Enter');
  await expect(dialog().getByRole('alert')).toContainText('The password so far is wrong.');
  await page.keyboard.press('Escape');
  await expect(change).toBeFocused();
});

test('refused, the account and the audit log say so and come back', async () => {
  const sessions = page.locator('tr[data-session]');
  await fails_and_recovers(page, '/account', /\/auth\/sessions/, sessions);
  await fails_and_recovers(page, '/account', /\/auth\/tokens/, page.locator('.empty'));
  await fails_and_recovers(page, '/audit', /\/api\/v2\/audit/, page.locator('tr[data-audit]'));
});

test('the audit log is searched by keys alone, and one stays in its filters', async () => {
  await page.goto('/audit');
  await expect(page.locator('tr[data-audit]').first()).toBeVisible();
  const who = page.getByLabel('User', { exact: true });
  await who.focus();
  await page.keyboard.type('ann');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/user=ann/);
  await expect(who).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('What', { exact: true })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page).toHaveURL(/action=/);
  await page.goto('/audit?user=ann');
  await expect(who).toHaveValue('ann');
  await page.getByRole('region', { name: 'Audit' }).focus();
  await expect(page.getByRole('region', { name: 'Audit' })).toBeFocused();
});

const PAGES = ['/pools', '/workers', BACKFILLS, '/audit', '/users', '/tokens', '/account'];

test('when the server is away each page says so, and comes back', async () => {
  const api = /\/api\/v2\//;
  // The account is not asked for at this address.
  for (const address of PAGES.filter((one) => one !== '/account')) {
    await page.route(api, (route) => route.abort());
    await page.goto(address);
    const alert = page.getByRole('alert').first();
    await expect(alert, address).toContainText('does not answer');
    await page.unroute(api);
    await alert.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('alert'), address).toHaveCount(0);
  }
});

test('without anything to list a page says what that means', async () => {
  const lists = /\/api\/v2\/(workers|audit|tokens)/;
  await page.route(lists, (route) => route.fulfill({ json: { items: [], total_entries: 0 } }));
  for (const address of ['/workers', '/audit', '/tokens']) {
    await page.goto(address);
    await expect(page.locator('.empty h3').first(), address).toBeVisible();
    await expect(page.locator('.empty code').first(), address).toContainText('aiflow');
  }
  await page.unroute(lists);
});

test('in Korean, dark, on a phone nothing hangs over the side', async () => {
  await page.evaluate(() => {
    localStorage.setItem('aiflow.language', 'ko');
    localStorage.setItem('aiflow.theme', 'dark');
  });
  await page.setViewportSize({ width: 390, height: 780 });
  for (const address of [...PAGES, '/dags/daily?tab=runs']) {
    await page.goto(address);
    await expect(page.locator('h1')).toBeVisible();
    await expect(page.locator('.skeleton')).toHaveCount(0);
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(over, address).toBeLessThanOrEqual(0);
    // The menu below shows where one is; the account has no entry there.
    const here = page.locator('.rail [aria-current=page]');
    if (address !== '/account') await expect(here, address).toBeInViewport({ ratio: 0.9 });
    expect(await page.locator('#main').evaluate((main) => main.scrollTop), address).toBe(0);
    expect(await barriers(page), address).toEqual([]);
    await keep_picture(page, `site-${address.replace(/\W+/g, '-')}-phone-ko-dark`);
  }
  // Language and time zone are in the user's menu, where there is room for their words.
  await expect(page.getByLabel('언어')).toBeHidden();
  await page.locator('.top-user-button').click();
  await expect(page.locator('.user-menu').getByLabel('언어')).toBeVisible();
  await expect(page.locator('.user-menu').getByLabel('시간대')).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'site-menu-phone-ko-dark');
  await page.keyboard.press('Escape');
});
