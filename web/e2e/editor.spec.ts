// SPDX-License-Identifier: Apache-2.0
// The editor: a DAG is drawn, checked, saved and run; by pointer, by keyboard, with somebody else at
// the same file.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Locator, type Page, expect, test } from '@playwright/test';
import { barriers, keep_picture } from './look';
import { signed_in } from './session';

/** The server's DAG folder. */
const DAGS = process.env.AIFLOW_E2E_DAGS ?? '';

test.describe.configure({ mode: 'serial' });

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await signed_in(browser);
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
  // One step or two: what is typed without a pause is one.
  await expect(async () => {
    if ((await text_now()) !== good) await yaml().press('Control+z');
    expect(await text_now()).toBe(good);
  }).toPass();
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

const group = (name: string): Locator => page.locator(`.canvas-group[data-group="${name}"]`);
const canvas_tools = (): Locator => page.locator('.canvas-tools');

/** Takes a task by the pointer to the middle of something, or so far beside where it is. */
async function drag_to(name: string, to: Locator | { x: number; y: number }): Promise<void> {
  const from = await task(name).boundingBox();
  if (!from) throw new Error('the task is not on screen');
  const start = { x: from.x + 60, y: from.y + from.height / 2 };
  const box = 'x' in to ? null : await to.boundingBox();
  const end = box
    ? { x: box.x + box.width / 2 - 40, y: box.y + box.height / 2 }
    : { x: start.x + (to as { x: number }).x, y: start.y + (to as { y: number }).y };
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 6 });
  await page.mouse.move(end.x, end.y, { steps: 6 });
  await keep_picture(page, `editor-drag-${name}`);
  await page.mouse.up();
}

test('groups: made, filled by the pointer and by the form, left, dissolved', async () => {
  await page.goto('/editor');
  await drop('EmptyOperator', 'empty', { x: 90, y: 60 });
  const start = await text_now();
  await page.getByRole('button', { name: 'Put in a new group' }).first().click();
  await expect(group('group')).toBeVisible();
  await expect(task('group.empty')).toBeVisible();
  await field('group_id').fill('load');
  await field('group_id').press('Enter');
  await expect(task('load.empty')).toBeVisible();
  await page.locator('.react-flow__pane').click({ position: { x: 20, y: 20 } });
  await drop('BashOperator', 'bash', { x: 110, y: 330 });
  await field('bash_command').fill('echo in a group');
  await drag_to('bash', group('load'));
  await expect(task('load.bash')).toBeVisible();
  await expect.poll(text_now).toContain('task_group: load');
  await expect(page.locator('.canvas-task')).toHaveCount(2);
  // Far out of the box of what else is in it: out of the group.
  await drag_to('load.bash', { x: 60, y: 150 });
  await expect(task('bash')).toBeVisible();
  await group('load').locator('.canvas-group-name').click();
  await page.getByLabel('Tasks in it').selectOption('bash');
  await expect(task('load.bash')).toBeVisible();
  await keep_picture(page, 'editor-group');
  expect(await barriers(page)).toEqual([]);
  await canvas_tools().getByRole('button', { name: 'Delete group' }).click();
  await expect(group('load')).toHaveCount(0);
  await expect(task('empty')).toBeVisible();
  await expect(task('bash')).toBeVisible();
  await task('bash').click();
  await canvas_tools().getByRole('button', { name: 'Delete task' }).click();
  await expect.poll(text_now).toBe(start);
});

test('a connection and a group go by a button or a key, in one step that can be taken back', async () => {
  await drop('EmptyOperator', 'empty_2', { x: 380, y: 60 });
  await draw('empty', 'empty_2');
  await expect(page.locator('.react-flow__edge')).toHaveCount(1);
  const connected = await text_now();
  await page.locator('.react-flow__edge').click({ force: true });
  await canvas_tools().getByRole('button', { name: 'Delete connection' }).click();
  await expect(page.locator('.react-flow__edge')).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect.poll(text_now).toBe(connected);
  // The connections of a task go with it: one step back brings all.
  await page.locator('.react-flow__node-task').filter({ hasText: 'empty_2' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Delete');
  await expect(task('empty_2')).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect.poll(text_now).toBe(connected);
  await page.getByRole('button', { name: 'Group', exact: true }).click();
  await expect(page.locator('.canvas-group')).toHaveCount(1);
  await page.locator('.react-flow__node-group_box').focus();
  await page.keyboard.press('Delete');
  await expect(page.locator('.canvas-group')).toHaveCount(0);
});

test('a run with params is started from the editor by the form of the params', async () => {
  await yaml().fill(
    [
      'aiflow_dag: 1',
      'dag_id: asked',
      'params:',
      '  who: {default: world, type: string, description: Who is greeted}',
      'task_groups:',
      '  - group_id: both',
      'tasks:',
      '  - task_id: greet',
      '    task_group: both',
      '    operator: BashOperator',
      '    bash_command: echo hello {{ params.who }}',
      '',
    ].join('\n'),
  );
  await expect(page.locator('[data-state="good"]')).toBeVisible();
  await page.getByRole('button', { name: 'Save and run' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Who is greeted');
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'editor-params');
  await dialog.getByLabel('who').fill('Ann');
  await dialog.getByRole('button', { name: 'Trigger' }).click();
  await page.waitForURL(/\/dags\/asked\?.*run=/);
  await expect(page.getByText('Success').first()).toBeVisible({ timeout: 60_000 });
  const run = new URL(page.url()).searchParams.get('run') ?? '';
  const got = await page.request.get(`/api/v2/dags/asked/dagRuns/${encodeURIComponent(run)}`);
  expect(((await got.json()) as { conf: unknown }).conf).toEqual({ who: 'Ann' });
});

test('the dry run tells which tasks serve, and which services are asked for', async () => {
  await page.goto('/editor');
  await yaml().fill(
    [
      'aiflow_dag: 1',
      'dag_id: served',
      'tasks:',
      '  - task_id: web',
      '    operator: ServiceOperator',
      '    command: python3 -m http.server $PORT',
      '  - task_id: eye',
      '    operator: ServiceOperator',
      '    service: person-detector',
      '  - task_id: ask',
      '    operator: BashOperator',
      '    bash_command: "true"',
      '    dependencies: [web, eye]',
      '',
    ].join('\n'),
  );
  await expect(page.locator('[data-state="good"]')).toBeVisible();
  await page.getByRole('button', { name: 'Dry run' }).click();
  await expect(page.locator('.dry-task[data-task="web"]')).toContainText('serves until');
  await expect(page.locator('.dry-task[data-task="ask"]')).not.toContainText('serves until');
  await expect(page.locator('.dry-needs')).toContainText('Service person-detector is missing');
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'editor-dry-run-services');
  await page.keyboard.press('Escape');
  await yaml().fill('');
  page.once('dialog', (asked) => void asked.accept());
  await page.goto('/editor');
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
  // What the catalogue says in English is told in Korean as well.
  await expect(page.locator('.editor-form')).toContainText('bash로 명령을 실행합니다');
  await expect(page.locator('[data-field="bash_command"]')).toContainText('bash가 실행할 내용');
  await page.locator('.editor-more summary').first().click();
  await expect(page.locator('[data-field="retries"]')).toContainText('다시 시도할 횟수');
  await expect(page.locator('[data-state="good"]')).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'editor-ko-dark');
  await page.setViewportSize({ width: 390, height: 780 });
  await expect(page.locator('.editor-tasks')).toBeVisible();
  // What is done with the DAG can be reached: nothing lies over it.
  await page.getByRole('button', { name: '모의 실행' }).click({ trial: true });
  await page.getByRole('button', { name: '실행', exact: true }).click({ trial: true });
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
