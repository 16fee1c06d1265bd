// SPDX-License-Identifier: Apache-2.0
// The page of the server's own log: levels in words, filters, new lines by themselves.
import { readFileSync } from 'node:fs';
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
import { signed_in } from './session';

test.describe.configure({ mode: 'serial' });

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await signed_in(browser);
});

test.afterAll(async () => page.context().close());

const lines = () => page.locator('[data-log]');

test('it is found from the system page, and says how serious each line is in words', async () => {
  await page.goto('/system');
  await page.getByRole('link', { name: "Server's log" }).click();
  await expect(page.locator('[data-log=info]').first()).toContainText('info');
  await expect(lines().filter({ hasText: 'server ready' })).toHaveCount(1);
  await expect(page.getByText('New lines appear by themselves')).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'server-log');
});

// Who has prepared the server goes on adding DAG files, of each of which a line tells.
test('new lines come by themselves, unless one holds them back', async () => {
  const loaded = lines().filter({ hasText: 'DAG file loaded' });
  const first = await loaded.count();
  await expect.poll(() => loaded.count(), { timeout: 60_000 }).toBeGreaterThan(first + 1);
  await page.getByLabel('Follow').uncheck();
  await expect(page.getByText('New lines are held back')).toBeVisible();
  const held = await lines().count();
  const kept = async () => {
    const answer = await page.request.get('/api/v2/monitor/logs?level=info&limit=1000');
    return ((await answer.json()) as { items: unknown[] }).items.length;
  };
  const there = await kept();
  await expect.poll(kept, { timeout: 60_000 }).toBeGreaterThan(there);
  expect(await lines().count()).toBe(held);
  await page.getByLabel('Follow').check();
  await expect.poll(() => lines().count()).toBeGreaterThan(held);
});

test('level and text choose, the address holds them, and what is shown can be kept', async () => {
  await page.getByLabel('Text').fill('SERVER READY');
  await page.getByLabel('Text').press('Enter');
  await expect(lines()).toHaveCount(1);
  await expect(page.getByLabel('Text')).toBeFocused();
  expect(new URL(page.url()).searchParams.get('text')).toBe('SERVER READY');
  await page.reload();
  await expect(lines()).toHaveCount(1);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ]);
  const text = readFileSync(await download.path(), 'utf8');
  expect(text).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z info {4}server ready .*\n$/);
  await page.getByLabel('Level').selectOption('error');
  await expect(page.getByText('No line fits')).toBeVisible();
});

test('it is read by keys alone', async () => {
  await page.goto('/system/log?level=debug');
  await expect(lines().first()).toBeVisible();
  await page.getByRole('log').focus();
  await page.keyboard.press('Home');
  await expect(page.getByText('The server keeps no older lines that fit.')).toBeInViewport();
});

test('in Korean, dark, on a phone it fits', async () => {
  await page.evaluate(() => {
    localStorage.setItem('aiflow.language', 'ko');
    localStorage.setItem('aiflow.theme', 'dark');
  });
  await page.setViewportSize({ width: 390, height: 780 });
  await page.goto('/system/log');
  await expect(page.locator('[data-log=info]').first()).toContainText('정보');
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(over).toBeLessThanOrEqual(0);
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'server-log-phone-ko-dark');
});

test('without a line, refused and away it says so', async () => {
  const calls = /\/api\/v2\/monitor\/logs/;
  await is_refused_in_korean(page, '/system/log', calls);
  await fits(page, 'server-log-refused-phone-ko-dark');
  await is_away_in_korean(page, '/system/log', calls);
  await look_as(page, 'en');
  await fails_and_recovers(page, '/system/log', calls, lines());
  await page.getByLabel('Text').fill('certainly in no line');
  await page.keyboard.press('Enter');
  await expect(page.locator('.empty')).toContainText('No line fits');
  await expect(page.locator('.empty code')).toContainText('aiflow logs');
  expect(await barriers(page)).toEqual([]);
});
