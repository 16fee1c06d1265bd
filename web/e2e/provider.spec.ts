// SPDX-License-Identifier: Apache-2.0
// Signing in by a real OpenID provider: the button, the way there and back, the account, and out again.
import { type Page, expect, test } from '@playwright/test';
import { barriers, keep_picture } from './look';

/** The pages of oidc-provider: name and password, then consent. */
async function at_the_provider(page: Page, name: string): Promise<void> {
  await page.locator('input[name=login]').fill(name);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.locator('button[type=submit]').click();
}

test('one goes to the provider and comes back to the page one wanted', async ({ page }) => {
  await page.goto('/pools');
  const button = page.getByRole('link', { name: 'Sign in with Site ID' });
  await expect(button).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'provider-sign-in', true);
  await page.getByLabel('User name').focus();
  for (let i = 0; i < 3; i += 1) await page.keyboard.press('Tab');
  await expect(button).toBeFocused();
  await page.keyboard.press('Enter');
  await at_the_provider(page, 'ann');
  await expect(page.locator('.shell')).toBeVisible();
  expect(new URL(page.url()).pathname).toBe('/pools');
  await page.goto('/account');
  await expect(page.getByText('Signed in by')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Change password' })).toHaveCount(0);
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'provider-account', true);
  await page.goto('/users');
  const row = page.locator('tr', { hasText: 'ann' });
  await expect(row).toContainText('127.0.0.1:');
  await expect(row.locator('select')).toHaveCount(0);
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'provider-users', true);
  await page.getByRole('button', { name: 'Account of ann' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  // At the provider, which asks.
  await page.getByRole('button', { name: 'Yes, sign me out' }).click();
  await expect(button).toBeVisible();
});

for (const [language, words] of [
  ['en', 'none of your groups has a role here'],
  ['ko', '이곳에서 역할이 있는 그룹'],
] as const) {
  test(`who has no role is told so (${language})`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 800 });
    await page.emulateMedia({ colorScheme: language === 'ko' ? 'dark' : 'light' });
    await page.goto('/');
    await page.locator('.auth-foot select').selectOption(language);
    await page.locator('a.button').click();
    await at_the_provider(page, 'eve');
    await expect(page.getByRole('alert')).toContainText(words);
    expect(await barriers(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      390,
    );
    await keep_picture(page, `provider-refused-${language}`, true);
  });
}
