// SPDX-License-Identifier: Apache-2.0
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse_stream_event } from '@/api/stream';
import type { Dag, DagRun, StreamEvent, TaskInstance } from '@/api/types.gen';
import { type GridData, read_grid, state_at } from '@/models/grid';
import { keys } from '@/queries/keys';
import { patch_cache } from '@/queries/stream-patch';

let client: QueryClient;
beforeEach(() => {
  client = new QueryClient();
});

function push(kind: string, data: unknown): void {
  patch_cache(client, [{ id: 1, kind, at: '', data } satisfies StreamEvent]);
}

const RUN: DagRun = {
  dag_id: 'd',
  dag_run_id: 'r2',
  state: 'running',
  run_type: 'manual',
  conf: {},
  note: '',
  dag_version: 1,
  cause: '',
  deadlines_missed: 0,
};
const DAG = { dag_id: 'd', version: 1, recent_runs: [], running_count: 0, failed_count: 0 };
const TASK = { dag_id: 'd', dag_run_id: 'r2', task_id: 'a', map_index: -1, state: 'queued' };

const GRID = read_grid(
  {
    dag_id: 'd',
    tasks: [{ task_id: 'a', label: 'a', operator_name: '', is_mapped: true }],
    groups: [],
    runs: [RUN],
    states: ['c'],
  },
  25,
);
const cell = (): string => {
  const grid = client.getQueryData<GridData>(keys.grid('d', 25));
  return state_at(grid?.columns[0], 0);
};

it('shows a new backfill first and its counts as they come', () => {
  const backfill = { id: 2, dag_id: 'd', total: 9, success: 0 };
  client.setQueryData(keys.backfills('d'), [{ id: 1, dag_id: 'd' }]);
  push('backfill', backfill);
  push('backfill', { ...backfill, success: 3 });
  expect(client.getQueryData(keys.backfills('d'))).toEqual([
    { ...backfill, success: 3 },
    { id: 1, dag_id: 'd' },
  ]);
  push('backfill', { ...backfill, dag_id: 'other' });
  expect(client.getQueryData(keys.backfills('other'))).toBeUndefined();
});

function push_all(...changes: (object | object[])[]): void {
  const events = changes.flat().map((data) => ({ id: 1, kind: 'task_instance', at: '', data }));
  patch_cache(client, events);
}

describe('a pushed change', () => {
  it('takes a deleted run out of the list, and reads the grid again', () => {
    client.setQueryData(keys.runs('d'), [RUN, { ...RUN, dag_run_id: 'r1' }]);
    client.setQueryData(keys.grid('d', 25), GRID);
    push('dag_run', { ...RUN, deleted: true });
    expect(client.getQueryData<DagRun[]>(keys.runs('d'))?.map((r) => r.dag_run_id)).toEqual(['r1']);
    expect(client.getQueryState(keys.grid('d', 25))?.isInvalidated).toBe(true);
  });
  it('of a run that goes on in another version reads its tasks again', () => {
    client.setQueryData(keys.runs('d'), [RUN]);
    client.setQueryData(keys.instances('d', 'r2'), [TASK]);
    push('dag_run', { ...RUN, note: 'the same version' });
    expect(client.getQueryState(keys.instances('d', 'r2'))?.isInvalidated).toBe(false);
    push('dag_run', { ...RUN, dag_version: 2 });
    expect(client.getQueryState(keys.instances('d', 'r2'))?.isInvalidated).toBe(true);
  });
  it('moves a task instance in its list and in the grid', () => {
    client.setQueryData(keys.instances('d', 'r2'), [TASK]);
    client.setQueryData(keys.grid('d', 25), GRID);
    push('task_instance', { ...TASK, state: 'running' });
    expect(client.getQueryData<TaskInstance[]>(keys.instances('d', 'r2'))?.[0]?.state).toBe(
      'running',
    );
    expect(cell()).toBe('running');
  });
  it('of an instance takes the place of the task that was not expanded', () => {
    client.setQueryData(keys.instances('d', 'r2'), [TASK, { ...TASK, task_id: 'b' }]);
    push_all(
      [0, 1].map((map_index) => ({ ...TASK, map_index })),
      { ...TASK, map_index: 1, state: 'running' },
    );
    const list = client.getQueryData<TaskInstance[]>(keys.instances('d', 'r2')) ?? [];
    expect(list.map((t) => [t.task_id, t.map_index, t.state])).toEqual([
      ['b', -1, 'queued'],
      ['a', 0, 'queued'],
      ['a', 1, 'running'],
    ]);
  });
  it('of an instance puts the most telling state of all into the cell', () => {
    const mapped = [0, 1].map((map_index) => ({ ...TASK, map_index, state: 'failed' }));
    client.setQueryData(keys.instances('d', 'r2'), mapped);
    client.setQueryData(keys.grid('d', 25), GRID);
    push('task_instance', { ...mapped[1], state: 'success' });
    expect(cell()).toBe('failed');
    push('task_instance', { ...mapped[0], state: 'success' });
    expect(cell()).toBe('success');
  });
  it('of instances that are not loaded has the grid read again, once for many', () => {
    vi.useFakeTimers();
    const read = vi.spyOn(client, 'invalidateQueries');
    client.setQueryData(keys.grid('d', 25), GRID);
    for (const map_index of [0, 1, 2]) push('task_instance', { ...TASK, map_index });
    vi.runAllTimers();
    vi.useRealTimers();
    const grids = read.mock.calls.filter(([filters]) => filters?.queryKey?.[0] === 'grid');
    expect(grids).toHaveLength(1);
  });
  it('has the tries of that instance read again, and of no other', () => {
    const ref = { dag_id: 'd', dag_run_id: 'r2', task_id: 'a', map_index: 3 };
    client.setQueryData(keys.tries(ref), []);
    client.setQueryData(keys.tries({ ...ref, map_index: 4 }), []);
    push('task_instance', { ...TASK, map_index: 3 });
    expect(client.getQueryState(keys.tries(ref))?.isInvalidated).toBe(true);
    expect(client.getQueryState(keys.tries({ ...ref, map_index: 4 }))?.isInvalidated).toBe(false);
  });
  it('adds a run to the DAG bars and counts it, once', () => {
    client.setQueryData(keys.dags, [DAG, { ...DAG, dag_id: 'other' }]);
    push('dag_run', RUN);
    push('dag_run', RUN);
    const [dag, other] = client.getQueryData<Dag[]>(keys.dags) ?? [];
    expect(dag?.running_count).toBe(1);
    expect(dag?.recent_runs).toHaveLength(1);
    expect(other?.recent_runs).toHaveLength(0);
    push('dag_run', { ...RUN, state: 'failed' });
    const after = client.getQueryData<Dag[]>(keys.dags)?.[0];
    expect([after?.running_count, after?.failed_count]).toEqual([0, 1]);
  });
  it('shows progress on the running task', () => {
    client.setQueryData(keys.instances('d', 'r2'), [TASK]);
    push('progress', { ...TASK, done: 3, total: 9, unit: 'frames', what: 'calibrating' });
    expect(client.getQueryData<TaskInstance[]>(keys.instances('d', 'r2'))?.[0]?.progress).toEqual({
      done: 3,
      total: 9,
      unit: 'frames',
      what: 'calibrating',
    });
  });
  it('puts new events first and keeps lists that were never loaded unloaded', () => {
    push('scene_event', { event_id: 'e1' });
    expect(client.getQueryData(keys.events)).toBeUndefined();
    client.setQueryData(keys.events, [{ event_id: 'e0' }]);
    push('scene_event', { event_id: 'e1' });
    expect(client.getQueryData(keys.events)).toEqual([{ event_id: 'e1' }, { event_id: 'e0' }]);
  });
  it.each([
    ['dag', keys.dags, 'dag_id'],
    ['service', keys.services, 'name'],
    ['camera', keys.cameras, 'camera_id'],
  ])('takes a removed %s, and no other, out of its list', (kind, list, id) => {
    client.setQueryData(list, [{ [id]: 'gone' }, { [id]: 'stays' }]);
    push(kind, { [id]: 'gone', state: 'removed', deleted: true });
    expect(client.getQueryData(list)).toEqual([{ [id]: 'stays' }]);
    expect(client.getQueryState(list)?.isInvalidated).toBe(true);
  });
  it('of an unknown kind changes nothing', () => {
    client.setQueryData(keys.events, []);
    push('teleport', { event_id: 'e1' });
    expect(client.getQueryData(keys.events)).toEqual([]);
  });
});

describe('a message of the stream', () => {
  it('is parsed, or dropped when it is none of ours', () => {
    const text = '{"id": 4, "kind": "dag", "at": "t", "data": {"dag_id": "d"}}';
    expect(parse_stream_event(text)).toEqual({
      id: 4,
      kind: 'dag',
      at: 't',
      data: { dag_id: 'd' },
    });
    expect(parse_stream_event('{"id": 4}')).toBeNull();
    expect(parse_stream_event('{broken')).toBeNull();
    expect(parse_stream_event(undefined)).toBeNull();
  });
});

describe('what others wait for', () => {
  const asked = vi.fn(async () => ({}));
  const shown = [
    keys.explained({ dag_id: 'd', dag_run_id: 'r2', task_id: 'b', map_index: -1 }),
    keys.run('d', 'r1'),
    keys.pools,
    keys.workers,
    keys.worker_tasks,
  ];
  const watch = (): void => {
    for (const queryKey of shown) {
      new QueryObserver(client, { queryKey, queryFn: asked, staleTime: Infinity }).subscribe(
        () => {},
      );
    }
  };
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is asked again once a task has moved, however many did', async () => {
    watch();
    await vi.advanceTimersByTimeAsync(10);
    asked.mockClear();
    for (let at = 0; at < 20; at += 1) push('task_instance', { ...TASK, state: 'running' });
    await vi.advanceTimersByTimeAsync(3000);
    expect(asked).toHaveBeenCalledTimes(shown.length);
  });
  it('is not asked while nothing happens', async () => {
    watch();
    await vi.advanceTimersByTimeAsync(10);
    asked.mockClear();
    push('camera', { camera_id: 'c' });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(asked).not.toHaveBeenCalled();
  });
});

it('nothing is asked for by the clock', async () => {
  const sources = import.meta.glob<string>('/src/{queries,features,app}/**/*.{ts,tsx}', {
    query: '?raw',
    import: 'default',
    eager: true,
  });
  const files = Object.entries(sources).filter(([name]) => !name.includes('.test.'));
  expect(files.length).toBeGreaterThan(100);
  const polling = files.filter(([, text]) => /refetchInterval|setInterval/.test(text));
  expect(polling.map(([name]) => name)).toEqual([]);
});
