// SPDX-License-Identifier: Apache-2.0
// The palette and the sheet of keys, by keyboard alone.
import AxeBuilder from '@axe-core/playwright';
import { type Page, expect, test } from '@playwright/test';
import { signed_in } from './session';

test.describe.configure({ mode: 'serial' });

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await signed_in(browser);
});

test.afterAll(async () => page.context().close());

const box = (): ReturnType<Page['getByRole']> =>
  page.getByRole('combobox', { name: 'Go to, or do' });

/** Opens the palette and picks what a few letters find first. */
async function command(letters: string, first: RegExp): Promise<void> {
  await page.keyboard.press('Control+k');
  await expect(box()).toBeFocused();
  await page.keyboard.type(letters);
  const option = page.locator('[role=option][aria-selected=true]');
  await expect(option).toHaveText(first);
  await page.keyboard.press('Enter');
  await expect(box()).toHaveCount(0);
}

test('a few letters lead to pages, DAGs, runs, models and cameras', async () => {
  await command('wrkflw', /^Workflows/);
  await expect(page).toHaveURL(/\/dags$/);
  await command('hello', /^hello/);
  await expect(page).toHaveURL(/\/dags\/hello$/);
  await command('smart_city manual', /^smart_city manual/);
  await expect(page).toHaveURL(/\/dags\/smart_city\?.*run=/);
});

test('on the page of a DAG its tasks are found too', async () => {
  await page.goto('/dags/smart_city');
  await expect(page.locator('[role=grid]')).toBeVisible();
  await command('optmise', /^optimise/);
  await expect(page).toHaveURL(/\/dags\/smart_city\?.*task=optimise/);
  await expect(page.locator('.drawer')).toContainText('optimise');
  await page.keyboard.press('Escape');
});

test('actions are done from it: theme, language, time zone, switch, trigger', async () => {
  await command('theme dark', /dark/);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await command('language 한국', /한국어/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'ko');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('English');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await command('zone utc', /UTC/);
  await expect(page.getByLabel('Time zone')).toHaveValue('utc');
  await page.goto('/dags');
  const hello = page.locator('tr[data-dag=hello]').getByRole('switch');
  await expect(hello).toHaveAttribute('aria-checked', 'true');
  await command('switch hello off', /Switch hello off/);
  await expect(hello).toHaveAttribute('aria-checked', 'false');
  await command('switch hello on', /Switch hello on/);
  await expect(hello).toHaveAttribute('aria-checked', 'true');
  await command('trigger hello', /Trigger hello/);
  await expect(page.getByRole('dialog', { name: 'Trigger hello' })).toBeVisible();
  await page.keyboard.press('Escape');
  await command('theme system', /system/);
});

test('arrows move, and what is current is told to screen readers', async () => {
  await page.keyboard.press('Control+k');
  const current = (): Promise<string | null> => box().getAttribute('aria-activedescendant');
  const first = await current();
  await page.keyboard.press('ArrowDown');
  expect(await current()).not.toBe(first);
  await expect(page.locator(`#${await current()}`)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.type('certainly nothing');
  await expect(page.getByRole('status').filter({ hasText: 'Nothing matches' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(box(), 'there is nothing to do').toBeVisible();
  await box().fill('hello');
  const axe = await new AxeBuilder({ page }).include('.palette').analyze();
  expect(axe.violations.map(({ id }) => id)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(box()).toHaveCount(0);
});

test('? shows the keys, but not while one types', async () => {
  await page.goto('/dags');
  await page.getByLabel('Name, owner, tag').focus();
  await page.keyboard.type('?');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.locator('tr[data-dag=hello]').focus();
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(sheet).toContainText('From row to row');
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
});

test('Enter takes what was typed, though the options in sight are still those of before', async () => {
  await page.goto('/pools');
  await expect(page.locator('tbody tr').first()).toBeVisible();
  await page.keyboard.press('Control+k');
  await box().evaluate(async (input: HTMLInputElement) => {
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
    set?.call(input, 'hello');
    input.dispatchEvent(new Event('input', { bubbles: true }));
    // React has the letters now; it searches with them in a later task of the browser.
    await Promise.resolve();
    input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
  });
  await expect(page).toHaveURL(/\/dags\/hello$/);
});

test('what is typed while the palette is on its way is in it', async () => {
  const file = '**/assets/palette-*.js';
  await page.route(file, async (route) => {
    await new Promise((done) => setTimeout(done, 1000));
    await route.continue();
  });
  await page.goto('/dags');
  await expect(page.locator('tr[data-dag]').first()).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('hello');
  await expect(box()).toHaveValue('hello');
  await page.keyboard.type(' w');
  await expect(box()).toHaveValue('hello w');
  await page.keyboard.press('Escape');
  await page.unroute(file);
});
