// SPDX-License-Identifier: Apache-2.0
// What the pages of a DAG and of assets say when they fail and when there is nothing, and that they are
// used by keyboard. The server was prepared by tests/e2e/browser/test_views.py.
import { type Page, expect, test } from '@playwright/test';
import { settled } from './addresses';
import {
  DENIED,
  barriers,
  fails_and_recovers,
  fits,
  is_away_in_korean,
  keep_picture,
  look_as,
} from './look';
import { signed_in } from './session';

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await signed_in(browser);
});

test.afterAll(async () => page.context().close());

const tab = (name: string, dag = 'views'): string => `/dags/${dag}?tab=${name}`;
const focused = () => page.locator(':focus');

/** Address, the calls that fail, what is there when they do not. */
const FAILING: [address: string, calls: RegExp, content: string][] = [
  [tab('grid'), /\/api\/v2\/dags\/views\/grid/, '[role=grid]'],
  [tab('graph'), /\/api\/v2\/dags\/views\/graph/, '.graph-task'],
  [tab('graph'), /\/taskInstances/, '.graph-task[data-state=success]'],
  [tab('gantt'), /\/api\/v2\/dags\/views\/graph/, '.gantt-row'],
  [tab('runs'), /\/api\/v2\/dags\/views\/dagRuns/, 'tr[data-run]'],
  [tab('code'), /\/api\/v2\/dagSources\/views/, '.code-line'],
  [tab('code'), /\/api\/v2\/dags\/views\/dagVersions/, '.code-pick:has(option[value="2"])'],
  [tab('details'), /\/api\/v2\/dags\/views\/details/, '.details-grid'],
  [tab('details'), /\/api\/v2\/dags\/views\/dagVersions/, 'tr[data-version]'],
  [tab('audit'), /\/api\/v2\/audit|\/views\/audit/, 'tr[data-audit]'],
  [`${tab('grid')}&task=start`, /\/taskInstances/, '.drawer [role=tab]'],
  ['/data', /\/api\/v2\/assets(\?|$)/, '.asset-box'],
  ['/data?asset=table', /\/api\/v2\/assets\/events/, '.asset-events li'],
];

test('each view that the server refuses says so in place, and comes back by a key', async () => {
  for (const [address, calls, content] of FAILING)
    await fails_and_recovers(page, address, calls, page.locator(content));
});

test('while the runs cannot be read the graph does not say that there are none', async () => {
  await page.route(/\/api\/v2\/dags\/views\/dagRuns/, (route) => route.fulfill(DENIED));
  await page.goto(tab('graph'));
  await expect(page.getByRole('alert').first()).toContainText('The runs could not be read.');
  await expect(page.getByText('No runs yet')).toHaveCount(0);
  await keep_picture(page, 'dag-graph-no-runs-read');
  await page.unroute(/\/api\/v2\/dags\/views\/dagRuns/);
});

/** Each tab of a DAG that never ran, and what it says. */
const NEVER_RAN: [name: string, says: RegExp][] = [
  ['grid', /No runs yet/],
  ['graph', /No runs yet/],
  ['tree', /No runs yet/],
  ['gantt', /no run/i],
  ['durations', /no run|nothing/i],
  ['runs', /No runs yet/],
  ['backfills', /No backfills yet/],
];

test('a DAG that never ran says so on each tab, and how a run is made', async () => {
  for (const [name, says] of NEVER_RAN) {
    await page.goto(tab(name, 'idle'));
    await settled(page);
    await expect(page.getByRole('tabpanel'), name).toContainText(says);
    if (name !== 'graph' && name !== 'backfills')
      await expect(page.locator('.empty .copy-text').first(), name).toContainText('aiflow');
    await keep_picture(page, `dag-never-ran-${name}`);
  }
  // Its tasks are there, without a state.
  await page.goto(tab('graph', 'idle'));
  await expect(page.locator('.graph-task[data-task=first]')).toContainText('No status');
  await page.goto(tab('details', 'idle'));
  await expect(page.getByText('This DAG has no params.')).toBeVisible();
  expect(await barriers(page)).toEqual([]);
});

test('a DAG without tasks is told from one that is on its way', async () => {
  for (const name of ['grid', 'graph']) {
    await page.goto(tab(name, 'bare'));
    await expect(page.locator('.empty'), name).toContainText('This DAG has no tasks');
    expect(await barriers(page), name).toEqual([]);
    await keep_picture(page, `dag-bare-${name}`);
  }
});

test('an asset that was never new says so', async () => {
  await page.route(/\/api\/v2\/assets\/events/, (route) =>
    route.fulfill({ json: { items: [], total_entries: 0 } }),
  );
  await page.goto('/data?asset=table');
  await expect(page.locator('.drawer .empty')).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await page.unroute(/\/api\/v2\/assets\/events/);
});

/** Goes from the grid to another tab by the arrow keys. */
async function to_tab(name: string): Promise<void> {
  await page.goto(tab('grid'));
  await settled(page);
  await page.getByRole('tab', { name: 'Grid' }).focus();
  while ((await focused().innerText()) !== name) await page.keyboard.press('ArrowRight');
}

test('by keys alone a run gets a note, and one is back where one was', async () => {
  await to_tab('Runs');
  await expect(page.locator('tr[data-run]').first()).toBeVisible();
  const row = page.locator('tr[data-run]').first();
  await row.locator('.row-link').focus();
  await page.keyboard.press('Tab');
  await expect(row.getByRole('button')).toBeFocused();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await dialog.getByLabel('Note').focus();
  await page.keyboard.type('by keys');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(row).toContainText('by keys');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(row.getByRole('button')).toBeFocused();
  await keep_picture(page, 'dag-runs-focus');
});

test('by keys alone one reads all that was done to a DAG, and goes to a run of it', async () => {
  const calls = /\/api\/v2\/dags\/views\/audit/;
  // The server's own entries, a few at a time.
  await page.route(calls, (route) => {
    const asked = new URL(route.request().url());
    asked.searchParams.set('limit', '2');
    return route.continue({ url: asked.href });
  });
  await to_tab('Audit');
  const entries = page.locator('tr[data-audit]');
  await expect(entries).toHaveCount(2);
  await page.keyboard.press('Tab');
  const region = page.getByRole('region', { name: 'Audit' });
  await expect(region).toBeFocused();
  expect(await region.evaluate((box) => getComputedStyle(box).outlineStyle)).not.toBe('none');
  const older = page.getByRole('button', { name: 'Show older entries' });
  for (let tabs = 0; tabs < 4 && !(await older.evaluate((one) => one.matches(':focus'))); tabs += 1)
    await page.keyboard.press('Tab');
  await expect(older).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(entries).toHaveCount(4);
  // One goes on reading where one was, down to the first entry of all.
  const all = page.getByText('These are all entries.');
  for (let shown = 4; (await all.count()) === 0; shown = await entries.count()) {
    await expect(older).toBeFocused();
    await page.keyboard.press('Enter');
    await expect.poll(() => entries.count()).toBeGreaterThan(shown);
    await expect(older.or(all)).toBeVisible();
  }
  await expect(all).toBeFocused();
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'dag-audit-keys');
  await page.unroute(calls);
  await page.keyboard.press('Shift+Tab');
  const run = (await focused().innerText()).trim();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL((address) => address.searchParams.get('run') === run);
  await expect(page.locator('.graph-task[data-state=success]').first()).toBeVisible();
});

test('by keys alone versions are chosen, the code is read, and details lead to it', async () => {
  await page.goto(tab('details'));
  await page.locator('tr[data-version="2"] a').focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/tab=code.*version=2.*against=1/);
  await expect(page.locator('.diff')).toBeVisible();
  await page.getByRole('button', { name: 'Side by side' }).focus();
  await page.keyboard.press(' ');
  await expect(page.locator('.diff-split')).toBeVisible();
  await page.getByLabel('Compared with').focus();
  await page.keyboard.press('Home');
  await expect(page.locator('.diff')).toHaveCount(0);
  const code = page.locator('.code');
  await code.focus();
  await expect(code).toBeFocused();
  expect(await code.evaluate((box) => getComputedStyle(box).outlineStyle)).not.toBe('none');
});

test('what a drawer is closed over has the focus again', async () => {
  await page.goto('/data');
  const name = page.locator('tr[data-asset=table] button');
  await name.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.drawer')).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.drawer')).toHaveCount(0);
  await expect(name).toBeFocused();
  await page.goto(tab('graph'));
  const box = page.locator('.react-flow__node[data-id=start]');
  await box.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.drawer')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('.drawer')).toHaveCount(0);
  await expect(box).toBeFocused();
});

test('in Korean, dark, on a phone: nothing there, failed, and away', async () => {
  await look_as(page, 'ko-dark-phone');
  for (const name of ['grid', 'tree', 'gantt', 'runs']) {
    await page.goto(tab(name, 'idle'));
    await settled(page);
    await fits(page, `dag-${name}-idle-phone-ko-dark`);
  }
  await page.goto(tab('audit'));
  await expect(page.locator('tr[data-audit]').first()).toBeVisible();
  await fits(page, 'dag-audit-phone-ko-dark');
  await is_away_in_korean(page, tab('graph'), /\/api\/v2\/dags\/views\/graph/);
  await fits(page, 'dag-graph-away-phone-ko-dark');
  await is_away_in_korean(page, '/data', /\/api\/v2\/assets(\?|$)/);
  await fits(page, 'assets-away-phone-ko-dark');
});
