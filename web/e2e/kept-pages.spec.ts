// SPDX-License-Identifier: Apache-2.0
// A browser opens no more than six connections to a host. One as people have it keeps pages that were
// left, to go back to (Playwright's own does not), and has many windows in sight. With tests/e2e/browser/test_site_pages.py.
import { chromium, expect, test } from '@playwright/test';
import { enter, signed_in } from './session';

/** More than those six. */
const PAGES = 9;

test('the ninth page opens as the first one', async ({ baseURL }) => {
  const { launchOptions } = test.info().project.use;
  const browser = await chromium.launch({
    ...launchOptions,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  try {
    const page = await browser.newPage({ baseURL: baseURL ?? '' });
    await enter(page);
    for (let number = 1; number <= PAGES; number += 1) {
      await page.goto(number % 2 ? '/pools' : '/workers', { timeout: 15_000 });
      await expect(page.locator('.skeleton')).toHaveCount(0);
      await expect(page.locator('tbody tr').first()).toBeVisible();
    }
  } finally {
    await browser.close();
  }
});

test('nine windows side by side all follow what happens', async ({ browser }) => {
  const context = (await signed_in(browser)).context();
  const switches = [];
  for (let number = 1; number <= PAGES; number += 1) {
    const page = await context.newPage();
    await page.goto('/dags', { timeout: 15_000 });
    const daily = page.locator('tr[data-dag=daily]').getByRole('switch');
    await expect(daily, `window ${number}`).toHaveAttribute('aria-checked', 'true');
    switches.push(daily);
  }
  await switches.at(-1)?.click();
  for (const one of switches) await expect(one).toHaveAttribute('aria-checked', 'false');
  await context.close();
});
