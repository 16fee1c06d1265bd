// SPDX-License-Identifier: Apache-2.0
// Which instances of a mapped task a change concerns.
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, expect, it } from 'vitest';
import type { TaskInstance } from '@/api/types.gen';
import { ClearPreview } from '@/features/workflows/task-actions';
import { start_i18n } from '@/i18n';

const instances = (count: number, runs = ['r']): TaskInstance[] =>
  runs.flatMap((dag_run_id) =>
    Array.from(
      { length: count },
      (_, map_index) =>
        ({ dag_id: 'd', dag_run_id, task_id: 'load', map_index, state: 'success' }) as TaskInstance,
    ),
  );

beforeAll(() => start_i18n());
afterEach(cleanup);

it('names the first ones and counts the rest', () => {
  render(<ClearPreview items={instances(11)} />);
  const names = Array.from({ length: 8 }, (_, at) => `load[${at}]`).join(', ');
  expect(screen.getByText(`${names} and 3 more`)).toBeTruthy();
});

it('names all of a few', () => {
  render(<ClearPreview items={instances(2)} />);
  expect(screen.getByText('load[0], load[1]')).toBeTruthy();
});

it('names none of several runs, where one name is many', () => {
  render(<ClearPreview items={instances(2, ['r', 's'])} />);
  expect(screen.queryByText(/load\[0\]/)).toBeNull();
});
