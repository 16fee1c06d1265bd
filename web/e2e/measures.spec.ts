// SPDX-License-Identifier: Apache-2.0
// What tries used and their rendered fields, and the machines of the workers, with the run that
// tests/e2e/browser/test_task_measures.py has made.
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { type Page, expect, test } from '@playwright/test';
import { enter } from './session';

const RUN = encodeURIComponent(process.env.AIFLOW_E2E_RUN ?? '');
const SHOTS = process.env.AIFLOW_E2E_SHOTS ?? '';

test.describe.configure({ mode: 'serial' });

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await (await browser.newContext()).newPage();
  await enter(page);
});

test.afterAll(async () => page.context().close());

async function keep_picture(name: string): Promise<void> {
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `measures-${name}.png`) });
}

async function open(path: string): Promise<void> {
  await page.goto(path);
  await expect(page.locator('h1')).toBeVisible();
  await expect(page.locator('.skeleton')).toHaveCount(0);
}

const task_path = (task: string, panel: string): string =>
  `/dags/measured/runs/${RUN}/tasks/${task}?panel=${panel}`;

test('a try has its peak, its mean and a chart that says the same in words', async () => {
  await open(task_path('busy', 'usage'));
  const cells = page.locator('[data-try="1"] td');
  await expect(cells).toHaveCount(6);
  for (const at of [4, 5]) await expect(cells.nth(at)).toHaveText(/^\d[\d.]* MB$/);
  for (const chart of ['cpu', 'memory']) {
    const one = page.locator(`[data-chart="${chart}"]`);
    await expect(one.locator('polyline')).toBeVisible();
    const words = await one.locator('.usage-figures').innerText();
    expect(words).toMatch(/: [\d.]+( MB)? at most, [\d.]+( MB)? on average$/);
    await expect(one.getByRole('img', { name: words })).toBeVisible();
  }
  await keep_picture('usage');
});

test('one that was too short says so, and one that runs grows by itself', async () => {
  await open(task_path('short', 'usage'));
  await expect(page.locator('.task-panel')).toContainText('ended before the first sample');
  await open(task_path('endless', 'usage'));
  const chart = page.locator('[data-chart="memory"]');
  await expect(chart).toBeVisible();
  const before = Number(await chart.getAttribute('data-samples'));
  await expect
    .poll(async () => Number(await chart.getAttribute('data-samples')))
    .toBeGreaterThan(before);
});

test('rendered fields are shown without secrets', async () => {
  await open(task_path('login', 'rendered'));
  const field = page.locator('[data-field="op_kwargs"]');
  await expect(field).toContainText('하나');
  await expect(field).toContainText('***');
  await expect(page.locator('body')).not.toContainText('hunter22');
  await keep_picture('rendered');
  await open(task_path('short', 'rendered'));
  await expect(page.locator('.task-panel .empty')).toContainText('No rendered fields');
});

test('workers show what their machines use', async () => {
  await open('/workers');
  const row = page.locator('tr[data-worker]').first();
  // The busy part is known from the second heartbeat on.
  await expect(row).toContainText(/CPU \d+ %/, { timeout: 30_000 });
  await expect(row).toContainText(/memory .* of /);
  await keep_picture('workers');
});

const PAGES = [task_path('busy', 'usage'), task_path('login', 'rendered'), '/workers'];

for (const theme of ['light', 'dark']) {
  test(`no page keeps anyone out, ${theme}`, async () => {
    await page.evaluate((name) => localStorage.setItem('aiflow.theme', name), theme);
    for (const path of PAGES) {
      await open(path);
      const axe = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).analyze();
      const grave = axe.violations.filter(
        ({ impact }) => impact === 'serious' || impact === 'critical',
      );
      expect(grave.map(({ id, nodes }) => `${path}: ${id}: ${nodes[0]?.html}`)).toEqual([]);
    }
  });
}

test('in Korean, dark, on a phone nothing hangs over the side', async () => {
  await page.evaluate(() => localStorage.setItem('aiflow.language', 'ko'));
  for (const [at, path] of PAGES.entries()) {
    await page.setViewportSize({ width: 390, height: 780 });
    await open(path);
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(over, path).toBeLessThanOrEqual(0);
    await keep_picture(`${at}-phone-ko`);
  }
});
