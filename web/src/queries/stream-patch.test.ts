// SPDX-License-Identifier: Apache-2.0
import { QueryClient } from '@tanstack/react-query';
import { beforeEach, describe, expect, it } from 'vitest';
import { parse_stream_event } from '@/api/stream';
import type { Dag, DagRun, StreamEvent, TaskInstance } from '@/api/types.gen';
import { keys } from '@/queries/keys';
import { patch_cache } from '@/queries/stream-patch';

let client: QueryClient;
beforeEach(() => {
  client = new QueryClient();
});

function push(kind: string, data: unknown): void {
  patch_cache(client, { id: 1, kind, at: '', data } satisfies StreamEvent);
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
};
const DAG = { dag_id: 'd', version: 1, recent_runs: [], running_count: 0, failed_count: 0 };
const TASK = { dag_id: 'd', dag_run_id: 'r2', task_id: 'a', map_index: -1, state: 'queued' };

describe('a pushed change', () => {
  it('moves a task instance in its list and in the grid', () => {
    client.setQueryData(keys.instances('d', 'r2'), [TASK]);
    client.setQueryData(keys.grid('d'), {
      dag_id: 'd',
      tasks: [{ task_id: 'a', label: 'a', operator_name: '' }],
      runs: [RUN],
      states: [['queued']],
    });
    push('task_instance', { ...TASK, state: 'running' });
    expect(client.getQueryData<TaskInstance[]>(keys.instances('d', 'r2'))?.[0]?.state).toBe(
      'running',
    );
    expect(client.getQueryData(keys.grid('d'))).toMatchObject({ states: [['running']] });
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
