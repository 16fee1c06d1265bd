// SPDX-License-Identifier: Apache-2.0
// The page of a task whose run is deleted meanwhile, or made after it was asked for.
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { TaskPage } from '@/features/workflows/task/task-page';
import { TaskDetails } from '@/features/workflows/task-details';
import { start_i18n } from '@/i18n';
import type { TaskInstance } from '@/api/types.gen';
import { make_query_client } from '@/queries/client';
import { keys } from '@/queries/keys';
import { type LateAnswers, follow_answers } from '@/queries/late-answers';

const RUN = { dag_id: 'd', dag_run_id: 'r', state: 'failed', dag_version: 1 };
const INSTANCE = {
  ...RUN,
  task_id: 't',
  map_index: -1,
  task_display_name: 't',
  operator_name: 'BashOperator',
  cause: '',
  try_number: 3,
  max_tries: 2,
  pool: 'default_pool',
  priority_weight: 1,
  hostname: '',
} as unknown as TaskInstance;

let is_there = true;
/** Holds answers back until it is resolved. */
let gate: Promise<void> = Promise.resolve();
let client: QueryClient;
let answers: LateAnswers;

const GONE = { error: { message: 'there is no such run', code: 'not_found' } };
const page_of = (items: unknown[]): object => ({ items, total_entries: items.length });

function answer_of(path: string): object | null {
  if (path === '/api/v2/dags/d/dagRuns') return page_of(is_there ? [RUN] : []);
  if (!is_there) return null;
  if (path.endsWith('/dagRuns/r')) return RUN;
  if (path.endsWith('/taskInstances')) return page_of([INSTANCE]);
  return path.endsWith('/tries') ? page_of([]) : null;
}

beforeAll(() => {
  start_i18n();
  vi.stubGlobal('fetch', async (url: string) => {
    const answer = answer_of(new URL(url, 'http://x').pathname);
    await gate;
    return new Response(JSON.stringify(answer ?? GONE), { status: answer ? 200 : 404 });
  });
});
beforeEach(() => {
  is_there = true;
  gate = Promise.resolve();
  window.history.replaceState(null, '', '/?panel=details');
  client = make_query_client();
  client.setQueryData(keys.session, { username: 'ann', role: 'admin', projects: [] });
  answers = follow_answers(client);
});
afterEach(() => {
  answers.stop();
  cleanup();
});

function show(): void {
  render(
    <QueryClientProvider client={client}>
      <TaskPage params={{ dag_id: 'd', run_id: 'r', task_id: 't' }} />
    </QueryClientProvider>,
  );
}
const push = (data: object): void =>
  act(() => answers.push([{ id: 1, kind: 'dag_run', at: '', data }]));
const told = () => screen.findByText(/does not exist \(any more\)/);
const actions = () => screen.queryByRole('button', { name: /^Clear/ });

it('counts its tries with the first one', async () => {
  show();
  expect(await screen.findByText('try 3 of 3')).toBeTruthy();
  expect(screen.getByText('3 / 3')).toBeTruthy();
  cleanup();
  render(<TaskDetails instance={{ ...INSTANCE, try_number: 1, max_tries: 0 }} />);
  expect(screen.getByText('1 / 1')).toBeTruthy();
});

it('says so when the run is deleted, and offers nothing to do with it', async () => {
  show();
  await screen.findByText('try 3 of 3');
  expect(actions()).toBeTruthy();
  is_there = false;
  push({ ...RUN, dag_run_id: 'other', deleted: true });
  expect(screen.getByText('try 3 of 3')).toBeTruthy();
  push({ ...RUN, deleted: true });
  expect(await told()).toBeTruthy();
  expect(actions()).toBeNull();
  expect(screen.queryByText('try 3 of 3')).toBeNull();
});

it('says so too when nobody was told of it, as after a lost connection', async () => {
  show();
  await screen.findByText('try 3 of 3');
  is_there = false;
  act(() => answers.missed_some());
  expect(await told()).toBeTruthy();
  expect(actions()).toBeNull();
});

it('shows a run that was made after it was asked for', async () => {
  is_there = false;
  show();
  expect(await told()).toBeTruthy();
  is_there = true;
  push({ ...RUN, dag_run_id: 'other' });
  expect(screen.queryByText('try 3 of 3')).toBeNull();
  push(RUN);
  expect(await screen.findByText('try 3 of 3')).toBeTruthy();
});

it('shows one that was made while the answer was on its way', async () => {
  let open = (): void => {};
  gate = new Promise((resolve) => (open = resolve));
  is_there = false;
  show();
  await act(async () => {});
  is_there = true;
  push(RUN);
  open();
  expect(await screen.findByText('try 3 of 3')).toBeTruthy();
});
