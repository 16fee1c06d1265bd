// SPDX-License-Identifier: Apache-2.0
// Variables and connections on the dashboard: set, changed without being shown, deleted.
import { type Page, expect, test } from '@playwright/test';
import { barriers, fails_and_recovers, keep_picture } from './look';
import { signed_in } from './session';

const CANARY = 'canary-51ab';

test.describe.configure({ mode: 'serial' });

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await signed_in(browser);
});

test.afterAll(async () => page.context().close());

const row = (name: string) => page.locator(`tr[data-value="${name}"]`);

test('without any the pages say what comes next', async () => {
  for (const [path, title] of [
    ['/variables', 'No variables'],
    ['/connections', 'No connections'],
  ] as const) {
    await page.goto(path);
    await expect(page.getByText(title)).toBeVisible();
    expect(await barriers(page)).toEqual([]);
  }
});

test('a variable is set; a secret one is never shown again', async () => {
  await page.goto('/variables');
  for (const [name, value] of [
    ['place', 'Seoul'],
    ['api_token', CANARY],
  ] as const) {
    await page.getByRole('button', { name: 'New variable' }).click();
    await page.getByLabel('Variable', { exact: true }).fill(name);
    await page.getByLabel('Value', { exact: true }).fill(value);
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(row(name)).toBeVisible();
  }
  await expect(row('place')).toContainText('Seoul');
  await expect(row('api_token')).toContainText('secret');
  await row('api_token').getByRole('button', { name: 'Change api_token' }).click();
  await expect(page.getByLabel('Value', { exact: true })).toHaveValue('');
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'values-variable-dialog');
  await page.getByRole('button', { name: 'Cancel' }).click();
  expect(await page.content()).not.toContain(CANARY);
  await keep_picture(page, 'values-variables');
});

test('a connection is set by its fields, and what the server refuses is said', async () => {
  await page.goto('/connections');
  await page.getByRole('button', { name: 'New connection' }).click();
  await page.getByLabel('Connection', { exact: true }).fill('not a name');
  await page.getByLabel('Type', { exact: true }).fill('postgres');
  await page.getByLabel('Host', { exact: true }).fill('db.site');
  await page.getByLabel('Port', { exact: true }).fill('5432');
  await page.getByLabel('Password', { exact: true }).fill(CANARY);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert')).toContainText('1 to 200 characters');
  await page.getByLabel('Connection', { exact: true }).fill('db');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(row('db')).toContainText('db.site:5432');
  await page.reload();
  await expect(row('db')).toContainText('postgres');
  expect(await page.content()).not.toContain(CANARY);
  await row('db').getByRole('button', { name: 'Change db' }).click();
  await expect(page.getByLabel('Host', { exact: true })).toHaveValue('db.site');
  await expect(page.getByLabel('Port', { exact: true })).toHaveValue('5432');
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('');
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'values-connection-dialog');
  await page.keyboard.press('Escape');
});

test('in Korean, dark, on a phone both pages fit', async () => {
  await page.evaluate(() => {
    localStorage.setItem('aiflow.language', 'ko');
    localStorage.setItem('aiflow.theme', 'dark');
  });
  await page.setViewportSize({ width: 390, height: 780 });
  for (const path of ['/variables', '/connections']) {
    await page.goto(path);
    await expect(page.locator('tr[data-value]').first()).toBeVisible();
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(over, path).toBeLessThanOrEqual(0);
    expect(await barriers(page)).toEqual([]);
    await keep_picture(page, `values-${path.slice(1)}-phone-ko-dark`);
  }
  await page.evaluate(() => {
    localStorage.setItem('aiflow.language', 'en');
    localStorage.setItem('aiflow.theme', 'light');
  });
  await page.setViewportSize({ width: 1360, height: 860 });
});

test('by keys alone one is made, changed and deleted, and the focus stays where one was', async () => {
  const create = page.getByRole('button', { name: 'New variable' });
  await page.goto('/variables');
  await create.focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(create).toBeFocused();
  await page.keyboard.press('Enter');
  await page.getByLabel('Variable', { exact: true }).focus();
  await page.keyboard.type('by_keys');
  await page.keyboard.press('Tab');
  await page.keyboard.type('one');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(row('by_keys')).toContainText('one');
  const change = row('by_keys').getByRole('button', { name: 'Change by_keys' });
  await change.focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('Value', { exact: true }).focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('two');
  await page.getByLabel('Description', { exact: true }).press('Enter');
  await expect(row('by_keys')).toContainText('two');
  await expect(change).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Delete', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(row('by_keys')).toHaveCount(0);
  // The row is gone: the page's content, not its very beginning.
  await expect(page.locator('#main')).toBeFocused();
  await page.goto('/connections');
  await page.getByRole('button', { name: 'New connection' }).focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('Connection', { exact: true }).focus();
  await page.keyboard.type('by_keys');
  await page.getByLabel('Type', { exact: true }).focus();
  await page.keyboard.type('http');
  await page.keyboard.press('Enter');
  await expect(row('by_keys')).toContainText('http');
});

test('refused, each page says so and comes back', async () => {
  for (const list of ['variables', 'connections']) {
    const calls = new RegExp(`/api/v2/${list}`);
    await fails_and_recovers(page, `/${list}`, calls, page.locator('tr[data-value]'));
  }
});

test('one is deleted after a second question', async () => {
  await page.goto('/variables');
  await row('place').getByRole('button', { name: 'Delete place' }).click();
  await expect(page.getByText('It cannot be brought back')).toBeVisible();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(row('place')).toHaveCount(0);
});

test('when the server is away the page says so', async () => {
  await page.route(/\/variables(\?|$)/, (route) =>
    route.request().resourceType() === 'document' ? route.continue() : route.abort(),
  );
  await page.goto('/variables');
  await expect(page.getByRole('alert').first()).toBeVisible();
});
