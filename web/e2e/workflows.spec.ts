// SPDX-License-Identifier: Apache-2.0
// The list of DAGs with a thousand of them, by mouse and by keyboard; and the time zone.
import { type Page, expect, test } from '@playwright/test';
import { enter } from './session';

test.describe.configure({ mode: 'serial' });

const DAGS = 1000;
const LIST = /\/api\/v2\/dags\?/;

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await browser.newPage();
  await enter(page);
});

test.afterAll(async () => page.close());

/** The server's own DAG `hello` a thousand times, with other names. */
async function answer_many(): Promise<void> {
  const answer = await page.request.get('/api/v2/dags/hello');
  const hello = (await answer.json()) as Record<string, unknown>;
  const items = Array.from({ length: DAGS }, (_, at) => ({
    ...hello,
    dag_id: `many${String(at).padStart(4, '0')}`,
    dag_display_name: '',
    is_paused: at % 4 === 0,
    tags: [`team-${at % 10}`],
    owners: [at % 2 ? 'ann' : 'bob'],
    running_count: at % 100 === 7 ? 1 : 0,
  }));
  await page.route(LIST, (route) => {
    const offset = Number(new URL(route.request().url()).searchParams.get('offset') ?? 0);
    // In pages smaller than asked for: each of them must be read.
    const json = { items: items.slice(offset, offset + 300), total_entries: DAGS };
    return route.fulfill({ json });
  });
}

const row = (dag: string): ReturnType<Page['locator']> => page.locator(`tr[data-dag="${dag}"]`);

test('a thousand DAGs are listed, and only those on screen are in the page', async () => {
  await answer_many();
  await page.goto('/dags');
  await expect(page.getByRole('status').filter({ hasText: '1000 of 1000' })).toBeVisible();
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '1001');
  expect(await page.locator('tr[data-dag]').count()).toBeLessThan(60);
  await expect(page.locator('tr[data-dag] .run-bars').first()).toBeVisible();
});

test('rows are reached, chosen and opened by keyboard alone', async () => {
  await row('many0000').focus();
  await page.keyboard.press('End');
  await expect(row('many0999')).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(row('many0998')).toBeFocused();
  await page.keyboard.press(' ');
  await page.keyboard.press('Home');
  await expect(row('many0000')).toBeFocused();
  await page.keyboard.press(' ');
  const bar = page.getByRole('region', { name: 'Actions for the chosen DAGs' });
  await expect(bar).toContainText('2 DAGs chosen');
  await page.keyboard.press('Escape');
  await expect(bar).toBeHidden();
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Name, owner, tag' })).toBeFocused();
  await page.keyboard.type('0107');
  await expect(page.locator('tr[data-dag]')).toHaveCount(1);
  await expect(page).toHaveURL(/q=0107/);
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/q=/);
});

test('filters and order are in the address, and come back with it', async () => {
  await page.getByRole('button', { name: /^Running \d/ }).click();
  await page.getByRole('button', { name: 'Owners' }).click();
  await page.getByRole('checkbox', { name: /ann/ }).check();
  await page.keyboard.press('Escape');
  await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
  await expect(page).toHaveURL(/state=running/);
  await expect(page).toHaveURL(/owner=ann/);
  await expect(page).toHaveURL(/sort=-name/);
  await page.reload();
  await expect(page.locator('tr[data-dag]')).toHaveCount(10);
  await expect(page.locator('tr[data-dag]').first()).toHaveAttribute('data-dag', 'many0907');
  await page.getByRole('button', { name: 'Without the filter ann' }).click();
  await page.getByLabel('Name, owner, tag').fill('certainly no DAG');
  await expect(page.getByText('No DAG matches')).toBeVisible();
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await expect(row('many0999')).toBeVisible();
});

test('many are switched and triggered at once, told before what will happen', async () => {
  const switched: string[] = [];
  await page.route(/\/api\/v2\/dags\/many\d+$/, (route) => {
    switched.push(new URL(route.request().url()).pathname.slice(-8));
    return route.fulfill({
      status: 500,
      json: { error: { code: 'internal', message: 'no', request_id: 'r-1' } },
    });
  });
  await page.goto('/dags?q=many000');
  await page.getByRole('checkbox', { name: 'Choose all' }).check();
  await page.getByRole('button', { name: 'Switch off 7' }).click();
  const asked = page.getByRole('dialog');
  await expect(asked.locator('[data-preview=switch] code')).toHaveCount(7);
  expect(switched).toEqual([]);
  await asked.getByRole('button', { name: 'Switch off 7' }).click();
  // What is refused says so and is on again.
  await expect(page.locator('.bulk-refused [role=alert]')).toHaveCount(7);
  expect(switched.length).toBe(7);
  await expect(row('many0001').getByRole('switch')).toHaveAttribute('aria-checked', 'true');
  await page.getByRole('button', { name: 'Trigger 10…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.locator('[data-preview=starts]')).toContainText('6 runs start now');
  await expect(dialog.locator('[data-preview=beside]')).toContainText('many0007');
  await expect(dialog.locator('[data-preview=waits]')).toContainText('3 runs wait');
  await dialog.getByRole('button', { name: 'Make 10 runs' }).click();
  // The server does not know them: each is refused with its reason.
  await expect(dialog.getByText('0 of 10 runs were made')).toBeVisible();
  await expect(dialog.getByRole('alert').first()).toContainText('many000');
  await page.keyboard.press('Escape');
  await page.unrouteAll();
});

test('the time zone holds for every page, and is kept', async () => {
  await page.goto('/dags');
  const zone = page.getByLabel('Time zone');
  await zone.selectOption('utc');
  const next = row('hello').locator('.dag-next time').nth(1);
  await expect(next).toContainText('00:00 UTC');
  await page.reload();
  await expect(zone).toHaveValue('utc');
  await page.goto('/dags/hello');
  await expect(page.locator('.facts .next-run')).toContainText('00:00 UTC');
});
