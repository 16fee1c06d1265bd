// SPDX-License-Identifier: Apache-2.0
// What one pushed change does to the query cache. Lists that were never loaded stay unloaded.
import { type QueryClient, notifyManager } from '@tanstack/react-query';
import type {
  Backfill,
  Camera,
  Dag,
  DagRun,
  ImportError,
  Pack,
  ProgressInfo,
  Report,
  RunNotice,
  SceneEvent,
  Service,
  StreamEvent,
  SystemHistory,
  SystemSample,
  TaskInstance,
  TaskState,
  TryDetails,
  UsageSample,
  Worker,
} from '@/api/types.gen';
import { type GridData, patch_grid_run, patch_grid_states } from '@/models/grid';
import { is_expanded, summary_by_task, with_instances } from '@/models/instances';
import { upserted } from '@/models/list';
import { with_sample } from '@/models/measures/system';
import { with_usage } from '@/models/measures/usage';
import { as_fields, as_number, as_text } from '@/models/unknown';
import { type InstanceKey, is_of_run, keys } from '@/queries/keys';

type Patch = (client: QueryClient, data: unknown) => void;

/** Runs kept in a DAG's bars. */
const RECENT_RUNS_MAX = 14;

function put<T>(
  client: QueryClient,
  key: readonly unknown[],
  item: T,
  how: { id: (item: T) => string | number; where: 'first' | 'last' },
): void {
  client.setQueryData<T[]>(key, (list) => list && upserted(list, item, how.id, how.where));
}

function patch_dag(client: QueryClient, data: unknown): void {
  const dag = data as Dag;
  const old = client.getQueryData<Dag>(keys.dag(dag.dag_id));
  client.setQueryData(keys.dag(dag.dag_id), dag);
  put(client, keys.dags, dag, { id: (d) => d.dag_id, where: 'last' });
  if (old && old.version === dag.version) return;
  void client.invalidateQueries({ queryKey: keys.assets });
  const id = dag.dag_id;
  const made_of_it = [keys.graph, keys.source, keys.grids, keys.details, keys.versions];
  for (const key of [...made_of_it.map((one) => one(id)), keys.calendar(id)]) {
    void client.invalidateQueries({ queryKey: key });
  }
}

function with_run(dag: Dag, run: DagRun): Dag {
  const bar = {
    dag_run_id: run.dag_run_id,
    state: run.state,
    start_date: run.start_date ?? null,
    end_date: run.end_date ?? null,
  };
  const old = dag.recent_runs.find((r) => r.dag_run_id === run.dag_run_id);
  const change = (state: string): number =>
    Number(run.state === state) - Number(old?.state === state);
  const recent = upserted(dag.recent_runs, bar, (r) => r.dag_run_id, 'last');
  return {
    ...dag,
    recent_runs: recent.slice(-RECENT_RUNS_MAX),
    running_count: Math.max(0, dag.running_count + change('running')),
    failed_count: Math.max(0, dag.failed_count + change('failed')),
  };
}

/** Its tasks may be others now. */
function read_tasks_of_moved(client: QueryClient, run: DagRun): void {
  const before = client
    .getQueryData<DagRun[]>(keys.runs(run.dag_id))
    ?.find((one) => one.dag_run_id === run.dag_run_id);
  if (!before || before.dag_version === run.dag_version) return;
  void client.invalidateQueries({ queryKey: keys.instances(run.dag_id, run.dag_run_id) });
  void client.invalidateQueries({ queryKey: keys.grids(run.dag_id) });
}

function drop_run(client: QueryClient, gone: Record<string, unknown>): void {
  const dag_id = as_text(gone.dag_id);
  const run = { dag_id, dag_run_id: as_text(gone.dag_run_id) };
  // What is on screen asks anew, and is told that there is no such run.
  void client.resetQueries({
    predicate: ({ queryKey, state }) => state.data !== undefined && is_of_run(queryKey, run),
  });
  client.setQueryData<DagRun[]>(keys.runs(dag_id), (list) =>
    list?.filter((one) => one.dag_run_id !== run.dag_run_id),
  );
  for (const key of [keys.runs(dag_id), keys.grids(dag_id), keys.dag(dag_id), keys.dags]) {
    void client.invalidateQueries({ queryKey: key });
  }
}

/** What cannot be told from what came is read again, at most this often. */
const AGAIN_MS = 1000;
const to_read = new Set<string>();

function read_soon(client: QueryClient, queryKey: readonly unknown[]): void {
  const name = JSON.stringify(queryKey);
  if (to_read.has(name) || client.getQueriesData({ queryKey }).length === 0) return;
  to_read.add(name);
  setTimeout(() => {
    to_read.delete(name);
    void client.invalidateQueries({ queryKey });
  }, AGAIN_MS);
}

function patch_grids(
  client: QueryClient,
  dag_id: string,
  patch: (grid: GridData) => GridData,
): void {
  const filter = { queryKey: keys.grids(dag_id) };
  client.setQueriesData<GridData>(filter, (grid) => grid && patch(grid));
}

function patch_run(client: QueryClient, data: unknown): void {
  const run = data as DagRun;
  read_tasks_of_moved(client, run);
  // It was asked for before it was there.
  void client.invalidateQueries({
    predicate: ({ queryKey, state }) => state.status === 'error' && is_of_run(queryKey, run),
  });
  read_soon(client, keys.durations(run.dag_id));
  read_soon(client, keys.calendar(run.dag_id));
  put(client, keys.runs(run.dag_id), run, { id: (r) => r.dag_run_id, where: 'first' });
  patch_grids(client, run.dag_id, (grid) => patch_grid_run(grid, run));
  client.setQueryData<Dag>(keys.dag(run.dag_id), (dag) => dag && with_run(dag, run));
  client.setQueryData<Dag[]>(keys.dags, (dags) =>
    dags?.map((dag) => (dag.dag_id === run.dag_id ? with_run(dag, run) : dag)),
  );
}

/** The cells of tasks of one run; that of a mapped task shows all its instances. */
function patch_cells(client: QueryClient, changes: readonly TaskInstance[]): void {
  const [{ dag_id, dag_run_id }] = changes as [TaskInstance];
  const whole = client.getQueryData<TaskInstance[]>(keys.instances(dag_id, dag_run_id));
  const summaries = whole && summary_by_task(whole);
  const states = new Map<string, TaskState>();
  for (const { task_id, state } of new Map(changes.map((one) => [one.task_id, one])).values()) {
    const mapped = changes.some((one) => one.task_id === task_id && is_expanded(one));
    const summary = summaries?.get(task_id);
    if (mapped && !summary) {
      read_soon(client, keys.grids(dag_id));
      continue;
    }
    states.set(task_id, summary?.state ?? state);
  }
  patch_grids(client, dag_id, (grid) => patch_grid_states(grid, dag_run_id, states));
}

/** States that an instance gets when a try has ended and another one may follow. */
const BETWEEN_TRIES = new Set(['up_for_retry', 'up_for_reschedule', 'restarting', 'failed']);

/** What is known of the changed instances beside their state is read again where it is shown. */
function read_again(client: QueryClient, changes: readonly TaskInstance[]): void {
  const name = (one: InstanceKey): string => JSON.stringify(keys.tries(one).slice(1));
  const changed = new Set(changes.map(name));
  const ended = new Set(changes.filter((one) => one.state === 'success').map(name));
  const [{ dag_id, dag_run_id }] = changes as [TaskInstance];
  if (changes.some((one) => BETWEEN_TRIES.has(one.state))) {
    void client.invalidateQueries({ queryKey: keys.run_tries(dag_id, dag_run_id) });
  }
  void client.invalidateQueries({
    predicate: ({ queryKey }) => {
      const [kind, ...rest] = queryKey;
      if (kind === 'tries' || kind === 'explained') return changed.has(JSON.stringify(rest));
      const at_the_end = kind === 'xcoms' || kind === 'artifacts';
      if (kind === 'try') return changed.has(JSON.stringify(rest.slice(0, -1)));
      if (kind === 'lineage') return ended.has(JSON.stringify(rest.slice(0, -1)));
      return at_the_end && ended.has(JSON.stringify(rest));
    },
  });
}

/** Changes of one run's instances; an expansion brings thousands at once. */
function patch_instances(client: QueryClient, changes: readonly TaskInstance[]): void {
  const [{ dag_id, dag_run_id }] = changes as [TaskInstance];
  client.setQueryData<TaskInstance[]>(
    keys.instances(dag_id, dag_run_id),
    (list) => list && with_instances(list, changes),
  );
  patch_cells(client, changes);
  read_again(client, changes);
}

/** Progress comes either as a whole task instance or as its ids with the numbers. */
function patch_progress(client: QueryClient, data: unknown): void {
  const fields = as_fields(data);
  const inner = as_fields(fields.progress ?? data);
  const progress: ProgressInfo = {
    done: as_number(inner.done) ?? 0,
    total: as_number(inner.total) ?? 0,
    unit: as_text(inner.unit),
    what: as_text(inner.what),
  };
  const key = keys.instances(as_text(fields.dag_id), as_text(fields.dag_run_id));
  const map_index = as_number(fields.map_index) ?? -1;
  client.setQueryData<TaskInstance[]>(key, (list) =>
    list?.map((t) =>
      t.task_id === fields.task_id && t.map_index === map_index ? { ...t, progress } : t,
    ),
  );
}

/** A sample of what a running try uses; without one, its rendered fields have come. */
function patch_usage(client: QueryClient, data: unknown): void {
  const fields = as_fields(data);
  const task = {
    dag_id: as_text(fields.dag_id),
    dag_run_id: as_text(fields.dag_run_id),
    task_id: as_text(fields.task_id),
    map_index: as_number(fields.map_index) ?? -1,
  };
  const key = keys.try_details(task, as_number(fields.try_number) ?? 0);
  const sample = fields.sample as UsageSample | undefined;
  if (!sample) {
    void client.invalidateQueries({ queryKey: key });
    return;
  }
  client.setQueryData<TryDetails>(
    key,
    (held) => held && { ...held, samples: with_usage(held.samples, sample) },
  );
}

function patch_import_error(client: QueryClient, data: unknown): void {
  const error = data as Partial<ImportError>;
  if (typeof error.filename !== 'string' || typeof error.message !== 'string' || !error.message) {
    void client.invalidateQueries({ queryKey: keys.import_errors });
    return;
  }
  put(client, keys.import_errors, data as ImportError, { id: (e) => e.filename, where: 'last' });
}

function patch_scene_event(client: QueryClient, data: unknown): void {
  const event = data as SceneEvent;
  put(client, keys.events, event, { id: (e) => e.event_id, where: 'first' });
  client.setQueryData(keys.event(event.event_id), event);
}

function patch_report(client: QueryClient, data: unknown): void {
  const report = data as Report;
  client.setQueryData(keys.report(report.report_id), report);
  put(client, keys.reports, report, { id: (r) => r.report_id, where: 'first' });
}

function patch_backfill(client: QueryClient, data: unknown): void {
  const backfill = data as Backfill;
  put(client, keys.backfills(backfill.dag_id), backfill, { id: (b) => b.id, where: 'first' });
}

const PATCHES: Record<string, Patch> = {
  dag: patch_dag,
  backfill: patch_backfill,
  dag_run: patch_run,
  // Its counts are the server's.
  asset_event: (client) => {
    void client.invalidateQueries({ queryKey: keys.assets });
    void client.invalidateQueries({ queryKey: keys.all_asset_events });
  },
  progress: patch_progress,
  usage: patch_usage,
  import_error: patch_import_error,
  report: patch_report,
  scene_event: patch_scene_event,
  // A model event may be the model or one variant of it, so the list is read again.
  model: (client) => {
    void client.invalidateQueries({ queryKey: keys.models });
    void client.invalidateQueries({ queryKey: ['model'] });
  },
  pack: (client, data) =>
    put(client, keys.packs, data as Pack, { id: (p) => p.digest, where: 'first' }),
  service: (client, data) =>
    put(client, keys.services, data as Service, { id: (s) => s.name, where: 'last' }),
  camera: (client, data) =>
    put(client, keys.cameras, data as Camera, { id: (c) => c.camera_id, where: 'last' }),
  notice: (client, data) => {
    const { dag_id, dag_run_id } = data as RunNotice;
    void client.invalidateQueries({ queryKey: keys.notices(dag_id, dag_run_id) });
  },
  system: (client, data) => {
    client.setQueryData<SystemHistory>(
      keys.system,
      (history) => history && with_sample(history, data as SystemSample),
    );
  },
  pool: (client) => {
    void client.invalidateQueries({ queryKey: keys.pools });
  },
  worker: (client, data) => {
    put(client, keys.workers, data as Worker, { id: (w) => w.worker_id, where: 'last' });
    void client.invalidateQueries({ queryKey: keys.health });
  },
};

interface Place {
  list: readonly unknown[];
  /** Name of the member that tells one item from another. */
  id: string;
}

/** Where a thing leaves when it comes with `deleted: true`. */
const PLACE_OF_KIND: Record<string, Place> = {
  dag: { list: keys.dags, id: 'dag_id' },
  service: { list: keys.services, id: 'name' },
  camera: { list: keys.cameras, id: 'camera_id' },
  pool: { list: keys.pools, id: 'name' },
};

function drop(client: QueryClient, place: Place, gone: Record<string, unknown>): void {
  client.setQueryData<unknown[]>(place.list, (list) =>
    list?.filter((item) => as_fields(item)[place.id] !== gone[place.id]),
  );
  // A list that was being read when this came may still hold it.
  void client.invalidateQueries({ queryKey: place.list });
}

function patch_one(client: QueryClient, event: StreamEvent): void {
  const fields = as_fields(event.data);
  if (fields.deleted === true) {
    if (event.kind === 'dag_run') drop_run(client, fields);
    const place = PLACE_OF_KIND[event.kind];
    if (place) drop(client, place, fields);
    return;
  }
  PATCHES[event.kind]?.(client, event.data);
}

const same_run = (a: TaskInstance, b: TaskInstance | undefined): boolean =>
  b !== undefined && a.dag_run_id === b.dag_run_id && a.dag_id === b.dag_id;

/** Kinds of changes that may free or take what somebody waits for. */
const MOVES = new Set(['task_instance', 'dag_run', 'dag', 'pool', 'worker', 'backfill', 'service']);

/** What the server counts or explains from all of these: why something waits, slots, loads. */
const MOVED = [keys.all_explained, keys.all_run, keys.pools, keys.workers, keys.worker_tasks];

/** Pushed changes in their order; those who watch are told once. */
export function patch_cache(client: QueryClient, events: readonly StreamEvent[]): void {
  notifyManager.batch(() => {
    let changes: TaskInstance[] = [];
    const flush = (): void => {
      if (changes.length > 0) patch_instances(client, changes);
      changes = [];
    };
    for (const event of events) {
      const instance = event.kind === 'task_instance' ? (event.data as TaskInstance) : null;
      if (!instance || (changes.length > 0 && !same_run(instance, changes[0]))) flush();
      if (instance) changes.push(instance);
      else patch_one(client, event);
    }
    flush();
  });
  if (events.some((event) => MOVES.has(event.kind))) {
    for (const key of MOVED) read_soon(client, key);
  }
}
