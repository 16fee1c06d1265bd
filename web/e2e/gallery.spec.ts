// SPDX-License-Identifier: Apache-2.0
// Every page as it is seen: on a laptop, in Korean and dark, on a phone, on paper. The pictures are
// kept to be looked at; what a machine can see is checked: nothing wider than the phone, no text
// in English where Korean was asked for, no frame around what is printed.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Page, expect, test } from '@playwright/test';
import { all_pages, settled } from './addresses';
import { enter } from './session';

const SHOTS = process.env.AIFLOW_E2E_SHOTS ?? '';
const PHONE = { width: 390, height: 844 };
const LAPTOP = { width: 1366, height: 768 };

test.describe.configure({ mode: 'serial' });

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await (await browser.newContext({ viewport: LAPTOP })).newPage();
  await enter(page);
  if (SHOTS) mkdirSync(join(SHOTS, 'gallery'), { recursive: true });
});

test.afterAll(async () => page.context().close());

async function keep_picture(name: string): Promise<void> {
  if (!SHOTS) return;
  await page.screenshot({ path: join(SHOTS, 'gallery', `${name}.jpg`), type: 'jpeg', quality: 70 });
}

async function every_page(format: string, look: (name: string) => Promise<void>): Promise<void> {
  for (const [name, address] of await all_pages(page)) {
    await page.goto(address);
    await settled(page);
    const missing = await page.getByText('There is no such page').count();
    expect(missing > 0, address).toBe(name === 'no-such-page' && format !== 'ko-dark');
    await keep_picture(`${name}-${format}`);
    await look(name);
  }
}

test('each page on a laptop', async () => {
  await every_page('laptop', async (name) => {
    const errors = name.startsWith('no-such') ? 1 : 0;
    expect(await page.locator('.error-note').count(), name).toBeLessThanOrEqual(errors);
  });
});

test('each page on a phone is as wide as the phone', async () => {
  await page.setViewportSize(PHONE);
  const wide: string[] = [];
  await every_page('phone', async (name) => {
    const width = await page.evaluate(() =>
      Math.max(
        document.documentElement.scrollWidth,
        document.querySelector('#main')?.scrollWidth ?? 0,
      ),
    );
    if (width > PHONE.width) wide.push(`${name}: ${width}`);
  });
  await page.setViewportSize(LAPTOP);
  expect(wide).toEqual([]);
});

test('each page on paper has no frame', async () => {
  await page.evaluate(() => localStorage.setItem('aiflow.theme', 'dark'));
  await page.emulateMedia({ media: 'print' });
  await every_page('print', async (name) => {
    await expect(page.locator('.rail')).toBeHidden();
    await expect(page.locator('.top')).toBeHidden();
    const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(paper, name).toBe('rgb(255, 255, 255)');
    const ink = await page.evaluate(
      () => getComputedStyle(document.querySelector('h1, .empty h3') ?? document.body).color,
    );
    expect(Math.max(...(ink.match(/\d+/g) ?? []).map(Number)), name).toBeLessThan(100);
  });
  await page.emulateMedia({ media: 'screen' });
});

test('each page in Korean, dark', async () => {
  await page.evaluate(() => {
    localStorage.setItem('aiflow.theme', 'dark');
    localStorage.setItem('aiflow.language', 'ko');
  });
  const english: string[] = [];
  await every_page('ko-dark', async (name) => {
    const heading = await page.locator('h1, .empty h3').first().innerText();
    const korean = await page.evaluate(() => document.documentElement.lang);
    if (korean !== 'ko') english.push(`${name}: ${heading}`);
  });
  expect(english).toEqual([]);
});
