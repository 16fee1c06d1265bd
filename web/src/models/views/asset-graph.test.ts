// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import type { Asset } from '@/api/types.gen';
import { asset_graph } from '@/models/views/asset-graph';
import { path_through } from '@/models/dag-graph';

const asset = (name: string, made_by: string[], waited_for_by: string[]): Asset =>
  ({
    name,
    producing_tasks: made_by.map((dag_id) => ({ dag_id, task_id: 't' })),
    scheduled_dags: waited_for_by,
  }) as Asset;

const { graph, of } = asset_graph([
  asset('raw', ['load', 'load'], ['clean', 'report']),
  asset('tidy', ['clean'], ['report', 'clean']),
  asset('alone', [], []),
]);

it('leads from those who make to those who wait, each once', () => {
  expect(graph.nodes.map(({ id }) => id).sort()).toEqual([
    'asset:alone',
    'asset:raw',
    'asset:tidy',
    'dag:clean',
    'dag:load',
    'dag:report',
  ]);
  expect(graph.edges.map(({ source, target }) => `${source}>${target}`)).toEqual([
    'dag:load>asset:raw',
    'asset:raw>dag:clean',
    'asset:raw>dag:report',
    'dag:clean>asset:tidy',
    'asset:tidy>dag:report',
    'asset:tidy>dag:clean',
  ]);
  expect(of.get('dag:load')).toEqual({ kind: 'dag', dag_id: 'load' });
});

it('has circles, which a path goes around once', () => {
  expect(path_through(graph, 'asset:tidy')).toContain('dag:load');
  expect(path_through(graph, 'asset:alone')).toEqual(new Set(['asset:alone']));
});
