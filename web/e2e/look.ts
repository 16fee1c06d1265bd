// SPDX-License-Identifier: Apache-2.0
// What the specs share of looking at a page: a picture that is kept, who could not use it, how it looks
// in the other language and theme on a phone, and how it fails.
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { type Locator, type Page, expect } from '@playwright/test';

const SHOTS = process.env.AIFLOW_E2E_SHOTS ?? '';
const LAPTOP = { width: 1360, height: 860 };
const PHONE = { width: 390, height: 780 };

/** Keeps `name`.png, where pictures are kept; `whole`: also what one has to scroll to. */
export async function keep_picture(page: Page, name: string, whole = false): Promise<void> {
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: whole });
}

/** Serious and critical findings of axe, each with the first element that has it. */
export async function barriers(page: Page): Promise<string[]> {
  const axe = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).analyze();
  return axe.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

/** How far the page can be scrolled sideways; 0: nothing hangs over. */
export async function sideways(page: Page): Promise<number> {
  return page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}

export type Look = 'en' | 'ko-dark-phone';

/** From the next page on: English, light, on a laptop; or Korean, dark, on a phone. */
export async function look_as(page: Page, look: Look): Promise<void> {
  const is_phone = look === 'ko-dark-phone';
  await page.evaluate(
    ([language, theme]) => {
      localStorage.setItem('aiflow.language', language ?? '');
      localStorage.setItem('aiflow.theme', theme ?? '');
    },
    is_phone ? ['ko', 'dark'] : ['en', 'light'],
  );
  await page.setViewportSize(is_phone ? PHONE : LAPTOP);
}

/** The page as it is fits a phone and keeps nobody out; its picture is kept. */
export async function fits(page: Page, name: string): Promise<void> {
  expect(await sideways(page), name).toBeLessThanOrEqual(0);
  expect(await barriers(page), name).toEqual([]);
  await keep_picture(page, name);
}

/** As the server refuses: not asked again by itself, as a failure of its own would be. */
export const DENIED = {
  status: 403,
  json: { error: { code: 'denied', message: 'it takes the role viewer', request_id: 'r-77' } },
};

/**
 * Opens `address` while the server refuses `calls`: the page says so, with the request's id, and "Try
 * again", reached by keyboard, brings what the page is for.
 */
export async function fails_and_recovers(
  page: Page,
  address: string,
  calls: RegExp,
  content: Locator,
): Promise<void> {
  await page.route(calls, (route) => route.fulfill(DENIED));
  await page.goto(address);
  const alert = page.getByRole('alert').filter({ hasText: 'r-77' }).first();
  await expect(alert, address).toContainText('You may not do this.');
  await expect(content, address).toHaveCount(0);
  await page.unroute(calls);
  await alert.getByRole('button', { name: 'Try again' }).focus();
  await page.keyboard.press('Enter');
  await expect(content.first(), address).toBeVisible();
  await expect(page.getByRole('alert'), address).toHaveCount(0);
}

/** The same in Korean: the reason is in Korean, and the server's own words are marked as English. */
export async function is_refused_in_korean(
  page: Page,
  address: string,
  calls: RegExp,
): Promise<void> {
  await page.route(calls, (route) => route.fulfill(DENIED));
  await page.goto(address);
  const alert = page.getByRole('alert').filter({ hasText: 'r-77' }).first();
  await expect(alert.locator('strong'), address).toHaveText('권한이 없습니다.');
  await expect(alert.locator('[lang=en]'), address).toHaveText('it takes the role viewer');
  await expect(alert.getByRole('button', { name: '다시 시도' }), address).toBeVisible();
  await page.unroute(calls);
}

/** The same without any answer, in Korean: no word of English but names. */
export async function is_away_in_korean(page: Page, address: string, calls: RegExp): Promise<void> {
  await page.route(calls, (route) => route.abort());
  await page.goto(address);
  const alert = page.getByRole('alert').first();
  await expect(alert, address).toContainText('서버가 응답하지 않습니다');
  const text = (await alert.innerText()).replace(/aiflow serve|AIflow|DAG/g, '');
  expect(text, address).not.toMatch(/[A-Za-z]{3,}/);
  await expect(alert.getByRole('button', { name: '다시 시도' }), address).toBeVisible();
  await page.unroute(calls);
}
