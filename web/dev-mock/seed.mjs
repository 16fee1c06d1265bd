// SPDX-License-Identifier: Apache-2.0
// What the mock starts with.
import * as data from './data.mjs';

export const dags = new Map();
export const runs = new Map();
export const instances = new Map();
export const events = Array.from({ length: 14 }, (_, n) => data.make_event(n)).reverse();

function past_runs(dag_id, states, length) {
  return states.map((state, n) => {
    const ago = (states.length - n) * 5200 + dag_id.length;
    return data.make_run(dag_id, `scheduled__${data.iso(ago).slice(0, 19)}+00:00`, {
      state,
      run_type: 'scheduled',
      start_date: data.iso(ago),
      end_date: data.iso(ago - length * (0.6 + ((n * 37) % 10) / 12)),
    });
  });
}

function past_instance(run, task, n) {
  const state =
    run.state === 'failed' && n >= 3
      ? n === 3
        ? 'failed'
        : 'upstream_failed'
      : task[0] === 'keep_original'
        ? 'skipped'
        : 'success';
  const ran = state === 'success' || state === 'failed';
  return data.make_instance(run, task, {
    state,
    cause: state === 'failed' ? 'exit code 1 after try 2 of 3' : '',
    ...(ran
      ? {
          start_date: run.start_date,
          end_date: run.end_date,
          try_number: n === 3 ? 2 : 1,
          max_tries: 3,
        }
      : {}),
  });
}

function add(dag, list) {
  dags.set(dag.dag_id, { ...dag, recent_runs: list });
  runs.set(dag.dag_id, [...list].reverse());
  for (const run of list) {
    instances.set(
      run.dag_run_id,
      data.TASKS.map((task, n) => past_instance(run, task, n)),
    );
  }
}

export function seed() {
  const S = 'success';
  const description = 'Optimise a detector, choose the best variant, watch a street';
  add(data.make_dag('smart_city', { description, tags: ['demo', 'video'] }), [
    ...past_runs('smart_city', [S, S, 'failed', S, S, 'failed', S], 240),
    data.make_run('smart_city', data.lineage('').dag_run_id, {
      start_date: data.iso(3000),
      end_date: data.iso(2860),
    }),
  ]);
  add(
    data.make_dag('nightly_retrain', {
      timetable_summary: '0 3 * * *',
      next_dagrun_run_after: data.iso(-29000),
      owners: ['vision'],
      tags: ['training'],
      failed_count: 1,
    }),
    past_runs('nightly_retrain', [S, S, S, S, 'failed'], 1900),
  );
  add(
    data.make_dag('hello', {
      timetable_summary: '*/5 * * * *',
      is_paused: true,
      description: 'Two tasks that say hello',
    }),
    past_runs('hello', [S, S, S], 3),
  );
}
