// SPDX-License-Identifier: Apache-2.0
// Starting a run: the form that a DAG's params make, and that one wish makes one run. The server has
// the DAG `asks` of tests/e2e/browser/test_trigger_form.py.
import { type Locator, type Page, expect, test } from '@playwright/test';
import { barriers, keep_picture } from './look';
import { signed_in } from './session';

const RUNS = '/api/v2/dags/asks/dagRuns';

test.describe.configure({ mode: 'serial' });

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await signed_in(browser);
});

test.afterAll(async () => page.context().close());

async function open_form(): Promise<Locator> {
  await page.goto('/dags');
  await page.getByRole('button', { name: 'Trigger asks' }).click();
  return page.getByRole('dialog');
}

async function runs(): Promise<{ conf: Record<string, unknown>; note: string }[]> {
  const answer = await page.request.get(`${RUNS}`);
  return ((await answer.json()) as { items: { conf: Record<string, unknown>; note: string }[] })
    .items;
}

test('each param has the control that its schema asks for', async () => {
  const form = await open_form();
  const start = form.getByRole('button', { name: 'Trigger', exact: true });
  await expect(form.getByLabel('Where')).toHaveValue('');
  await expect(form.getByText('Needs a value')).toBeVisible();
  await expect(start).toBeDisabled();
  await expect(form.getByRole('heading', { name: 'Model' })).toBeVisible();
  await keep_picture(page, 'trigger-form');
  expect(await barriers(page)).toEqual([]);

  await form.getByLabel('Where').fill('gate 3');
  await form.getByLabel('Frames a second').fill('99');
  await expect(form.getByText('Must be from 1 to 30.')).toBeVisible();
  await expect(start).toBeDisabled();
  await form.getByLabel('Frames a second').fill('12');
  await form.getByLabel('Precision').selectOption({ label: 'half' });
  await form.getByLabel('night', { exact: true }).check();
  await form.getByLabel('person').check();
  await form.getByLabel('since').fill('2026-11-02');
  await form.getByText('More: run id').click();
  await form.getByLabel('Run id').fill('by-hand-1');
  await form.getByLabel('Note', { exact: true }).fill('tried by hand');
  await start.click();
  await expect(page).toHaveURL(/run=by-hand-1/);
  const [run] = await runs();
  expect(run?.conf).toMatchObject({
    place: 'gate 3',
    fps: 12,
    precision: 'fp16',
    night: true,
    kinds: ['car', 'person'],
    since: '2026-11-02',
  });
  expect(run?.note).toBe('tried by hand');
});

test('the form turns into JSON and back without loss', async () => {
  const form = await open_form();
  await form.getByLabel('Where').fill('yard');
  await form.getByRole('button', { name: 'Edit as JSON' }).click();
  const text = form.getByLabel('Configuration (JSON)');
  const conf = JSON.parse(await text.inputValue()) as Record<string, unknown>;
  expect(conf).toMatchObject({ place: 'yard', fps: 5, kinds: ['car'] });
  await text.fill(JSON.stringify({ ...conf, place: 'hall', more: [1] }));
  await form.getByRole('button', { name: 'Back to the form' }).click();
  await expect(form.getByLabel('Where')).toHaveValue('hall');
  await form.getByRole('button', { name: 'Edit as JSON' }).click();
  expect(JSON.parse(await text.inputValue())).toMatchObject({ place: 'hall', more: [1] });
  await page.keyboard.press('Escape');
  await expect(form).toBeHidden();
});

test('two clicks make one run', async () => {
  const before = (await runs()).length;
  const form = await open_form();
  await form.getByLabel('Where').fill('twice');
  await form.getByRole('button', { name: 'Trigger', exact: true }).dblclick({ delay: 0 });
  await expect(page).toHaveURL(/tab=graph/);
  expect((await runs()).length).toBe(before + 1);
});

test('asking again after a lost answer makes no second run', async () => {
  const before = (await runs()).length;
  let lost = 0;
  await page.route(`**${RUNS}`, async (route) => {
    if (route.request().method() !== 'POST' || lost > 0) return route.continue();
    lost += 1;
    await route.fetch();
    return route.abort('connectionreset');
  });
  const form = await open_form();
  await form.getByLabel('Where').fill('again');
  const start = form.getByRole('button', { name: 'Trigger', exact: true });
  await start.click();
  await expect(form.getByRole('alert').filter({ hasText: 'was not created' })).toBeVisible();
  await start.click();
  await expect(page).toHaveURL(/tab=graph/);
  expect(lost).toBe(1);
  expect((await runs()).length).toBe(before + 1);
  await page.unrouteAll();
});

test('by keys alone: opened, filled in, sent; and left without a run', async () => {
  const before = (await runs()).length;
  await page.goto('/dags');
  const opener = page.getByRole('button', { name: 'Trigger asks' });
  await opener.focus();
  await page.keyboard.press('Enter');
  const form = page.getByRole('dialog');
  await expect(form).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(form).toBeHidden();
  await expect(opener).toBeFocused();
  await page.keyboard.press('Enter');
  const to = async (name: string | RegExp, role: 'textbox' | 'button' | 'checkbox') => {
    const wanted = form.getByRole(role, { name }).and(page.locator(':focus'));
    for (let tabs = 0; tabs < 40 && (await wanted.count()) === 0; tabs += 1)
      await page.keyboard.press('Tab');
    await expect(wanted).toHaveCount(1);
  };
  await expect(form.getByLabel('Where')).toBeVisible();
  await to('Where', 'textbox');
  await page.keyboard.type('by keys');
  await to('Frames a second', 'textbox');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('6');
  await to('night', 'checkbox');
  await page.keyboard.press(' ');
  await to(/^Trigger$/, 'button');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/tab=graph/);
  expect((await runs()).length).toBe(before + 1);
  expect((await runs())[0]?.conf).toMatchObject({ place: 'by keys', fps: 6, night: true });
});

test('a DAG that asks for nothing is started as it is', async () => {
  await page.goto('/dags');
  await page.getByRole('button', { name: 'Trigger plain' }).click();
  const form = page.getByRole('dialog');
  await expect(form.getByLabel('Configuration (JSON)')).toBeVisible();
  await expect(form.getByRole('button', { name: 'Back to the form' })).toHaveCount(0);
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'trigger-no-params');
  await form.getByRole('button', { name: 'Trigger', exact: true }).click();
  await expect(page).toHaveURL(/dags\/plain.*tab=graph/);
});

test('in Korean, dark, as wide as a phone', async () => {
  await page.evaluate(() => {
    localStorage.setItem('aiflow.theme', 'dark');
    localStorage.setItem('aiflow.language', 'ko');
  });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/dags');
  await page.getByRole('button', { name: 'asks 실행' }).click();
  await expect(page.getByText('DAG에 기본값이 없어')).toBeVisible();
  await keep_picture(page, 'trigger-phone-ko-dark');
  expect(await barriers(page)).toEqual([]);
  const width = await page.evaluate(() => document.querySelector('dialog')?.scrollWidth ?? 0);
  expect(width).toBeLessThanOrEqual(390);
});
