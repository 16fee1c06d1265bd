// SPDX-License-Identifier: Apache-2.0
// A log far larger than a page may hold: only a part of it is ever there.
import { type Page, expect, test } from '@playwright/test';
import { enter } from './session';

test.describe.configure({ mode: 'serial' });

const PIECE = 256 << 10;
const LINE = 128;
const LINES = 8_388_608;
const SIZE = LINE * LINES; // 1 GiB
/** The line that is an error, and the one that is searched for. */
const ERROR_AT = 20_000;

/** A gigabyte is read on a machine that has other work. */
const WAIT = { timeout: 90_000 };

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await browser.newPage();
  await enter(page);
});

test.afterAll(async () => page.close());

function line(at: number): string {
  const word = at === ERROR_AT ? 'ValueError: it broke' : `INFO part ${at}`;
  return `[2026-11-29T00:00:00.000Z] ${word} `.padEnd(LINE - 1, 'x') + '\n';
}

/** What a server that holds the log would answer. */
function piece(offset: number): Record<string, unknown> {
  const end = Math.min(SIZE, offset + PIECE);
  const first = Math.floor(offset / LINE);
  const text = Array.from({ length: Math.ceil(end / LINE) - first }, (_, n) => line(first + n));
  const content = text.join('').slice(offset - first * LINE, end - first * LINE);
  return { content, next_offset: end, size: SIZE, complete: end === SIZE, truncated: false };
}

const heap_mb = async (): Promise<number> => {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / 1e6;
};

test('one of 1 GB is opened at its end, and moved through, in little memory', async () => {
  await page.route(/\/logs\/1(\/stream)?\?/, (route) => {
    const url = new URL(route.request().url());
    const offset = Number(url.searchParams.get('offset'));
    if (!url.pathname.endsWith('/stream')) return route.fulfill({ json: piece(offset) });
    // A stream of what follows, in pieces.
    const messages: string[] = [];
    for (let at = offset; at < SIZE; at += PIECE)
      messages.push(`data: ${JSON.stringify(piece(at))}\n\n`);
    return route.fulfill({ contentType: 'text/event-stream', body: messages.join('') });
  });
  const answer = await page.request.get('/api/v2/dags/smart_city/dagRuns');
  const { items } = (await answer.json()) as { items: { dag_run_id: string }[] };
  const run = encodeURIComponent(items[0]?.dag_run_id ?? '');
  await page.goto(`/dags/smart_city?run=${run}&tab=grid&task=watch&panel=log`);
  const log = page.getByRole('log');
  await expect(log.getByText(`INFO part ${LINES - 1} `)).toBeVisible();
  await expect(page.locator('[data-log=complete]')).toBeVisible();
  const shown = await page.locator('.log-line').count();
  expect(shown).toBeLessThan(200);
  await page.getByRole('button', { name: 'To the start' }).click();
  await expect(log.getByText('INFO part 0 ')).toBeVisible();
  await expect(log.locator('.log-number').first()).toHaveText('1');
  for (let turns = 0; turns < 5; turns += 1) {
    await page.getByRole('button', { name: 'Later' }).click();
    await expect(page.locator('.log-edge').first()).toContainText('before this');
  }
  expect(await heap_mb()).toBeLessThan(100);
});

test('its first error is gone to, and its time shown in the chosen zone', async () => {
  await page.getByLabel('Time zone').selectOption('utc');
  await page.getByRole('button', { name: 'Jump to the first error' }).click();
  await expect(page.locator('.log-here')).toContainText('ValueError: it broke');
  await page.getByRole('button', { name: 'Time stamps' }).click();
  await expect(page.locator('.log-here')).toContainText('00:00:00.000');
  await page.getByLabel('Least level').selectOption('error');
  await expect(page.locator('.log-line')).toHaveCount(1);
  await page.getByLabel('Least level').selectOption('');
});

test('a search counts as it reads, and leads from match to match', async () => {
  const search = page.getByLabel('Search the log');
  await search.fill('INFO part 1000');
  const status = page.locator('.log-bar [role=status]');
  // The first match has to be there before there is a next one.
  await expect(status).toContainText(/[1-9]\d* · \d+ % searched/);
  await page.getByRole('button', { name: 'Next match' }).click();
  await expect(page.locator('.log-here')).toContainText('INFO part 1000 ', WAIT);
  await search.press('Enter');
  await expect(page.locator('.log-here')).toContainText('INFO part 10000 ', WAIT);
  await search.press('Shift+Enter');
  await expect(page.locator('.log-here')).toContainText('INFO part 1000 ', WAIT);
  await search.fill('');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});
