// SPDX-License-Identifier: Apache-2.0
// The address of every page, with things of the demo's run in them.
import { type Page, expect } from '@playwright/test';

async function first_of(page: Page, path: string, field: string): Promise<string> {
  const answer = await page.request.get(`/api/v2/${path}`);
  const { items } = (await answer.json()) as { items: Record<string, unknown>[] };
  const value = items[0]?.[field];
  expect(value, `the server has something at ${path}`).toBeTruthy();
  return encodeURIComponent(String(value));
}

const TABS = ['grid', 'graph', 'tree', 'gantt', 'durations', 'calendar', 'runs', 'backfills'];
const MORE_TABS = ['details', 'code', 'audit'];
const PANELS = ['log', 'xcom', 'details'];
const PLAIN = ['dags', 'data', 'pools', 'workers', 'variables', 'connections', 'models', 'runtime'];
const ADMIN = [
  'events',
  'system',
  'users',
  'tokens',
  'account',
  'audit',
  'api/docs',
  'no-such-page',
];

/** [a name for pictures, its address] of each page. */
export async function all_pages(page: Page): Promise<[name: string, address: string][]> {
  const run = await first_of(page, 'dags/smart_city/dagRuns', 'dag_run_id');
  const dag = `/dags/smart_city?run=${run}`;
  const event = async (kind: string) => first_of(page, `events?kind=${kind}`, 'event_id');
  return [
    ['home', '/'],
    ['services', '/services'],
    ['cameras', '/cameras'],
    ...[...PLAIN, ...ADMIN].map((one): [string, string] => [one.replace('/', '-'), `/${one}`]),
    ...[...TABS, ...MORE_TABS].map((tab): [string, string] => [`dag-${tab}`, `${dag}&tab=${tab}`]),
    ...PANELS.map((panel): [string, string] => [
      `task-${panel}`,
      `${dag}&tab=grid&task=watch&panel=${panel}`,
    ]),
    ['task', `/dags/smart_city/runs/${run}/tasks/watch`],
    ['model', `/models/${await first_of(page, 'models', 'name')}`],
    ['report', `/reports/${await first_of(page, 'reports', 'report_id')}`],
    ['pack', `/runtime?digest=${await first_of(page, 'packs', 'digest')}`],
    ['service', `/services/${await first_of(page, 'services', 'name')}`],
    ['camera', `/cameras/${await first_of(page, 'cameras', 'camera_id')}`],
    ['event-line', `/events/${await event('line_crossing')}`],
    ['event-crowd', `/events/${await event('congestion')}`],
    ['no-such-event', '/events/no-such-event'],
  ];
}

/** What is on screen is the page, not its skeleton. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator('h1, .empty h3').first()).toBeVisible();
  await expect(page.locator('.skeleton')).toHaveCount(0);
}
