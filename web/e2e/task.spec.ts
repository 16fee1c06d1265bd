// SPDX-License-Identifier: Apache-2.0
// The graph, the page of a task, assets, previews and the stream, with the runs that
// tests/e2e/browser/test_views.py has made.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, type BrowserContext, type Page, expect, test } from '@playwright/test';
import { enter } from './session';
import { Wire } from './wire';

const RUN = process.env.AIFLOW_E2E_RUN ?? '';
const SHOTS = process.env.AIFLOW_E2E_SHOTS ?? '';
const ADDRESS = new URL(process.env.AIFLOW_E2E_URL ?? 'http://127.0.0.1:8080');

test.describe.configure({ mode: 'serial' });

let page: Page;
const script_errors: string[] = [];

test.beforeAll(async ({ browser }) => {
  page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => script_errors.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) script_errors.push(message.text());
  });
  await enter(page);
});

test.afterAll(async () => page.context().close());

async function keep_picture(name: string): Promise<void> {
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `task-${name}.png`) });
}

async function open(path: string): Promise<void> {
  await page.goto(path);
  await expect(page.locator('h1')).toBeVisible();
  await expect(page.locator('.skeleton')).toHaveCount(0);
  await expect(page.locator('.error-note')).toHaveCount(0);
}

const run_part = encodeURIComponent(RUN);
const task_path = (task: string, more = ''): string =>
  `/dags/views/runs/${run_part}/tasks/${task}${more}`;
const GRAPH = `/dags/views?tab=graph&run=${run_part}`;
const box = (id: string) => page.locator(`.graph-task[data-task="${id}"]`);

/** Longer than two heartbeats of the stream. */
const QUIET_MS = 35_000;
const quiet: { context: BrowserContext | null; asked: string[]; since: number } = {
  context: null,
  asked: [],
  since: 0,
};

// They are looked at by a later test: what lies between is time that need not be waited for.
test('pages are opened and left alone', async ({ browser }) => {
  const state = await page.context().storageState();
  quiet.context = await browser.newContext({ storageState: state });
  const paths = [
    task_path('start'),
    `/dags/views?run=${run_part}&task=start`,
    '/pools',
    '/workers',
  ];
  for (const path of [...paths, '/dags', '/']) {
    const one = await quiet.context.newPage();
    await one.goto(ADDRESS.origin + path);
    await expect(one.locator('h1')).toBeVisible();
    await expect(one.locator('.skeleton')).toHaveCount(0);
    one.on('request', (request) => quiet.asked.push(`${path}: ${request.url()}`));
  }
  await page.waitForTimeout(1500);
  quiet.asked.length = 0;
  quiet.since = Date.now();
});

test('groups fold in the graph, and the address keeps it', async () => {
  await open(GRAPH);
  await expect(box('load.one')).toBeVisible();
  await page.getByRole('button', { name: 'Fold load', exact: true }).click();
  await expect(box('group:load')).toContainText('2 tasks');
  await expect(box('group:load')).toHaveAttribute('data-state', 'success');
  await expect(box('load.one')).toHaveCount(0);
  await expect(page).toHaveURL(/fold=load/);
  await keep_picture('graph-folded');
  await page.reload();
  await expect(box('group:load')).toBeVisible();
  // A folded group opens by keyboard as by a click.
  await page.locator('.react-flow__node[data-id="group:load"]').focus();
  await page.keyboard.press('Enter');
  await expect(box('load.two')).toBeVisible();
});

test('the graph tells labels and the critical path, and dims the rest', async () => {
  await open(GRAPH);
  await expect(page.locator('.react-flow__edge-text', { hasText: 'to the left' })).toBeVisible();
  await expect(page.locator('.react-flow__edge-text', { hasText: 'otherwise' })).toBeVisible();
  await expect(box('shout').locator('.graph-critical-mark')).toBeVisible();
  await expect(box('right').locator('.graph-critical-mark')).toHaveCount(0);
  await expect(page.locator('.graph-edge-critical').first()).toBeAttached();
  await keep_picture('graph');
  await page.getByRole('button', { name: 'Mark the critical path' }).click();
  await expect(page.locator('.graph-critical-mark')).toHaveCount(0);
  await page.locator('.react-flow__node[data-id="load.one"]').focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.drawer')).toBeVisible();
  await expect(box('choose')).toHaveClass(/graph-dim/);
  await expect(box('start')).not.toHaveClass(/graph-dim/);
});

test('the graph is saved as a picture', async () => {
  await open(GRAPH);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as SVG' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('views.svg');
  const svg = readFileSync(await download.path(), 'utf8');
  for (const text of ['shaky', 'Success', 'to the left']) expect(svg).toContain(text);
});

test('a task has a page of its own, with its tries, events and values', async () => {
  await open(`/dags/views?tab=grid&run=${run_part}&task=shaky`);
  await page.locator('.drawer').getByRole('link', { name: 'Open its page' }).click();
  await expect(page).toHaveURL(new RegExp(`/runs/.*/tasks/shaky`));
  await expect(page.locator('h1')).toContainText('shaky');
  await page.getByRole('button', { name: 'Try 1' }).click();
  await expect(page).toHaveURL(/try=1/);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Try 1' })).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('.task-page')).toContainText('the first try fails');
  await keep_picture('page-log');
  await page.getByRole('tab', { name: 'Log' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Events' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('[data-moment=started]')).toHaveCount(2);
  await expect(page.locator('[data-moment=ended]')).toHaveCount(2);
  await keep_picture('page-events');
});

test('of a mapped task the page shows all instances, or the one in the address', async () => {
  await open(task_path('shout'));
  await page.getByRole('button', { name: 'Open instance 3' }).click();
  await expect(page).toHaveURL(/map=3/);
  await expect(page.locator('.task-page')).toContainText('shouting 3');
  await open(task_path('shout', '?map=4&panel=xcom'));
  await expect(page.locator('.xcom')).toContainText('4');
  await page.goto(task_path('nosuch'));
  await expect(page.locator('.empty')).toContainText('no instance');
  await page.goto('/dags/views/runs/nosuch/tasks/start');
  await expect(page.getByRole('alert').first()).toBeVisible();
});

test('what will change is told before it does', async () => {
  await open(task_path('start'));
  await page.getByRole('button', { name: 'Retry from here' }).click();
  const dialog = page.locator('dialog[open]');
  await expect(dialog.locator('.preview')).toContainText('choose');
  await expect(dialog.getByRole('button', { name: /Run \d+ tasks again/ })).toBeEnabled();
  await keep_picture('retry');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await open('/dags/views?tab=runs');
  await page.getByRole('button', { name: 'Note, clear, mark, delete…' }).first().click();
  await dialog.getByRole('button', { name: 'Clear all tasks' }).click();
  await expect(dialog.locator('[data-run-preview=clear] .preview')).toContainText('shaky');
  await keep_picture('run-preview');
  await dialog.getByRole('button', { name: 'Mark failed', exact: true }).click();
  await expect(dialog.locator('[data-run-preview=mark] .preview')).toContainText('Nothing');
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await open('/dags');
  await page.getByRole('checkbox', { name: /views/ }).first().click();
  await page
    .getByRole('button', { name: /Switch off/ })
    .first()
    .click();
  await expect(dialog.locator('[data-preview=switch]')).toContainText('views');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
});

test('assets stand between those who make and those who wait', async () => {
  await open('/data');
  const node = (id: string) => page.locator(`.asset-box[data-node="${id}"]`);
  await expect(node('dag:views')).toBeVisible();
  await expect(node('dag:reader')).toBeVisible();
  await expect(page.locator('.asset-graph .react-flow__edge')).toHaveCount(2);
  await node('asset:table').click();
  await expect(page).toHaveURL(/asset=table/);
  await expect(page.locator('.asset-events li').first()).toContainText('load.one');
  await keep_picture('assets');
  await page.keyboard.press('Escape');
  await page.locator('.react-flow__node[data-id="dag:reader"]').focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/dags\/reader/);
});

test('an empty site says how an asset begins', async () => {
  await page.route('**/api/v2/assets?*', (route) =>
    route.fulfill({ json: { items: [], total_entries: 0 } }),
  );
  await page.route('**/api/v2/assets', (route) =>
    route.fulfill({ json: { items: [], total_entries: 0 } }),
  );
  await page.goto('/data');
  await expect(page.locator('.empty')).toContainText('outlets');
  await page.unroute('**/api/v2/assets?*');
  await page.unroute('**/api/v2/assets');
});

const PAGES = [
  GRAPH,
  task_path('shaky', '?panel=moments'),
  task_path('shout'),
  '/data?asset=table',
];

// The dark theme differs in its colours only.
const THEMES: [theme: string, rules: string[]][] = [
  ['light', []],
  ['dark', ['color-contrast']],
];

for (const [theme, rules] of THEMES) {
  test(`no page keeps anyone out, ${theme}`, async () => {
    await page.evaluate((name) => localStorage.setItem('aiflow.theme', name), theme);
    const found: string[] = [];
    for (const path of PAGES) {
      await open(path);
      const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] });
      if (rules.length > 0) axe.withRules(rules);
      const { violations } = await axe.analyze();
      for (const { id, impact, nodes } of violations) {
        const is_serious = impact === 'serious' || impact === 'critical';
        if (is_serious) found.push(`${path}: ${id} ×${nodes.length}: ${nodes[0]?.html}`);
      }
    }
    expect(found).toEqual([]);
  });
}

test('in Korean, dark, on a phone nothing hangs over the side', async () => {
  await page.evaluate(() => localStorage.setItem('aiflow.language', 'ko'));
  for (const [at, path] of PAGES.entries()) {
    await page.setViewportSize({ width: 1360, height: 860 });
    await open(path);
    await keep_picture(`${at}-ko-dark`);
    await page.setViewportSize({ width: 390, height: 780 });
    await open(path);
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(over, path).toBeLessThanOrEqual(0);
    await keep_picture(`${at}-phone-ko`);
  }
  await page.setViewportSize({ width: 1360, height: 860 });
  await page.evaluate(() => {
    localStorage.setItem('aiflow.language', 'en');
    localStorage.setItem('aiflow.theme', 'light');
  });
});

test('an open page asks for nothing while nothing happens', async () => {
  // The tests since these pages were opened have changed nothing on the server.
  await page.waitForTimeout(Math.max(0, QUIET_MS - (Date.now() - quiet.since)));
  expect(quiet.asked).toEqual([]);
  await quiet.context?.close();
});

/** A page of the DAG's runs that can be cut off from the server. */
async function over_a_wire(
  browser: Browser,
): Promise<{ wire: Wire; context: BrowserContext; cut: Page }> {
  const wire = new Wire(ADDRESS);
  const address = await wire.listen();
  const context = await browser.newContext({ storageState: await page.context().storageState() });
  const cut = await context.newPage();
  await cut.goto(`${address}/dags/views?tab=runs`);
  return { wire, context, cut };
}

test('after a cut the page goes on by itself, and tells how old it is meanwhile', async ({
  browser,
}) => {
  const { wire, context, cut } = await over_a_wire(browser);
  const rows = cut.locator('tbody tr');
  await expect(rows.first()).toBeVisible();
  const before = await rows.count();
  await cut.evaluate(() => {
    document.body.dataset.opened = 'once';
  });
  wire.cut();
  await expect(cut.locator('.stale')).toContainText('Connection lost');
  // Meanwhile a run is made and ends.
  await page.goto('/');
  const made = await page.evaluate(async () => {
    const { csrf_token } = (await (await fetch('/auth/me')).json()) as { csrf_token: string };
    const answer = await fetch('/api/v2/dags/reader/dagRuns', { method: 'GET' });
    const run = await fetch('/api/v2/dags/views/dagRuns', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf_token },
      body: JSON.stringify({ dag_run_id: 'while_away' }),
    });
    return [answer.status, run.status];
  });
  expect(made).toEqual([200, 200]);
  await page.waitForTimeout(3000);
  await expect(cut.locator('.stale')).toBeVisible();
  expect(await rows.count()).toBe(before);
  wire.mend();
  await expect(cut.locator('.stale')).toHaveCount(0);
  await expect(cut.locator('tbody')).toContainText('while_away');
  expect(await cut.evaluate(() => document.body.dataset.opened)).toBe('once');
  await context.close();
  wire.close();
});

test('without a server a part that was not loaded yet is an error in place, and comes later', async ({
  browser,
}) => {
  const { wire, context, cut } = await over_a_wire(browser);
  await expect(cut.locator('tbody tr').first()).toBeVisible();
  wire.cut();
  await cut.getByRole('link', { name: 'Pools' }).click();
  await expect(cut.locator('main').getByRole('alert')).toBeVisible();
  await expect(cut.getByRole('link', { name: 'Workflows' })).toBeVisible();
  wire.mend();
  await expect(cut.locator('.stale')).toHaveCount(0);
  await cut.locator('main').getByRole('button', { name: 'Try again' }).click();
  await expect(cut.locator('h1')).toHaveText('Pools');
  await expect(cut.locator('tbody tr').first()).toBeVisible();
  await context.close();
  wire.close();
});

test('no script failed and no policy was broken on the way', () => {
  expect(script_errors).toEqual([]);
});
