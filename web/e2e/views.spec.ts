// SPDX-License-Identifier: Apache-2.0
// The views of a DAG, with the runs that tests/e2e/test_views.py has made.
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { type Page, expect, test } from '@playwright/test';
import { enter } from './session';

const RUN = process.env.AIFLOW_E2E_RUN ?? '';
const SHOTS = process.env.AIFLOW_E2E_SHOTS ?? '';

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
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `views-${name}.png`) });
}

async function settled(): Promise<void> {
  await expect(page.locator('h1')).toBeVisible();
  await expect(page.locator('.skeleton')).toHaveCount(0);
  await expect(page.locator('.error-note')).toHaveCount(0);
}

async function open(tab: string, more = ''): Promise<void> {
  await page.goto(`/dags/views?tab=${tab}${more}`);
  await settled();
}

test('the Gantt shows waits, tries, instances and the critical path', async () => {
  await open('gantt', `&run=${encodeURIComponent(RUN)}`);
  const row = (name: string) => page.locator(`.gantt-row[data-task="${name}"]`);
  await expect(row('start').locator('.gantt-run')).toHaveCount(1);
  await expect(row('shaky').locator('.gantt-run')).toHaveCount(2);
  await expect(
    row('shaky').locator('.gantt-old[data-state=up_for_retry], .gantt-old[data-state=failed]'),
  ).toHaveCount(1);
  await expect(row('shout').locator('.gantt-critical-mark')).toBeVisible();
  await expect(row('shout[0]')).toHaveCount(0);
  await row('shout').locator('.gantt-fold').click();
  await expect(row('shout[4]')).toBeVisible();
  await expect(page).toHaveURL(/open=shout/);
  await keep_picture('gantt');
});

test('the Gantt is zoomed and walked by keyboard, and the address keeps it', async () => {
  const first = page.locator('.gantt-name').first();
  await first.focus();
  await page.keyboard.press('+');
  await expect(page).toHaveURL(/zoom=2/);
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('[data-row="1"] .gantt-name')).toBeFocused();
  await page.reload();
  await expect(page.getByText('Zoom 2×')).toBeVisible();
  await page.locator('.gantt-name').first().focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.drawer')).toBeVisible();
  await page.keyboard.press('Escape');
});

/** Of a box of the picture, in whole pixels, as a click has them: the first that the pointer meets. */
async function box_in_picture(): Promise<{ x: number; y: number }> {
  const at = await page.evaluate(async () => {
    const pane = document.querySelector<HTMLElement>('.react-flow__pane');
    if (!pane) return null;
    const { left, top, width, height } = pane.getBoundingClientRect();
    for (let x = Math.round(left + width / 2); x < left + width; x += 4) {
      for (let y = Math.round(top + height / 2); y < top + height * 0.8; y += 2) {
        pane.dispatchEvent(
          new PointerEvent('pointermove', { bubbles: true, clientX: x, clientY: y }),
        );
        if (pane.title) return { x, y };
      }
    }
    return null;
  });
  if (!at) throw new Error('no box in the picture');
  return at;
}

test('a large graph is a picture from afar, which the pointer and the keyboard can use', async () => {
  await page.goto('/dags/many?tab=graph');
  await settled();
  const picture = page.getByRole('group', { name: 'Graph of many' });
  await expect(picture).toBeVisible();
  await expect(page.locator('.graph-task')).toHaveCount(0);
  const { x, y } = await box_in_picture();
  await expect(page.locator('.react-flow__pane')).toHaveAttribute('title', /^t\d+_\d+ · Success/);
  await keep_picture('graph-far');
  await page.mouse.click(x, y);
  await expect(page.locator('.drawer')).toBeVisible();
  await expect(page).toHaveURL(/task=t\d+_\d+/);
  await page.keyboard.press('Escape');
  await expect(page.locator('.drawer')).toHaveCount(0);
  await picture.focus();
  await page.keyboard.press('ArrowRight');
  const active = picture.getByRole('button');
  const first = await active.getAttribute('aria-label');
  expect(first).toMatch(/^t\d+_\d+ · Success/);
  await page.keyboard.press('ArrowDown');
  await expect(active).not.toHaveAttribute('aria-label', first ?? '');
  await page.keyboard.press('Enter');
  await expect(page.locator('.drawer')).toBeVisible();
  await page.keyboard.press('Escape');
  const found = await new AxeBuilder({ page }).include('.graph-canvas').analyze();
  expect(found.violations).toEqual([]);
});

test('from near its boxes are elements, of those in sight', async () => {
  await page.goto('/dags/many?tab=graph');
  await settled();
  const zoom_in = page.getByRole('button', { name: 'Zoom In' });
  for (let at = 0; at < 12 && (await page.locator('.graph-task').count()) === 0; at += 1) {
    await zoom_in.click();
  }
  await expect(page.locator('.graph-task').first()).toBeVisible();
  expect(await page.locator('.graph-task').count()).toBeLessThan(300);
  await expect(page.getByRole('group', { name: 'Graph of many' })).toHaveCount(0);
  await keep_picture('graph-near');
  await page.getByRole('button', { name: 'Show all of it' }).click();
  await expect(page.getByRole('group', { name: 'Graph of many' })).toBeVisible();
  await expect(page.locator('.graph-task')).toHaveCount(0);
});

test('groups fold in the grid, by the pointer and by keys', async () => {
  await open('grid');
  const group = page.locator('.gridv-name', { hasText: 'load' }).first();
  const inner = page.locator('.gridv-name[title="load.one"]');
  await expect(inner).toBeVisible();
  await group.click();
  await expect(inner).toHaveCount(0);
  await group.click();
  await expect(inner).toBeVisible();
  await page.getByRole('grid').focus();
  await expect(page.locator('#grid-active')).toHaveAttribute('title', 'load');
  await page.keyboard.press('Enter');
  await expect(inner).toHaveCount(0);
  await expect(group).toBeVisible();
  await expect(page.getByText('Something went wrong')).toHaveCount(0);
});

test('durations are of the run or of a chosen task', async () => {
  await open('durations');
  const answer = await page.request.get('/api/v2/dags/views/dagRuns?limit=1');
  const { total_entries } = (await answer.json()) as { total_entries: number };
  // Five that were triggered, the one that the schedule was due for, and those of other specs.
  expect(total_entries).toBeGreaterThanOrEqual(6);
  await expect(page.locator('.duration-bar')).toHaveCount(total_entries);
  await expect(page.locator('.duration-bar[data-state=failed] .duration-cross')).toHaveCount(1);
  await expect(page.locator('.duration-median')).toBeVisible();
  await page.getByLabel('What is shown').selectOption('shout');
  await expect(page).toHaveURL(/of=shout/);
  await expect(page.locator('.duration-bar').first()).toBeVisible();
  await expect(page.locator('tbody tr').first()).toContainText('Success');
  await keep_picture('durations');
});

test('the calendar leads to the runs of a day, and shows what is planned', async () => {
  await open('calendar');
  const day = page.locator('.calendar-day[data-state=failed]').first();
  await expect(day).toBeVisible();
  await day.click();
  await expect(page).toHaveURL(/day=\d{4}-\d\d-\d\d/);
  // Whether the scheduled one is of this day depends on the hour.
  await expect.poll(() => page.locator('.calendar-runs li').count()).toBeGreaterThanOrEqual(5);
  await day.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('button.calendar-day:focus')).toHaveCount(1);
  await keep_picture('calendar');
  const year = new Date().getUTCFullYear();
  await open('calendar', `&year=${year + 1}`);
  await expect(page.locator('.calendar-day[data-state=planned]').first()).toBeVisible();
  await open('calendar', '&year=2001');
  await expect(page.locator('.empty')).toContainText('Nothing was due');
});

test('the tree folds, and a square opens its task', async () => {
  await open('tree');
  const name = (task: string) => page.locator(`.tree-name[data-task=${task}]`);
  await expect(name('shout')).toHaveCount(2);
  await name('choose').click();
  await expect(page).toHaveURL(/fold=choose/);
  await expect(name('left')).toHaveCount(0);
  await name('start').focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('.tree-square:focus')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page.locator('.drawer')).toBeVisible();
  await keep_picture('tree');
});

test('the details tell the settings and what each version changed', async () => {
  await open('details');
  await expect(page.getByText('every day 06:30 UTC').first()).toBeVisible();
  await expect(page.locator('tr', { hasText: 'count' }).first()).toContainText('3');
  const newest = page.locator('tr[data-version="2"]');
  await expect(newest).toContainText('max_active_runs');
  await expect(newest).toContainText('right');
  await keep_picture('details');
  await newest.getByRole('link').click();
  await expect(page).toHaveURL(/tab=code.*version=2.*against=1/);
});

test('two versions of the code are compared, in one column and side by side', async () => {
  await settled();
  await expect(page.locator('.diff [data-diff=added]').first()).toBeVisible();
  await expect(page.locator('.diff [data-diff=removed]').first()).toContainText(
    'max_active_runs=2',
  );
  await keep_picture('diff');
  await page.getByRole('button', { name: 'Side by side' }).click();
  await expect(page.locator('.diff-pair').first()).toBeVisible();
  await expect(page).toHaveURL(/diff=split/);
  await keep_picture('diff-split');
  await page.getByLabel('Compared with').selectOption('');
  await expect(page.locator('.diff')).toHaveCount(0);
  await page.getByLabel('Shown').selectOption('1');
  await expect(page.locator('.code')).toContainText('max_active_runs=2');
});

const VIEWS = ['gantt', 'durations', 'calendar', 'tree', 'details', 'code&version=2&against=1'];

// The dark theme differs in its colours only.
const THEMES: [theme: string, rules: string[]][] = [
  ['light', []],
  ['dark', ['color-contrast']],
];

for (const [theme, rules] of THEMES) {
  test(`no view keeps anyone out, ${theme}`, async () => {
    await page.evaluate((name) => localStorage.setItem('aiflow.theme', name), theme);
    const found: string[] = [];
    for (const view of VIEWS) {
      await open(view);
      const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] });
      if (rules.length > 0) axe.withRules(rules);
      const { violations } = await axe.analyze();
      for (const { id, impact, nodes } of violations) {
        const is_serious = impact === 'serious' || impact === 'critical';
        if (is_serious) found.push(`${view}: ${id} ×${nodes.length}: ${nodes[0]?.html}`);
      }
    }
    expect(found).toEqual([]);
  });
}

test('in Korean, dark, on a phone nothing hangs over the side', async () => {
  await page.evaluate(() => localStorage.setItem('aiflow.language', 'ko'));
  await page.setViewportSize({ width: 390, height: 780 });
  for (const view of VIEWS) {
    await open(view);
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(over, view).toBeLessThanOrEqual(0);
    await expect(page.locator('[role=tab][aria-selected=true]')).toBeInViewport();
    await keep_picture(`${view.split('&')[0]}-phone-ko`);
  }
});

test('a view that the server refuses says so in place', async () => {
  const broken = /\/(durations|calendar|details|dagVersions|grid)(\?|$)/;
  await page.route(broken, (route) => route.abort());
  for (const view of ['durations', 'calendar', 'details', 'tree']) {
    await page.goto(`/dags/views?tab=${view}`);
    await expect(page.getByRole('alert').first(), view).toBeVisible();
  }
  await page.unroute(broken);
});

test('no script failed and no policy was broken on the way', () => {
  expect(script_errors).toEqual([]);
});
