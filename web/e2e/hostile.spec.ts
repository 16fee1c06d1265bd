// SPDX-License-Identifier: Apache-2.0
// Markup in names, notes, logs and values stays text: nothing of it runs, and none of it becomes an
// element. The server was prepared by tests/e2e/browser/test_hostile_texts.py.
import { type Page, expect, test } from '@playwright/test';
import { settled } from './addresses';
import { enter } from './session';

const RUN = encodeURIComponent(process.env.AIFLOW_E2E_RUN ?? '');
const DAG = `/dags/hostile?run=${RUN}`;
const TABS = [
  ...['grid', 'graph', 'tree', 'gantt', 'durations', 'calendar', 'runs'],
  ...['backfills', 'details', 'code', 'audit'],
];
const TASK = (task: string): string => `/dags/hostile/runs/${RUN}/tasks/${task}`;

/** Each address, with words of the markup that are seen there. */
const PAGES: [address: string, seen: RegExp | null][] = [
  ['/', null],
  ['/dags', /<img src=x/],
  ...TABS.map((tab): [string, RegExp | null] => [
    `${DAG}&tab=${tab}`,
    tab === 'details' ? /javascript:document/ : /<img src=x/,
  ]),
  ...['log', 'xcom', 'details'].map((panel): [string, RegExp | null] => [
    `${DAG}&tab=grid&task=say&panel=${panel}`,
    /<img src=x/,
  ]),
  [TASK('say'), /<img src=x/],
  [TASK('breaks'), /ValueError: <img src=x/],
  ['/data', /a<img src=x/],
  ['/pools', /<img src=x/],
  ['/variables', /<img src=x/],
  ['/audit', null],
  [`/dags/${encodeURIComponent('<img src=x onerror=1>')}`, null],
  [`/events/${encodeURIComponent("<script>document.title='hit'</script>")}`, null],
];

async function check(page: Page, address: string, seen: RegExp | null): Promise<string[]> {
  await page.goto(address);
  await settled(page);
  if (seen) await expect(page.locator('body'), address).toContainText(seen);
  const wrong = await page.evaluate(() => {
    const elements = [...document.querySelectorAll('*')].filter(
      (one) =>
        one.matches('img[src="x"], svg[onload], a[href^="javascript:" i], [onerror]') ||
        (one.tagName === 'SCRIPT' && one.textContent !== '' && one.textContent.includes('hit')),
    );
    return elements.map((one) => one.outerHTML.slice(0, 80));
  });
  if ((await page.title()) === 'hit') wrong.push('it ran');
  return wrong.map((what) => `${address}: ${what}`);
}

test('markup in names, logs, values and addresses is text', async ({ page }) => {
  await enter(page);
  const found: string[] = [];
  for (const [address, seen] of PAGES) found.push(...(await check(page, address, seen)));
  expect(found).toEqual([]);
});
