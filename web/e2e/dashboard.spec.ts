// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { type Page, expect, test } from '@playwright/test';
import { USERNAME, enter, sign_in } from './session';

const DAG = process.env.AIFLOW_E2E_DAG ?? 'hello';
const RUN_MS = Number(process.env.AIFLOW_E2E_RUN_S ?? '120') * 1000;
const SHOTS = process.env.AIFLOW_E2E_SHOTS ?? '';

test.describe.configure({ mode: 'serial' });

let page: Page;
const script_errors: string[] = [];

test.beforeAll(async ({ browser }) => {
  page = await browser.newPage();
  page.on('pageerror', (error) => script_errors.push(error.message));
  page.on('console', (message) => {
    // A page that breaks the content security policy says so here.
    if (message.text().includes('Content Security Policy')) script_errors.push(message.text());
  });
});

test.afterAll(async () => page.close());

async function keep_picture(name: string): Promise<void> {
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

/** Clicks an entry of the menu on the left. */
async function go_to(name: string): Promise<void> {
  await page
    .locator('.rail')
    .getByRole('link', { name: new RegExp(`^${name}`) })
    .click();
}

test('a wrong password is refused, in words', async () => {
  await page.goto('/');
  await sign_in(page, 'certainly-not-the-password');
  await expect(page.getByRole('alert')).toContainText('did not work');
  await keep_picture('login');
});

test('a one-time password leads to its change and then in', async () => {
  await enter(page, () => keep_picture('new-password'));
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
  await expect(page.locator('.top-user-name')).toHaveText(USERNAME);
  await keep_picture('home');
});

test('a triggered run is seen changing, pushed and not polled', async () => {
  let list_calls = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/taskInstances')) list_calls += 1;
  });
  await go_to('Workflows');
  const row = page.locator(`tr[data-dag="${DAG}"]`);
  await expect(row).toBeVisible();
  await keep_picture('workflows');
  const on_off = row.getByRole('switch');
  if ((await on_off.getAttribute('aria-checked')) === 'false') {
    await on_off.click();
    await expect(on_off).toHaveAttribute('aria-checked', 'true');
  }
  await row.getByRole('button', { name: /Trigger/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('Note', { exact: true })).toBeVisible();
  const as_json = dialog.getByRole('button', { name: 'Edit as JSON' });
  if (await as_json.isVisible()) await as_json.click();
  await dialog.getByLabel('Configuration (JSON)').fill('{broken');
  await expect(dialog.getByRole('alert')).toBeVisible();
  await dialog.getByLabel('Configuration (JSON)').fill('{"from": "e2e"}');
  const [answer] = await Promise.all([
    page.waitForResponse(
      (one) => one.request().method() === 'POST' && one.url().endsWith('/dagRuns'),
    ),
    dialog.getByRole('button', { name: 'Trigger' }).click(),
  ]);
  const created = (await answer.json()) as { dag_run_id: string; state: string };
  expect(created.state, 'the run has not ended when it is created').not.toBe('success');

  await expect(page).toHaveURL(/tab=graph.*run=|run=.*tab=graph/);
  const badge = page.locator('.run-strip .state-badge');
  await expect(badge).toBeVisible();
  await expect(page.locator('.graph-task').first()).toBeVisible();
  await expect(badge).toHaveAttribute('data-state', /success|failed/, { timeout: RUN_MS });
  await expect(badge).toHaveAttribute('data-state', 'success', { timeout: 1 });
  await expect(page.locator('.run-strip select')).toHaveValue(created.dag_run_id);
  const open_tasks = page.locator(
    '.graph-task:not([data-state=success]):not([data-state=skipped])',
  );
  await expect(open_tasks).toHaveCount(0);
  expect(list_calls, 'lists are read once or twice, then pushed').toBeLessThanOrEqual(3);
  await keep_picture('graph');
});

test('the grid shows the same run, by keyboard too', async () => {
  await page.getByRole('tab', { name: 'Grid' }).click();
  const grid = page.getByRole('grid');
  await grid.focus();
  await page.keyboard.press('ArrowUp');
  await expect(grid.getByRole('gridcell', { name: /Success/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.locator('.drawer')).toBeVisible();
  await keep_picture('grid');
  await page.keyboard.press('Escape');
  await expect(page.locator('.drawer')).toBeHidden();
});

test('the log of a task can be read and searched', async () => {
  await page.getByRole('tab', { name: 'Graph' }).click();
  await page.locator('.graph-task[data-state=success]').first().click();
  const log = page.getByRole('log');
  await expect(page.locator('[data-log=complete]')).toBeVisible();
  await expect(log.locator('.log-line').first()).toBeVisible();
  await page.getByLabel('Search the log').fill('certainly not in any log');
  await expect(page.getByText('no match')).toBeVisible();
  await page.getByLabel('Search the log').fill('');
  await keep_picture('log');
  await page.locator('.drawer').getByRole('tab', { name: 'Details' }).click();
  await expect(page.getByText('Operator', { exact: true })).toBeVisible();
});

test('clearing shows first what it would change', async () => {
  await page.getByRole('button', { name: 'Clear…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.locator('.preview li').first()).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
});

test('the code of the DAG is shown', async () => {
  await page.getByRole('tab', { name: 'Code' }).click();
  await expect(page.locator('.code-line').first()).toBeVisible();
  await expect(page.locator('.code')).toContainText('import');
});

test('the report compares the variants', async () => {
  await go_to('Models');
  await page.locator('a[href^="/reports/"]').first().click();
  const rows = page.locator('tr[data-variant]');
  await expect(rows.first()).toBeVisible();
  expect(await rows.count()).toBeGreaterThanOrEqual(2);
  await expect(page.locator('.chart-bubble').first()).toBeVisible();
  await expect(page.locator('.chart-area').first()).toBeVisible();
  await page.getByText('How measured').click();
  await expect(page.getByRole('heading', { name: 'Machine', exact: true })).toBeVisible();
  await keep_picture('report');
});

test('an event shows its picture and the thread leads back through all parts', async () => {
  await go_to('Events');
  await page.locator('[data-event]').first().click();
  const picture = page.locator('.event-picture img');
  await expect(picture).toBeVisible();
  await expect
    .poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth))
    .toBeGreaterThan(0);
  await keep_picture('event');
  const address = page.url();
  for (const step of ['camera', 'service', 'variant', 'report', 'pack', 'run', 'task']) {
    const link = page.locator(`[data-step=${step}] a`);
    await expect(link, `the thread has a ${step}`).toBeVisible();
    await link.click();
    await expect(page).not.toHaveURL(address);
    await expect(page.locator('h1')).toBeVisible();
    await expect(page.locator('.skeleton')).toHaveCount(0);
    await expect(page.locator('.error-note')).toHaveCount(0);
    await keep_picture(`thread-${step}`);
    await page.goto(address);
  }
});

test('an event is acknowledged and reopened', async () => {
  const tag = page.locator('.page-head [data-event-state]');
  const reopen = page.getByRole('button', { name: 'Reopen' });
  await expect(tag).toBeVisible();
  if (await reopen.isVisible()) await reopen.click();
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await expect(tag).toHaveAttribute('data-event-state', 'acknowledged');
  await reopen.click();
  await expect(tag).toHaveAttribute('data-event-state', 'new');
});

test('event filters live in the address', async () => {
  await go_to('Events');
  const chip = page.locator('.event-filters .chip').first();
  await chip.click();
  await expect(page).toHaveURL(/kind=/);
  await page.reload();
  await expect(page.locator('.event-filters .chip[aria-pressed=true]')).toHaveCount(1);
  await keep_picture('events');
});

test('a camera shows a picture with its zones', async () => {
  await go_to('Cameras');
  await page.locator('[data-camera]').first().click();
  await expect(page.locator('.picture-media').first()).toBeVisible();
  await expect(page.locator('.overlay-rule').first()).toBeAttached();
  await keep_picture('camera');
});

test('services and packs are listed', async () => {
  await go_to('Services');
  await expect(page.locator('tr[data-service]').first()).toBeVisible();
  await keep_picture('services');
  await go_to('Runtime');
  await expect(page.locator('tbody tr').first()).toBeVisible();
  await keep_picture('runtime');
});

test('what does not exist is said in place, with a request id', async () => {
  await page.goto('/reports/999999999');
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.locator('.error-request code')).not.toBeEmpty();
});

test('Korean, dark and a phone', async () => {
  await page.goto('/dags');
  await page.getByLabel('Language').selectOption('ko');
  await expect(page.getByRole('heading', { name: '워크플로' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ko');
  const theme = page.getByRole('button', { name: /화면 테마/ });
  for (let turns = 0; turns < 3; turns += 1) {
    if ((await page.locator('html').getAttribute('data-theme')) === 'dark') break;
    await theme.click();
  }
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await keep_picture('workflows-ko-dark');
  await page.setViewportSize({ width: 390, height: 780 });
  await expect(page.locator(`tr[data-dag="${DAG}"]`)).toBeVisible();
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, 'nothing hangs over the side').toBeLessThanOrEqual(0);
  await keep_picture('workflows-phone');
});

test('no script failed and no policy was broken on the way', () => {
  expect(script_errors).toEqual([]);
});
