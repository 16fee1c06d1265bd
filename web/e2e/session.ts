// SPDX-License-Identifier: Apache-2.0
// What the specs share: who signs in, and how.
import { type Browser, type Page, expect } from '@playwright/test';

export const USERNAME = process.env.AIFLOW_E2E_USERNAME ?? 'admin';
const PASSWORD = process.env.AIFLOW_E2E_PASSWORD ?? '';
const NEW_PASSWORD = process.env.AIFLOW_E2E_NEW_PASSWORD ?? 'e2e-Password-1';

/** Fills the sign-in page and waits for what follows: the dashboard, a new password, a refusal. */
export async function sign_in(page: Page, password: string): Promise<void> {
  await page.locator('#username').fill(USERNAME);
  await page.locator('#password').fill(password);
  await page.locator('button[type=submit]').click();
  await page.locator('.shell, #new_password, [role=alert]').first().waitFor();
}

/** Signs in by whichever password holds; one that is good for once is changed when `choose` says so. */
export async function enter(page: Page, choose?: () => Promise<void>): Promise<void> {
  await page.goto('/');
  await sign_in(page, PASSWORD);
  if (await page.getByRole('alert').isVisible()) await sign_in(page, NEW_PASSWORD);
  const next = page.locator('#new_password');
  if (await next.isVisible()) {
    await choose?.();
    await next.fill(NEW_PASSWORD);
    await page.locator('#again').fill(NEW_PASSWORD);
    await page.locator('button[type=submit]').click();
  }
  await expect(page.locator('.shell')).toBeVisible();
}

/**
 * A page that is signed in, in a context of its own: axe opens a page beside it, which needs one that
 * is not bound to a single page.
 */
export async function signed_in(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await enter(page);
  return page;
}
