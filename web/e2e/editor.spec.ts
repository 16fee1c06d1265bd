// SPDX-License-Identifier: Apache-2.0
// The editor: a DAG is drawn, checked, saved and run; by pointer, by keyboard, with somebody else at
// the same file.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Locator, type Page, expect, test } from '@playwright/test';
import { barriers, keep_picture } from './look';
import { enter } from './session';

/** The server's DAG folder. */
const DAGS = process.env.AIFLOW_E2E_DAGS ?? '';

test.describe.configure({ mode: 'serial' });

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await (await browser.newContext()).newPage();
  await enter(page);
});

test.afterAll(async () => page.context().close());

const task = (name: string): Locator => page.locator(`.canvas-task[data-task="${name}"]`);
const field = (name: string): Locator =>
  page.locator(`[data-field="${name}"]`).locator('input, textarea, select').first();
const yaml = (): Locator => page.getByLabel('Text of the DAG');
const text_now = (): Promise<string> => yaml().inputValue();

/** Drops an operator at a place of the canvas, and waits until its task is shown. */
async function drop(operator: string, name: string, at: { x: number; y: number }): Promise<void> {
  await page
    .locator(`[data-operator="${operator}"]`)
    .dragTo(page.locator('.react-flow__pane'), { targetPosition: at });
  await expect(task(name)).toBeVisible();
}

/** Draws a connection by the pointer. */
async function draw(from: string, to: string): Promise<void> {
  const start = await task(from).locator('.react-flow__handle.source').boundingBox();
  const end = await task(to).locator('.react-flow__handle.target').boundingBox();
  if (!start || !end) throw new Error('a handle is not on screen');
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
  await page.mouse.down();
  await page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 5 });
  await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 5 });
  await page.mouse.up();
}

test('an empty canvas says what comes next', async () => {
  await page.goto('/dags');
  await page.getByRole('button', { name: 'New DAG' }).first().click();
  await expect(page.getByText('No tasks yet')).toBeVisible();
  await expect(page.locator('[data-state="good"]')).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'editor-empty');
});

test('two operators are dropped, connected, filled in, saved and run', async () => {
  await drop('BashOperator', 'bash', { x: 120, y: 90 });
  await drop('BashOperator', 'bash_2', { x: 420, y: 180 });
  await expect(page.locator('.canvas-task')).toHaveCount(2);
  await draw('bash', 'bash_2');
  await expect(page.locator('.react-flow__edge')).toHaveCount(1);
  await expect.poll(text_now).toContain('dependencies:\n      - bash\n');
  // What is missing is said on the task, in the form and in the list of lines.
  await expect(task('bash_2').locator('.canvas-mark')).toBeVisible();
  await expect(page.locator('.yaml-problems')).toContainText('bash_command');
  await keep_picture(page, 'editor-drawn');
  await field('bash_command').fill('echo second {{ ds }}');
  await task('bash').click();
  await field('bash_command').fill('echo first');
  await field('task_id').fill('hello');
  await field('task_id').press('Enter');
  await expect(task('hello')).toBeVisible();
  await expect.poll(text_now).toContain('- hello');
  await page.locator('.react-flow__pane').click({ position: { x: 20, y: 20 } });
  await field('dag_id').fill('drawn');
  await field('dag_id').press('Enter');
  await expect(page.locator('[data-state="good"]')).toBeVisible();
  await page.getByRole('button', { name: 'Dry run' }).click();
  await expect(page.locator('.dry-steps li')).toHaveCount(2);
  await expect(page.locator('.dry-steps li').first()).toContainText('hello');
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'editor-dry-run');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Save and run' }).click();
  await page.waitForURL(/\/dags\/drawn\?.*run=/);
  await expect(page.getByText('Success').first()).toBeVisible({ timeout: 60_000 });
  expect(readFileSync(join(DAGS, 'drawn.yaml'), 'utf8')).toContain('bash_command: echo second');
});

test('comments and the spelling of what is not changed stay', async () => {
  const written = readFileSync(join(DAGS, 'written.yaml'), 'utf8');
  await page.goto('/editor/written');
  await expect(task('load.first')).toBeVisible();
  await expect(page.locator('.canvas-group')).toHaveCount(1);
  await expect(page.locator('.react-flow__edge')).toHaveCount(1);
  await keep_picture(page, 'editor-written');
  await task('second').click();
  await field('bash_command').fill('echo changed');
  await expect(page.locator('[data-state="good"]')).toBeVisible();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.locator('[data-saved="true"]')).toBeVisible();
  expect(readFileSync(join(DAGS, 'written.yaml'), 'utf8')).toBe(
    written.replace('echo two', 'echo changed'),
  );
});

test('a mistake in the YAML is told where it is, and the canvas keeps what was good', async () => {
  const good = await text_now();
  await yaml().fill(good.replace('echo changed', '[echo'));
  await expect(page.getByText(/of the YAML cannot be read/)).toBeVisible();
  await expect(task('second')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeDisabled();
  await keep_picture(page, 'editor-broken');
  await yaml().fill(good.replace('BashOperator', 'BashOperatr'));
  await expect(page.locator('.yaml-problems')).toContainText('BashOperatr');
  await expect(task('load.first').locator('.canvas-mark')).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await yaml().press('Control+z');
  await expect.poll(text_now).toBe(good);
  await expect(page.locator('[data-state="good"]')).toBeVisible();
});

test('somebody else has saved meanwhile: nothing is lost', async () => {
  const mine = await text_now();
  const theirs = `${mine}# of somebody else\n`;
  writeFileSync(join(DAGS, 'written.yaml'), theirs);
  await yaml().fill(mine.replace('echo changed', 'echo mine'));
  await expect(page.locator('[data-state="good"]')).toBeVisible();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('dialog')).toContainText('changed outside');
  await expect(page.getByRole('dialog')).toContainText('# of somebody else');
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'editor-conflict');
  await page.getByRole('button', { name: 'Keep mine' }).click();
  await expect(page.locator('[data-saved="true"]')).toBeVisible();
  await page.getByRole('button', { name: 'Versions' }).click();
  await page
    .getByRole('button', { name: /changed outside of the editor/ })
    .first()
    .click();
  await expect(page.getByRole('dialog')).toContainText('# of somebody else');
  await keep_picture(page, 'editor-versions');
  await page.getByRole('button', { name: /Load version/ }).click();
  await expect.poll(text_now).toBe(theirs);
  await yaml().press('Control+z');
  await expect.poll(text_now).toContain('echo mine');
});

test('all can be done with the keyboard alone', async () => {
  await page.goto('/editor');
  await page.getByLabel('Search operators').focus();
  await page.keyboard.type('bash');
  await page.keyboard.press('Enter');
  await expect(task('bash')).toBeVisible();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('emptyoperator');
  await page.keyboard.press('Enter');
  await expect(task('empty')).toBeVisible();
  // Where nothing is: no task covers another.
  const [one, two] = [await task('bash').boundingBox(), await task('empty').boundingBox()];
  const apart = Math.abs((one?.y ?? 0) - (two?.y ?? 0)) > (one?.height ?? 0);
  expect(apart || Math.abs((one?.x ?? 0) - (two?.x ?? 0)) > (one?.width ?? 0)).toBe(true);
  await page.getByLabel('Runs after').focus();
  await page.keyboard.type('bash');
  await expect(page.locator('.react-flow__edge')).toHaveCount(1);
  await page.locator('.react-flow__node-task').filter({ hasText: 'empty' }).focus();
  await page.keyboard.press('Delete');
  await expect(task('empty')).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect(task('empty')).toBeVisible();
  await page.keyboard.press('Control+y');
  await expect(task('empty')).toHaveCount(0);
});

test('work that was not saved is not left without a word', async () => {
  let asked = '';
  page.once('dialog', (dialog) => {
    asked = dialog.message();
    void dialog.dismiss();
  });
  await page.getByRole('link', { name: 'Pools' }).click();
  await expect.poll(() => asked).toContain('not saved is lost');
  await expect(task('bash')).toBeVisible();
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('link', { name: 'Pools' }).click();
  await page.waitForURL('**/pools');
});

test('in Korean and dark, and on a phone', async () => {
  await page.evaluate(() => {
    localStorage.setItem('aiflow.language', 'ko');
    localStorage.setItem('aiflow.theme', 'dark');
  });
  await page.goto('/editor/written');
  await expect(task('second')).toBeVisible();
  await task('second').click();
  await expect(page.getByText('선행 태스크').first()).toBeVisible();
  await expect(page.locator('[data-state="good"]')).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'editor-ko-dark');
  await page.setViewportSize({ width: 390, height: 780 });
  await expect(page.locator('.editor-tasks')).toBeVisible();
  await page.locator('.editor-tasks button', { hasText: 'second' }).click();
  await field('bash_command').fill('echo phone');
  await expect(page.locator('[data-state="good"]')).toBeVisible();
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(over).toBeLessThanOrEqual(0);
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'editor-phone-ko-dark');
  await page.locator('.editor-form').scrollIntoViewIfNeeded();
  await keep_picture(page, 'editor-phone-form');
});

test('a DAG without a YAML file says so', async () => {
  await page.setViewportSize({ width: 1360, height: 860 });
  page.on('dialog', (dialog) => void dialog.accept());
  await page.evaluate(() => localStorage.setItem('aiflow.language', 'en'));
  await page.goto('/editor/nothing_here');
  await expect(page.getByText('There is no YAML file of this DAG.')).toBeVisible();
});
