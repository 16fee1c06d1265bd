// SPDX-License-Identifier: Apache-2.0
// Names of everything in the query cache, so that the stream's patches and the hooks agree.

export interface InstanceKey {
  dag_id: string;
  dag_run_id: string;
  task_id: string;
  /** -1 = of a task that is not mapped, or not expanded yet. */
  map_index: number;
}

const parts = (task: InstanceKey): [string, string, string, number] => [
  task.dag_id,
  task.dag_run_id,
  task.task_id,
  task.map_index,
];

/** What is kept of one run: all of these begin with its DAG and its id. */
const KINDS_OF_RUN: ReadonlySet<unknown> = new Set([
  'instances',
  'run_tries',
  'run',
  'notices',
  'tries',
  'try',
  'xcoms',
  'artifacts',
  'lineage',
  'explained',
]);

/** Is this the key of something of a run, of the given one if any? */
export function is_of_run(
  key: readonly unknown[],
  run?: Pick<InstanceKey, 'dag_id' | 'dag_run_id'>,
): boolean {
  if (!KINDS_OF_RUN.has(key[0])) return false;
  return !run || (key[1] === run.dag_id && key[2] === run.dag_run_id);
}

export const keys = {
  session: ['session'] as const,
  session_ended: ['session_ended'] as const,
  health: ['health'] as const,
  users: ['users'] as const,
  projects: ['projects'] as const,
  members: (project: string) => ['members', project] as const,
  all_members: ['members'] as const,
  setup: ['setup'] as const,
  sign_in: ['sign_in'] as const,
  own_sessions: ['own_sessions'] as const,
  tokens: ['tokens'] as const,
  tokens_of: (whose: 'own' | 'all') => ['tokens', whose] as const,
  audit: (filter: object) => ['audit', filter] as const,
  workers: ['workers'] as const,
  worker_address: ['worker_address'] as const,
  system: ['system'] as const,
  variables: ['variables'] as const,
  connections: ['connections'] as const,
  worker_tasks: ['worker_tasks'] as const,
  assets: ['assets'] as const,
  asset_events: (name: string) => ['asset_events', name] as const,
  all_asset_events: ['asset_events'] as const,
  pools: ['pools'] as const,
  dags: ['dags'] as const,
  dag: (dag_id: string) => ['dag', dag_id] as const,
  graph: (dag_id: string) => ['graph', dag_id] as const,
  source: (dag_id: string, ...version: number[]) => ['source', dag_id, ...version] as const,
  grid: (dag_id: string, runs: number) => ['grid', dag_id, runs] as const,
  /** Of a DAG, with however many runs. */
  grids: (dag_id: string) => ['grid', dag_id] as const,
  runs: (dag_id: string) => ['runs', dag_id] as const,
  details: (dag_id: string) => ['details', dag_id] as const,
  versions: (dag_id: string) => ['versions', dag_id] as const,
  /** Of all runs of a DAG; `of` and `last` tell one answer from another. */
  durations: (dag_id: string, ...of: (string | number)[]) => ['durations', dag_id, ...of] as const,
  calendar: (dag_id: string, ...of: (string | number)[]) => ['calendar', dag_id, ...of] as const,
  backfills: (dag_id: string) => ['backfills', dag_id] as const,
  instances: (dag_id: string, run_id: string) => ['instances', dag_id, run_id] as const,
  tries: (task: InstanceKey) => ['tries', ...parts(task)] as const,
  try_details: (task: InstanceKey, try_number: number) =>
    ['try', ...parts(task), try_number] as const,
  run_tries: (dag_id: string, run_id: string) => ['run_tries', dag_id, run_id] as const,
  run: (dag_id: string, run_id: string) => ['run', dag_id, run_id] as const,
  all_run: ['run'] as const,
  notices: (dag_id: string, run_id: string) => ['notices', dag_id, run_id] as const,
  xcoms: (task: InstanceKey) => ['xcoms', ...parts(task)] as const,
  artifacts: (task: InstanceKey) => ['artifacts', ...parts(task)] as const,
  lineage: (task: InstanceKey, direction: string) =>
    ['lineage', ...parts(task), direction] as const,
  explained: (task: InstanceKey) => ['explained', ...parts(task)] as const,
  all_explained: ['explained'] as const,
  operators: ['operators'] as const,
  dag_file: (dag_id: string) => ['dag_file', dag_id] as const,
  dag_texts: (dag_id: string, ...version: number[]) => ['dag_texts', dag_id, ...version] as const,
  import_errors: ['import_errors'] as const,
  models: ['models'] as const,
  model: (name: string) => ['model', name] as const,
  variant: (variant_id: number) => ['variant', variant_id] as const,
  reports: ['reports'] as const,
  report: (report_id: number) => ['report', report_id] as const,
  packs: ['packs'] as const,
  services: ['services'] as const,
  cameras: ['cameras'] as const,
  events: ['events'] as const,
  event: (event_id: string) => ['event', event_id] as const,
};
