// SPDX-License-Identifier: Apache-2.0
// Projects and their members on the dashboard; and the dashboard of somebody who is in one of them.
import { type Browser, type Page, expect, test } from '@playwright/test';
import {
  barriers,
  fails_and_recovers,
  is_refused_in_korean,
  keep_picture,
  look_as,
  sideways,
} from './look';
import { signed_in } from './session';

const MEMBER_PASSWORD = process.env.AIFLOW_E2E_PASSWORD ?? '';

test.describe.configure({ mode: 'serial' });

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await signed_in(browser);
});

test.afterAll(async () => page.context().close());

const project = (name: string) => page.locator(`tr[data-project="${name}"]`);
const member = (name: string) => page.locator(`tr[data-member="${name}"]`);

/** Waits for the answer: leaving the page at once would break the request off. */
async function give_role(name: string, role: string): Promise<void> {
  const answered = page.waitForResponse(
    (answer) => answer.url().includes('/members/') && answer.request().method() !== 'GET',
  );
  await page.getByLabel(`Role of ${name} in the project`).selectOption(role);
  expect((await answered).ok()).toBe(true);
}

async function add_member(name: string, role: string): Promise<void> {
  await page.getByRole('button', { name: 'Add member' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('User name').fill(name);
  await dialog.getByLabel('Role').selectOption(role);
  await dialog.getByRole('button', { name: 'Add member' }).click();
}

test('a project is made, with what its name may be', async () => {
  await page.goto('/projects');
  await expect(project('default')).toBeVisible();
  await expect(project('line1')).toContainText('Hall B');
  await page.getByRole('button', { name: 'Create project' }).click();
  await page.getByLabel('Name').fill('no name');
  await page.getByRole('dialog').getByRole('button', { name: 'Create project' }).click();
  await expect(page.getByRole('alert')).toContainText('1 to 64 letters');
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'projects-create-refused');
  await page.getByLabel('Name').fill('line2');
  await page.getByLabel('Description').fill('Line 2, hall C');
  await page.getByRole('dialog').getByRole('button', { name: 'Create project' }).click();
  await expect(page.getByRole('heading', { name: 'line2' })).toBeVisible();
});

test('without members it says who sees the project', async () => {
  await expect(page.getByText('No members')).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'projects-no-members');
});

test('members are added, given another role, and taken out', async () => {
  await page.goto('/projects/line1');
  await add_member('nobody', 'viewer');
  await expect(page.getByRole('alert')).toContainText("'nobody' does not exist");
  await page.getByRole('button', { name: 'Cancel' }).click();
  for (const [name, role] of [
    ['mina', 'viewer'],
    ['joon', 'operator'],
  ] as const) {
    await add_member(name, role);
    await expect(member(name)).toBeVisible();
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
  await give_role('mina', 'user');
  await page.reload();
  await expect(page.getByLabel('Role of mina in the project')).toHaveValue('user');
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'projects-members');
  await member('joon').getByRole('button', { name: 'Take joon out of line1' }).click();
  await page.getByRole('button', { name: 'Take out', exact: true }).click();
  await expect(member('joon')).toHaveCount(0);
});

test('by keys alone a member is added', async () => {
  await page.goto('/projects/line1');
  await page.getByRole('button', { name: 'Add member' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.getByLabel('User name').focus();
  await page.keyboard.type('joon');
  await page.keyboard.press('Enter');
  await expect(member('joon')).toBeVisible();
  await page.getByRole('button', { name: 'Add member' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('in Korean, dark, on a phone the pages fit', async () => {
  await page.evaluate(() => {
    localStorage.setItem('aiflow.language', 'ko');
    localStorage.setItem('aiflow.theme', 'dark');
  });
  await page.setViewportSize({ width: 390, height: 780 });
  for (const [path, row] of [
    ['/projects', 'tr[data-project]'],
    ['/projects/line1', 'tr[data-member]'],
  ] as const) {
    await page.goto(path);
    await expect(page.locator(row).first()).toBeVisible();
    expect(await sideways(page), path).toBeLessThanOrEqual(0);
    expect(await barriers(page)).toEqual([]);
    await keep_picture(page, `projects${path === '/projects' ? '' : '-members'}-phone-ko-dark`);
  }
  await page.evaluate(() => {
    localStorage.setItem('aiflow.language', 'en');
    localStorage.setItem('aiflow.theme', 'light');
  });
  await page.setViewportSize({ width: 1360, height: 860 });
});

test('a project with DAGs stays, an empty one goes', async () => {
  await page.goto('/projects/line1');
  await page.getByRole('button', { name: 'Delete project' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete project' }).click();
  await expect(page.getByRole('alert')).toContainText('move their files');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.goto('/projects/line2');
  await page.getByRole('button', { name: 'Delete project' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete project' }).click();
  await expect(project('line1')).toBeVisible();
  await expect(project('line2')).toHaveCount(0);
});

test('a variable says whose tasks get it', async () => {
  await page.goto('/variables');
  await page.getByRole('button', { name: 'New variable' }).click();
  await page.getByLabel('Project', { exact: true }).selectOption('line1');
  await page.getByLabel('Variable', { exact: true }).fill('place');
  await page.getByLabel('Value', { exact: true }).fill('Seoul');
  await keep_picture(page, 'projects-variable-dialog');
  expect(await barriers(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('tr[data-value="place"]')).toContainText('line1');
  expect(await barriers(page)).toEqual([]);
  await keep_picture(page, 'projects-variables');
});

async function as_member(browser: Browser, name: string): Promise<Page> {
  const theirs = await (await browser.newContext()).newPage();
  await theirs.goto('/');
  await theirs.locator('#username').fill(name);
  await theirs.locator('#password').fill(MEMBER_PASSWORD);
  await theirs.locator('button[type=submit]').click();
  await expect(theirs.locator('#password')).toHaveCount(0);
  return theirs;
}

test('a member sees one project, and no page of the site', async ({ browser }) => {
  const theirs = await as_member(browser, 'mina');
  await expect(theirs.locator('.shell')).toBeVisible();
  await theirs.goto('/dags');
  await expect(theirs.getByText('line1_etl')).toBeVisible();
  await expect(theirs.getByText('loose_etl')).toHaveCount(0);
  const rail = theirs.getByRole('navigation').first();
  await expect(rail.getByText('Workflows')).toBeVisible();
  for (const word of ['Users', 'Audit', 'Workers', 'Variables', 'System']) {
    await expect(rail.getByText(word, { exact: true })).toHaveCount(0);
  }
  expect(await barriers(theirs)).toEqual([]);
  await keep_picture(theirs, 'projects-dags-of-a-member');
  await theirs.goto('/projects/line1');
  await expect(theirs.getByText('Admins of the project see its members.')).toBeVisible();
  await keep_picture(theirs, 'projects-page-of-a-member');
  await theirs.goto('/dags/loose_etl');
  await expect(
    theirs.getByText(/there is no such thing|not found|does not exist/i).first(),
  ).toBeVisible();
  await keep_picture(theirs, 'projects-dag-of-others');
  await theirs.context().close();
});

test('an operator of one project makes a DAG in it', async ({ browser }) => {
  await page.goto('/projects/line1');
  await give_role('joon', 'operator');
  const theirs = await as_member(browser, 'joon');
  await theirs.goto('/dags');
  await theirs.getByRole('button', { name: 'New DAG' }).first().click();
  await expect(theirs.locator('[data-state="good"]')).toBeVisible();
  await expect(theirs.getByLabel('Project', { exact: true })).toHaveCount(0);
  // What nobody has touched is no DAG yet.
  const save = theirs.getByRole('button', { name: 'Save', exact: true });
  await expect(save).toBeDisabled();
  await theirs.keyboard.press('Control+s');
  await theirs.getByLabel('Text of the DAG').press('Control+End');
  await theirs.keyboard.type('# ours\n');
  await save.click();
  await expect(theirs.locator('[data-saved="true"]')).toBeVisible();
  const made = await theirs.request.get('/api/v2/dags/new_dag');
  expect((await made.json()).project).toBe('line1');
  // Saved again it stays there.
  await theirs.getByLabel('Text of the DAG').press('Control+End');
  await theirs.keyboard.type('# more\n');
  await theirs.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(theirs.locator('[data-saved="true"]')).toBeVisible();
  await theirs.context().close();
});

test('who is taken out of a project sees nothing of it any more, on open pages too', async ({
  browser,
}) => {
  const theirs = await as_member(browser, 'joon');
  await theirs.goto('/dags/new_dag');
  await expect(theirs.getByRole('tab', { name: 'Grid' })).toBeVisible();
  await page.goto('/projects/line1');
  await member('joon').getByRole('button', { name: 'Take joon out of line1' }).click();
  await page.getByRole('button', { name: 'Take out', exact: true }).click();
  await expect(member('joon')).toHaveCount(0);
  await expect(theirs.getByRole('tab', { name: 'Grid' })).toHaveCount(0);
  await theirs.context().close();
});

test('who may in several projects says where a new DAG goes, and an id that is taken is refused', async () => {
  await page.goto('/dags');
  await page.getByRole('button', { name: 'New DAG' }).first().click();
  const place = page.getByLabel('Project', { exact: true });
  await expect(place).toHaveValue('default');
  await expect(page.locator('.yaml-problems')).toContainText('There is a DAG new_dag');
  await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeDisabled();
  await keep_picture(page, 'projects-new-dag');
  expect(await barriers(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 780 });
  await expect(place).toBeVisible();
  expect(await sideways(page)).toBeLessThanOrEqual(0);
  await keep_picture(page, 'projects-new-dag-phone');
  await page.setViewportSize({ width: 1360, height: 860 });
  await page.getByLabel('Text of the DAG').press('Control+Home');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('aiflow_dag: 1\ndag_id: second_dag\n');
  await expect(page.locator('.yaml-problems')).toHaveCount(0);
  await place.selectOption('line1');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.locator('[data-saved="true"]')).toBeVisible();
  await expect(place).toHaveCount(0);
  const made = await page.request.get('/api/v2/dags/second_dag');
  expect((await made.json()).project).toBe('line1');
});

test('who is in no project is told so', async ({ browser }) => {
  const theirs = await as_member(browser, 'kim');
  await expect(theirs.getByText('kim is in no project yet')).toBeVisible();
  expect(await barriers(theirs)).toEqual([]);
  await keep_picture(theirs, 'projects-no-part');
  await theirs.context().close();
});

test('refused, the pages of projects say so and come back', async () => {
  const all = /\/api\/v2\/projects(\?|$)/;
  await fails_and_recovers(page, '/projects', all, project('line1'));
  await fails_and_recovers(page, '/projects/line1', all, member('mina'));
  await fails_and_recovers(page, '/projects/line1', /\/projects\/line1\/members/, member('mina'));
  await look_as(page, 'ko-dark-phone');
  await is_refused_in_korean(page, '/projects/line1', all);
  await look_as(page, 'en');
  await page.goto('/projects/no-such');
  await expect(page.locator('.empty')).toContainText('There is no such project');
  await page.getByRole('link', { name: 'Projects' }).last().press('Enter');
  await expect(project('line1')).toBeVisible();
});

test('when the server is away the page says so', async () => {
  await page.route(/\/api\/v2\/projects(\?|$)/, (route) => route.abort());
  await page.goto('/projects');
  await expect(page.getByRole('alert').first()).toBeVisible();
  await keep_picture(page, 'projects-server-away');
});
