// SPDX-License-Identifier: Apache-2.0
// The system page: health with reasons, lines that grow by the event stream alone.
import { type Page, expect, test } from '@playwright/test';
import { barriers, fails_and_recovers, is_refused_in_korean, keep_picture, look_as } from './look';
import { signed_in } from './session';

test.describe.configure({ mode: 'serial' });

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await signed_in(browser);
});

test.afterAll(async () => page.context().close());

test('lines grow as the server is sampled, without asking again', async () => {
  let asked = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/api/v2/monitor/system')) asked += 1;
  });
  await page.goto('/system');
  const chart = page.locator('[data-chart=memory]');
  const samples = async () => Number(await chart.getAttribute('data-samples'));
  await expect(chart).toBeVisible();
  const grows = async (by: number) => {
    const before = await samples();
    await expect.poll(samples, { timeout: 30_000 }).toBeGreaterThan(before + by - 1);
  };
  // The event stream is open when a line has grown; its greeting may have had the page ask anew.
  await grows(1);
  const asked_before = asked;
  await grows(2);
  expect(asked).toBe(asked_before);
  await expect(chart.locator('polyline')).toHaveAttribute('points', /\d.* \d/);
  await expect(page.locator('tr[data-part=database]')).toContainText('works');
  await expect(page.locator('tr[data-queue=default]')).toContainText('4');
  await expect(page.locator('tr[data-pool=default_pool]')).toContainText('128');
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'system-hour', true);
});

test('a part that does not work says why, and what to do', async () => {
  await page.route(/monitor\/health/, (route) =>
    route.fulfill({
      json: {
        status: 'degraded',
        version: '0',
        components: [{ name: 'worker', status: 'unhealthy', reason: 'no worker is connected' }],
      },
    }),
  );
  await page.goto('/system?span=day');
  await expect(page.locator('tr[data-part=worker]')).toContainText('aiflow worker');
  await page.unroute(/monitor\/health/);
});

test('in Korean, dark, on a phone it fits', async () => {
  await page.evaluate(() => {
    localStorage.setItem('aiflow.language', 'ko');
    localStorage.setItem('aiflow.theme', 'dark');
  });
  await page.setViewportSize({ width: 390, height: 780 });
  await page.goto('/system');
  await expect(page.locator('[data-chart=memory] svg').first()).toBeVisible();
  await expect(page.locator('tr[data-part="audit log"]')).toContainText('감사 기록');
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(over).toBeLessThanOrEqual(0);
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'system-phone-ko-dark', true);
});

test('refused in part it says so there; the rest is shown', async () => {
  const history = /\/api\/v2\/monitor\/system/;
  await is_refused_in_korean(page, '/system', history);
  await expect(page.locator('tr[data-part=database]')).toBeVisible();
  await look_as(page, 'en');
  await fails_and_recovers(page, '/system', history, page.locator('[data-chart=memory]'));
  await fails_and_recovers(
    page,
    '/system',
    /\/api\/v2\/pools/,
    page.locator('tr[data-pool=default_pool]'),
  );
});

test('just started, and without a worker, it says so', async () => {
  const nothing = { json: { items: [], total_entries: 0 } };
  await page.route(/monitor\/system/, (route) =>
    route.fulfill({ json: { seconds: [], minutes: [] } }),
  );
  await page.route(/\/api\/v2\/workers/, (route) => route.fulfill(nothing));
  await page.goto('/system?span=day');
  await expect(page.getByText('The server has just started')).toBeVisible();
  await expect(page.locator('td[colspan]')).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'system-just-started', true);
  await page.unrouteAll();
});

test('by keys alone the day is chosen and a pool is gone to', async () => {
  await page.goto('/system');
  await expect(page.locator('[data-chart=memory]')).toBeVisible();
  await page.locator('#main').focus();
  const link = (name: string) => page.getByRole('link', { name, exact: true });
  const reach = async (name: string): Promise<void> => {
    const there = link(name).and(page.locator(':focus'));
    for (let tabs = 0; tabs < 20 && (await there.count()) === 0; tabs += 1)
      await page.keyboard.press('Tab');
    await expect(there).toHaveCount(1);
  };
  await reach('default_pool');
  await reach('Last day');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/span=day/);
  await expect(link('Last day')).toBeFocused();
  // Which one is shown is seen, by more than a colour.
  await expect(link('Last day')).toHaveCSS('font-weight', '650');
  await expect(link('Last hour')).not.toHaveCSS('font-weight', '650');
  await keep_picture(page, 'system-day');
  await link('default_pool').press('Enter');
  await expect(page).toHaveURL(/\/pools$/);
});

test('when the server is away the page says so', async () => {
  await page.route(/monitor\/system/, (route) => route.abort());
  await page.goto('/system');
  await expect(page.getByRole('alert').first()).toBeVisible();
});
