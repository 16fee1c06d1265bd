// SPDX-License-Identifier: Apache-2.0
// Every page by itself: usable by all (axe, in both themes), plain when it is empty, and plain when
// the server is away.
import { gzipSync } from 'node:zlib';
import AxeBuilder from '@axe-core/playwright';
import { type Page, expect, test } from '@playwright/test';
import { all_pages, settled } from './addresses';
import { enter } from './session';

test.describe.configure({ mode: 'serial' });

let page: Page;

test.beforeAll(async ({ browser }) => {
  // axe opens a page of its own beside this one, which needs a context that is not bound to one.
  page = await (await browser.newContext()).newPage();
  await enter(page);
});

test.afterAll(async () => page.context().close());

/** What axe finds that keeps someone out, as lines to read. */
async function barriers(where: string, rules: string[] = []): Promise<string[]> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] });
  if (rules.length > 0) axe.withRules(rules);
  const found = await axe.analyze();
  return found.violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map(({ id, nodes }) => {
      const [node] = nodes;
      return `${where}: ${id} ×${nodes.length}: ${node?.html} (${node?.failureSummary ?? ''})`;
    });
}

// The dark theme differs in its colours only.
const THEMES: [theme: string, rules: string[]][] = [
  ['light', []],
  ['dark', ['color-contrast']],
];

for (const [theme, rules] of THEMES) {
  test(`no page keeps anyone out, ${theme}`, async () => {
    await page.evaluate((name) => localStorage.setItem('aiflow.theme', name), theme);
    const found: string[] = [];
    for (const [, address] of await all_pages(page)) {
      await page.goto(address);
      await settled(page);
      found.push(...(await barriers(address, rules)));
    }
    await page.goto('/dags');
    await page.getByRole('button', { name: 'Trigger hello' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    found.push(...(await barriers('the trigger dialog', rules)));
    await page.keyboard.press('Escape');
    await page.locator('.health-dot').click();
    await expect(page.locator('.popover')).toBeVisible();
    found.push(...(await barriers('the health of the server', rules)));
    expect(found).toEqual([]);
  });
}

const EMPTY = ['/dags', '/models', '/runtime', '/services', '/cameras', '/events'];

test('a page with nothing on it teaches the next step, with one command', async () => {
  const nothing = { json: { items: [], total_entries: 0 } };
  await page.route(/\/api\/v2\/(?!stream|monitor)/, (route) => route.fulfill(nothing));
  for (const address of EMPTY) {
    await page.goto(address);
    await expect(page.locator('.empty h3').first(), address).toBeVisible();
    await expect(page.locator('.empty .copy-text code').first(), address).toContainText('aiflow');
  }
  await page.goto('/');
  await expect(page.getByText('All is well')).toBeVisible();
  await page.unroute(/\/api\/v2\/(?!stream|monitor)/);
});

test('a DAG file that cannot be read is shown with its line and its error', async () => {
  const error = {
    import_error_id: 1,
    filename: '/dags/broken.py',
    line: 7,
    message: "SyntaxError: '(' was never closed",
    stack_trace: 'broken.py, line 7',
    timestamp: new Date().toISOString(),
  };
  const answer = { json: { items: [error], total_entries: 1 } };
  await page.route('**/api/v2/importErrors*', (route) => route.fulfill(answer));
  await page.goto('/dags');
  const bar = page.locator('.import-errors');
  await expect(bar.getByText('1 DAG file cannot be read')).toBeVisible();
  await bar.locator('summary').focus();
  await page.keyboard.press('Enter');
  await expect(bar.getByText('/dags/broken.py:7')).toBeVisible();
  await expect(bar.getByText(error.message)).toBeVisible();
  expect(await barriers('an import error')).toEqual([]);
  await page.unroute('**/api/v2/importErrors*');
});

test('without a server each page says so, and shows its content once it is back', async () => {
  const pattern = /\/api\/v2\//;
  for (const address of ['/', '/dags', '/dags/hello', '/events', '/cameras/street']) {
    await page.route(pattern, (route) => route.abort());
    await page.goto(address);
    const alert = page.getByRole('alert').first();
    await expect(alert, address).toContainText('does not answer');
    await page.unroute(pattern);
    await alert.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('alert'), address).toHaveCount(0);
  }
});

test('a lost connection is told with the age of what is on screen', async () => {
  await page.route('**/api/v2/stream*', (route) => route.abort());
  await page.goto('/dags');
  await expect(page.locator('.stale')).toContainText('Connection lost');
  await expect(page.locator('tr[data-dag=hello]')).toBeVisible();
  await page.unroute('**/api/v2/stream*');
  await expect(page.locator('.stale')).toHaveCount(0);
});

test('the first Tab leads past the menu, and the menu works by keyboard', async () => {
  await page.goto('/dags');
  await settled(page);
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.locator('#main')).toBeFocused();
  await page.locator('.rail').getByRole('link', { name: 'Models' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Models' })).toBeVisible();
});

/** As much script as the first page may load, compressed. */
const SCRIPT_BYTES_MAX = 300_000;

test('the first page loads at most 300 kB of script', async () => {
  const scripts: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'script') scripts.push(request.url());
  });
  await page.goto('/');
  await settled(page);
  let bytes = 0;
  for (const address of scripts) {
    const answer = await page.request.get(address);
    bytes += gzipSync(await answer.body()).length;
  }
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(SCRIPT_BYTES_MAX);
  console.log(`script of the first page: ${Math.round(bytes / 1000)} kB compressed`);
});
