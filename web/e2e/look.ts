// SPDX-License-Identifier: Apache-2.0
// What the specs share of looking at a page: a picture that is kept, and who could not use it.
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

const SHOTS = process.env.AIFLOW_E2E_SHOTS ?? '';

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
