// SPDX-License-Identifier: Apache-2.0
// A browser as people have it: it keeps pages that were left, to go back to. (Playwright's own does
// not.) With tests/e2e/browser/test_site_pages.py.
import { chromium, expect, test } from '@playwright/test';
import { enter } from './session';

/** More than the six connections that a browser opens to a host. */
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
