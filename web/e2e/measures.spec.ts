// SPDX-License-Identifier: Apache-2.0
// What tries used and their rendered fields, and the machines of the workers, with the run that
// tests/e2e/browser/test_task_measures.py has made.
import { type Page, expect, test } from '@playwright/test';
import {
  barriers,
  fails_and_recovers,
  fits,
  is_away_in_korean,
  is_refused_in_korean,
  keep_picture,
  look_as,
} from './look';
import { enter } from './session';

const RUN = encodeURIComponent(process.env.AIFLOW_E2E_RUN ?? '');

test.describe.configure({ mode: 'serial' });

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await (await browser.newContext()).newPage();
  await enter(page);
});

test.afterAll(async () => page.context().close());

async function open(path: string): Promise<void> {
  await page.goto(path);
  await expect(page.locator('h1')).toBeVisible();
  await expect(page.locator('.skeleton')).toHaveCount(0);
}

const task_path = (task: string, panel: string): string =>
  `/dags/measured/runs/${RUN}/tasks/${task}?panel=${panel}`;
const USED = task_path('busy', 'usage');
const RENDERED = task_path('login', 'rendered');
const ONE_TRY = /\/tries\/1(\?|$)/;
const chart = (name: string) => page.locator(`[data-chart="${name}"]`);
const field = () => page.locator('[data-field="op_kwargs"]');

test('a try has its peak, its mean and a chart that says the same in words', async () => {
  await open(USED);
  const cells = page.locator('[data-try="1"] td');
  await expect(cells).toHaveCount(6);
  for (const at of [4, 5]) await expect(cells.nth(at)).toHaveText(/^\d[\d.]* MB$/);
  for (const name of ['cpu', 'memory']) {
    // Not "visible": a line that goes straight on has no height.
    await expect(chart(name).locator('polyline')).toHaveCount(1);
    const words = await chart(name).locator('.usage-figures').innerText();
    expect(words).toMatch(/: [\d.]+( MB)? at most, [\d.]+( MB)? on average$/);
    await expect(chart(name).getByRole('img', { name: words })).toBeVisible();
  }
  await keep_picture(page, 'measures-usage');
});

test('one that was too short says so, and one that runs grows by itself', async () => {
  await open(task_path('short', 'usage'));
  await expect(page.locator('.task-panel')).toContainText('ended before the first sample');
  await open(task_path('endless', 'usage'));
  await expect(chart('memory')).toBeVisible();
  const samples = async (): Promise<number> =>
    Number(await chart('memory').getAttribute('data-samples'));
  const before = await samples();
  await expect.poll(samples).toBeGreaterThan(before);
});

test('rendered fields are shown without secrets', async () => {
  await open(RENDERED);
  await expect(field()).toContainText('하나');
  await expect(field()).toContainText('***');
  await expect(page.locator('body')).not.toContainText('hunter22');
  await keep_picture(page, 'measures-rendered');
  await open(task_path('short', 'rendered'));
  await expect(page.locator('.task-panel .empty')).toContainText('No rendered fields');
});

test('by keys alone one comes from the log to the fields and to what was used', async () => {
  await open(task_path('login', 'log'));
  await page.getByRole('tab', { selected: true }).last().focus();
  for (const seen of ['rendered', 'usage']) {
    await page.keyboard.press('ArrowRight');
    if (seen === 'rendered') await page.keyboard.press('ArrowRight');
    await expect(page).toHaveURL(new RegExp(`panel=${seen}`));
  }
  await page.keyboard.press('Tab');
  await expect(page.getByRole('region', { name: 'What its tries have used' })).toBeFocused();
});

test('workers show what their machines use', async () => {
  await open('/workers');
  const row = page.locator('tr[data-worker]').first();
  // The busy part is known from the second heartbeat on.
  await expect(row).toContainText(/CPU \d+ %/, { timeout: 30_000 });
  await expect(row).toContainText(/memory .* of /);
  await keep_picture(page, 'measures-workers');
});

test('refused or without an answer, both say so and come back', async () => {
  await fails_and_recovers(page, USED, ONE_TRY, chart('memory'));
  await fails_and_recovers(page, RENDERED, ONE_TRY, field());
  await look_as(page, 'ko-dark-phone');
  await is_refused_in_korean(page, RENDERED, ONE_TRY);
  await is_away_in_korean(page, USED, ONE_TRY);
  await look_as(page, 'en');
});

test('in English, and in Korean, dark, on a phone they keep nobody out', async () => {
  const pages = { usage: USED, rendered: RENDERED, workers: '/workers' };
  for (const path of Object.values(pages)) {
    await open(path);
    expect(await barriers(page), path).toEqual([]);
  }
  await look_as(page, 'ko-dark-phone');
  for (const [name, path] of Object.entries(pages)) {
    await open(path);
    await fits(page, `measures-${name}-phone-ko`);
  }
  await look_as(page, 'en');
});
