// SPDX-License-Identifier: Apache-2.0
// Every page by itself: usable by all (axe, in both themes), plain when it is empty, and plain when
// the server is away.
import { gzipSync } from 'node:zlib';
import AxeBuilder from '@axe-core/playwright';
import { type Page, expect, test } from '@playwright/test';
import { all_pages, settled } from './addresses';
import {
  fails_and_recovers,
  fits,
  is_refused_in_korean,
  keep_picture,
  look_as,
  sideways,
} from './look';
import { signed_in } from './session';

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await signed_in(browser);
});

test.afterAll(async () => page.context().close());

/** Its stream can be refused like its other requests: those of a shared worker go by another way. */
async function page_of_its_own_stream(): Promise<Page> {
  const own = await page.context().newPage();
  await own.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'));
  return own;
}

/** What axe finds that keeps someone out, as lines to read. */
async function barriers(where: string, rules: string[] = []): Promise<string[]> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] });
  if (rules.length > 0) axe.withRules(rules);
  const found = await axe.analyze();
  return found.violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map(({ id, nodes }) => {
      const [node] = nodes;
      return `${where}: ${id} ×${nodes.length}: ${node?.html} (${node?.failureSummary ?? ''})`;
    });
}

// The dark theme differs in its colours only.
const THEMES: [theme: string, rules: string[]][] = [
  ['light', []],
  ['dark', ['color-contrast']],
];

for (const [theme, rules] of THEMES) {
  test(`no page keeps anyone out, ${theme}`, async () => {
    await page.evaluate((name) => localStorage.setItem('aiflow.theme', name), theme);
    const found: string[] = [];
    for (const [, address] of await all_pages(page)) {
      await page.goto(address);
      await settled(page);
      found.push(...(await barriers(address, rules)));
    }
    await page.goto('/dags');
    await page.getByRole('button', { name: 'Trigger hello' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    found.push(...(await barriers('the trigger dialog', rules)));
    await page.keyboard.press('Escape');
    await page.locator('.health-dot').click();
    await expect(page.locator('.popover')).toBeVisible();
    found.push(...(await barriers('the health of the server', rules)));
    expect(found).toEqual([]);
  });
}

const EMPTY = ['/dags', '/models', '/runtime', '/services', '/cameras', '/events'];

test('a page with nothing on it teaches the next step, with one command', async () => {
  const nothing = { json: { items: [], total_entries: 0 } };
  await page.route(/\/api\/v2\/(?!stream|monitor)/, (route) => route.fulfill(nothing));
  for (const address of EMPTY) {
    await page.goto(address);
    await expect(page.locator('.empty h3').first(), address).toBeVisible();
    await expect(page.locator('.empty .copy-text code').first(), address).toContainText('aiflow');
  }
  await page.goto('/');
  await expect(page.getByText('All is well')).toBeVisible();
  await page.unroute(/\/api\/v2\/(?!stream|monitor)/);
});

test('a DAG file that cannot be read is shown with its line and its error', async () => {
  const error = {
    import_error_id: 1,
    filename: '/dags/broken.py',
    line: 7,
    message: "SyntaxError: '(' was never closed",
    stack_trace: 'broken.py, line 7',
    timestamp: new Date().toISOString(),
  };
  const answer = { json: { items: [error], total_entries: 1 } };
  await page.route('**/api/v2/importErrors*', (route) => route.fulfill(answer));
  await page.goto('/dags');
  const bar = page.locator('.import-errors');
  await expect(bar.getByText('1 DAG file cannot be read')).toBeVisible();
  await bar.locator('summary').focus();
  await page.keyboard.press('Enter');
  await expect(bar.getByText('/dags/broken.py:7')).toBeVisible();
  await expect(bar.getByText(error.message)).toBeVisible();
  expect(await barriers('an import error')).toEqual([]);
  await page.unroute('**/api/v2/importErrors*');
});

test('without a server each page says so, and shows its content once it is back', async () => {
  const pattern = /\/api\/v2\//;
  const page = await page_of_its_own_stream();
  for (const address of ['/', '/dags', '/dags/hello', '/events', '/cameras/street']) {
    await page.route(pattern, (route) => route.abort());
    await page.goto(address);
    const alert = page.getByRole('alert').first();
    await expect(alert, address).toContainText('does not answer');
    await page.unroute(pattern);
    await alert.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('alert'), address).toHaveCount(0);
  }
  await page.close();
});

test('a part that does not come has the page loaded anew, but not for ever', async () => {
  const file = '**/assets/pools-page-*.js';
  let lost = 1;
  await page.route(file, (route) => {
    lost -= 1;
    return lost < 0 ? route.continue() : route.abort();
  });
  await page.goto('/pools');
  await expect(page.locator('tbody tr').first()).toBeVisible();
  expect(lost).toBe(-1);
  lost = 100;
  await page.goto('/pools');
  await expect(page.getByRole('alert')).toContainText('Something went wrong');
  expect(lost).toBe(99);
  await page.unroute(file);
});

test('a palette that does not come is told, and the page goes on', async () => {
  const file = '**/assets/palette-*.js';
  await page.route(file, (route) => route.abort());
  await page.goto('/dags');
  await expect(page.locator('tr[data-dag=hello]')).toBeVisible();
  // The page was loaded anew for it a moment ago.
  await page.evaluate(() => sessionStorage.setItem('aiflow.reloaded_at', String(Date.now())));
  await page.keyboard.press('Control+k');
  await expect(page.locator('.load-error').getByRole('alert')).toBeVisible();
  await page.getByLabel('Name, owner, tag').fill('');
  await page.getByLabel('Name, owner, tag').press('h');
  await expect(page.getByLabel('Name, owner, tag')).toHaveValue('h');
  await page.unroute(file);
});

test('the first Tab leads past the menu, and the menu works by keyboard', async () => {
  await page.goto('/dags');
  await settled(page);
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.locator('#main')).toBeFocused();
  await page.locator('.rail').getByRole('link', { name: 'Models' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Models' })).toBeVisible();
});

/** As much script as the first page may load, compressed. */
const SCRIPT_BYTES_MAX = 300_000;

test('the first page loads at most 300 kB of script', async () => {
  const scripts: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'script') scripts.push(request.url());
  });
  await page.goto('/');
  await settled(page);
  let bytes = 0;
  for (const address of scripts) {
    const answer = await page.request.get(address);
    bytes += gzipSync(await answer.body()).length;
  }
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(SCRIPT_BYTES_MAX);
  console.log(`script of the first page: ${Math.round(bytes / 1000)} kB compressed`);
});

const away = (list: string): RegExp => new RegExp(`/api/v2/${list}(\\?|$)`);

/** Address, the calls that the server refuses, what the page is for. */
const REFUSED: [address: string, calls: RegExp, content: string][] = [
  ['/models', away('models'), '.model-card'],
  ['/models', away('reports'), 'a[href^="/reports/"]'],
  ['/runtime', away('packs'), 'tbody tr'],
  ['/services', away('services'), 'tr[data-service]'],
  ['/cameras', away('cameras'), '[data-camera]'],
  ['/events', away('events'), '[data-event]'],
];

test('a page whose list the server refuses says so, and comes back by a key', async () => {
  for (const [address, calls, content] of REFUSED) {
    await fails_and_recovers(page, address, calls, page.locator(content));
  }
});

/** Opens a page of the menu with the keyboard and puts the focus on the first thing it lists. */
async function to_first(name: string, first: string): Promise<void> {
  const link = page.locator('.rail').getByRole('link', { name: new RegExp(`^${name}`) });
  await link.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
  await expect(page.locator(first).first()).toBeVisible();
  // One Tab after the other, as one would: it is reached, and one sees that it is.
  await page.locator('#main').focus();
  const there = page.locator(`:is(${first}):focus`);
  for (let tabs = 0; tabs < 30 && (await there.count()) === 0; tabs += 1)
    await page.keyboard.press('Tab');
  await expect(there, name).toHaveCount(1);
  const outline = await there.evaluate((one) => getComputedStyle(one).outlineStyle);
  expect(outline, `${name}: the focus is seen`).not.toBe('none');
}

test('by keys alone: models, packs, services, cameras and events are found and opened', async () => {
  await page.goto('/');
  await to_first('Models', '.model-card');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/models\/./);
  await to_first('Models', 'a[href^="/reports/"]');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/reports\/./);
  await to_first('Runtime', 'tbody button[aria-expanded]');
  await page.keyboard.press(' ');
  await expect(page).toHaveURL(/digest=/);
  await expect(page.locator('.fact-table').first()).toBeVisible();
  await page.keyboard.press(' ');
  await expect(page).not.toHaveURL(/digest=/);
  await to_first('Services', 'tr[data-service] .row-link');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/services\/./);
  await expect(page.locator('.fact-table').first()).toBeVisible();
  await to_first('Cameras', '[data-camera]');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/cameras\/./);
  await to_first('Events', '.event-filters .chip');
  await page.keyboard.press(' ');
  await expect(page).toHaveURL(/kind=/);
  await page.keyboard.press(' ');
  await expect(page).not.toHaveURL(/kind=/);
  await to_first('Events', '[data-event]');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/events\/./);
});

test('in Korean, dark, on a phone, an empty and an unreachable page fit', async () => {
  await look_as(page, 'ko-dark-phone');
  const nothing = { json: { items: [], total_entries: 0 } };
  for (const list of ['models', 'packs', 'services', 'cameras', 'events']) {
    const address = list === 'packs' ? '/runtime' : `/${list}`;
    const calls = list === 'models' ? /\/api\/v2\/(models|reports)(\?|$)/ : away(list);
    await page.route(calls, (route) => route.fulfill(nothing));
    await page.goto(address);
    await expect(page.locator('.empty').first(), address).toBeVisible();
    expect(await sideways(page), address).toBeLessThanOrEqual(0);
    await keep_picture(page, `pages-${list}-empty-phone-ko-dark`);
    await page.unroute(calls);
    await is_refused_in_korean(page, address, calls);
    await keep_picture(page, `pages-${list}-refused-phone-ko-dark`);
  }
  await fits(page, 'pages-events-refused-phone-ko-dark');
  await look_as(page, 'en');
});
