// SPDX-License-Identifier: Apache-2.0
// Generated from api/*.yaml by tools/codegen; do not edit.

/** State of a task instance, as in Apache Airflow; no_status is Airflow's None. */
export const TASK_STATES = ['no_status', 'scheduled', 'queued', 'running', 'success', 'failed', 'up_for_retry', 'up_for_reschedule', 'upstream_failed', 'skipped', 'deferred', 'removed', 'restarting', 'awaiting_input'] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** State of a DAG run. */
export const RUN_STATES = ['queued', 'running', 'success', 'failed'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** What created a DAG run. */
export const RUN_TYPES = ['scheduled', 'manual', 'backfill', 'asset_triggered', 'operator_triggered'] as const;
export type RunType = (typeof RUN_TYPES)[number];

/** When a task may start, given the states of its direct upstream instances. */
export const TRIGGER_RULES = ['all_success', 'all_failed', 'all_done', 'all_done_min_one_success', 'all_done_setup_success', 'one_success', 'one_failed', 'one_done', 'none_failed', 'none_failed_min_one_success', 'none_skipped', 'all_skipped', 'always'] as const;
export type TriggerRule = (typeof TRIGGER_RULES)[number];

/** What a worker reports of one attempt (workflow-semantics section 7). */
export const OUTCOMES = ['success', 'failed', 'failed_no_retry', 'skipped', 'up_for_reschedule', 'killed', 'deferred'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What a user may do, weakest first; each role holds the rights of the ones before it. */
export const ROLES = ['viewer', 'user', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface LoginRequest {
  username: string;
  password: string;
}

export interface ProjectRole {
  project: string;
  role: Role;
}

/** role - for the whole site, null when there is none. issuer - of the OpenID provider that has signed the user in; absent with a password. sign_out_url - where one signs out of it too. projects - where the user has a part by membership. */
export interface Session {
  username: string;
  role?: Role | null;
  csrf_token: string;
  must_change_password: boolean;
  issuer?: string | null;
  sign_out_url?: string | null;
  projects: ProjectRole[];
}

/** An OpenID provider. url - where a browser begins; ?next= takes the path to come back to. */
export interface SignInProvider {
  name: string;
  url: string;
}

/** Ways to sign in beside a password. */
export interface SignInOptions {
  provider?: SignInProvider | null;
}

/** A name for some of the site's DAGs and all that comes of them; the folder of that name below the DAG folder holds their files. role - of who asks, in this project. member_count - absent for those who do not administer it. */
export interface Project {
  name: string;
  description: string;
  created_at?: string | null;
  dag_count: number;
  member_count?: number | null;
  role?: Role | null;
}

export interface ProjectCreate {
  name: string;
  description?: string | null;
}

export interface ProjectPatch {
  description: string;
}

/** role - by membership; site_role - what the user may do everywhere. */
export interface Member {
  username: string;
  project: string;
  role: Role;
  site_role?: Role | null;
  granted_at: string;
  granted_by: string;
}

export interface MemberSet {
  role: Role;
}

export interface PasswordChange {
  old_password: string;
  new_password: string;
}

/** role - for the whole site; null - none, the user sees the projects that he is a member of. issuer - of the OpenID provider that signs the user in and gives that role; absent with a password. */
export interface UserInfo {
  username: string;
  role?: Role | null;
  created_at: string;
  last_login_at?: string | null;
  issuer?: string | null;
}

/** role - as in UserInfo. */
export interface UserCreate {
  username: string;
  role?: Role | null;
  password?: string | null;
}

/** one_time_password is set when none was given; it must be changed at first login. */
export interface UserCreated {
  username: string;
  role?: Role | null;
  one_time_password?: string | null;
}

/** role - as in UserInfo. */
export interface UserPatch {
  role?: Role | null;
}

/** needed - there is no user yet; the link that `aiflow serve` has printed makes the first. */
export interface SetupState {
  needed: boolean;
}

/** token - of the set-up link. Makes the first admin, and signs in. */
export interface SetupRequest {
  token: string;
  username: string;
  password: string;
}

/** A log-in that has not ended. current - the one that asks. agent - what the browser calls itself. */
export interface SessionInfo {
  id: string;
  username: string;
  created_at: string;
  expires_at: string;
  address: string;
  agent: string;
  current: boolean;
}

/** days - 90 when absent, 1 to 3650. role - the most that it may do, the user's when absent; never more than the user. read_only - it changes nothing. */
export interface TokenCreate {
  days?: number | null;
  name?: string | null;
  role?: Role | null;
  read_only?: boolean | null;
}

/** prefix - how it begins, to tell it from others. last_used_at - to the minute. */
export interface ApiToken {
  id: number;
  username: string;
  name: string;
  prefix: string;
  role: Role;
  read_only: boolean;
  created_at: string;
  last_used_at?: string | null;
  expires_at: string;
}

/** An API token of a user, shown this once; clients send it as "Authorization - Bearer TOKEN". It ends at expires_at, with the user, and with a new password. */
export interface TokenCreated {
  id: number;
  username: string;
  name: string;
  token: string;
  role: Role;
  read_only: boolean;
  expires_at: string;
}

/** A request that changed something, or was refused; never what was in it. kind - user, local (over the Unix socket), task (a task's token), worker, anonymous. action - a route's name. object_kind, object_id - what it was about; a run is DAG/RUN, a task instance DAG/RUN/TASK; both empty when it was no one thing. outcome - done, denied, failed, or unknown (the server ended while it did it). status - of the answer, 0 when unknown. */
export interface AuditEntry {
  id: number;
  at: string;
  kind: string;
  user: string;
  address: string;
  action: string;
  object_kind: string;
  object_id: string;
  dag_id: string;
  outcome: string;
  status: number;
  request_id: string;
}

/** Newest first. next_cursor - what ?cursor= takes for the entries before these; absent at the end. */
export interface AuditPage {
  items: AuditEntry[];
  next_cursor?: string | null;
}

/** An argument, of an operator or of a DAG. kinds - what it may be, the first is what a form offers (docs/guide/editor.md). minimum - of a number. is_open - it may also have other values than `choices`. templated - {{ }} in it is filled in. */
export interface OperatorField {
  name: string;
  kinds: string[];
  required: boolean;
  default: unknown;
  doc: string;
  choices?: string[] | null;
  templated: boolean;
  is_open: boolean;
  minimum?: number | null;
}

export interface OperatorInfo {
  name: string;
  group: string;
  doc: string;
  fields: OperatorField[];
}

/** common - arguments of every operator; dag - of a DAG. */
export interface OperatorCatalogue {
  operators: OperatorInfo[];
  common: OperatorField[];
  dag: OperatorField[];
}

export interface DagText {
  content: string;
}

/** Tasks that can start at the same time, when all steps before are done. */
export interface DagStep {
  tasks: string[];
}

/** What tasks ask for beside a free worker. kind - pack or pool. is_there - this server has it. */
export interface DagNeed {
  kind: string;
  name: string;
  is_there: boolean;
  tasks: string[];
}

/** Line and column from 1; `path` from the top of the document, as tasks 2 pool */
export interface DagProblem {
  message: string;
  line: number;
  column: number;
  path: string[];
}

/** What a text would do. With problems, the rest is empty. is_taken - there is a DAG of this name, of those that one may see. */
export interface DagCheck {
  problems: DagProblem[];
  dag_id: string;
  is_taken: boolean;
  steps: DagStep[];
  needs: DagNeed[];
}

/** The text of a DAG's YAML file. version - the one it is, 0 when it was changed by other means since. What it was read from is told by its ETag. */
export interface DagFileText {
  dag_id: string;
  file: string;
  content: string;
  version: number;
  saved_at?: string | null;
  saved_by: string;
}

/** A text that a DAG's file had. cause - saved, outside (changed by other means, found by the next save) or deleted. content - when one version is asked for. */
export interface DagFileVersion {
  dag_id: string;
  version_number: number;
  cause: string;
  saved_at: string;
  saved_by: string;
  content?: string | null;
}

export interface ErrorBody {
  code: string;
  message: string;
  request_id: string;
}

export interface HealthComponent {
  name: string;
  status: string;
  reason: string;
}

export interface Health {
  status: string;
  version: string;
  components: HealthComponent[];
}

/** One of the last runs of a DAG, for the bars in the list. */
export interface RunBar {
  dag_run_id: string;
  state: RunState;
  start_date?: string | null;
  end_date?: string | null;
}

/** An asset that a DAG waits for. is_new - an event of it waits for the next run. */
export interface DagAsset {
  name: string;
  is_new: boolean;
}

/** Why something is as it is and what it waits for. text - in English; code and params - for other languages, see docs/guide/explain.md. Given when one object is asked for, not in lists. */
export interface Explanation {
  code: string;
  params: Record<string, string>;
  text: string;
}

/** project - whose it is. */
export interface Dag {
  dag_id: string;
  project: string;
  dag_display_name: string;
  description: string;
  is_paused: boolean;
  owners: string[];
  tags: string[];
  timetable_summary: string;
  timetable_description: string;
  next_dagrun_run_after?: string | null;
  fileloc: string;
  version: number;
  last_parsed_time?: string | null;
  recent_runs: RunBar[];
  running_count: number;
  failed_count: number;
  has_import_errors: boolean;
  assets?: DagAsset[] | null;
  explanation?: Explanation | null;
}

export interface DagPatch {
  is_paused?: boolean | null;
}

/** is_mapped - it has an instance for each item of a value, by itself or by a group it is in. */
export interface GraphNode {
  id: string;
  label: string;
  operator_name: string;
  group?: string | null;
  trigger_rule: TriggerRule;
  is_branch: boolean;
  is_mapped: boolean;
  doc_md: string;
  params?: unknown | null;
}

/** is_mapped - the group itself is; one inside of it is not named so. */
export interface GraphGroup {
  id: string;
  label: string;
  parent?: string | null;
  is_mapped: boolean;
}

/** label - words on the edge, such as a branch's choice. */
export interface GraphEdge {
  source: string;
  target: string;
  label?: string | null;
}

/** Structure only; states come with the task instances. params - name -> {value, schema, description}; no value means that a run must give it. Of a node - its own, which go over the DAG's. */
export interface DagGraph {
  dag_id: string;
  version: number;
  params: unknown;
  nodes: GraphNode[];
  groups: GraphGroup[];
  edges: GraphEdge[];
}

export interface DagSource {
  dag_id: string;
  version: number;
  content: string;
}

/** An ended try of one of a run's task instances. */
export interface RunTry {
  task_id: string;
  map_index: number;
  try_number: number;
  state: TaskState;
  start_date?: string | null;
  end_date?: string | null;
}

/** How long a run took, or one of its tasks; of a mapped task from the first start to the last end. state - of the run or, the most telling, of the task's instances. No end_date while something of it is not over. */
export interface DurationPoint {
  dag_run_id: string;
  run_type: RunType;
  run_after: string;
  state: string;
  start_date?: string | null;
  end_date?: string | null;
  instances: number;
}

export interface RunCount {
  state: RunState;
  count: number;
}

/** A day of the DAG's time zone, from start until end. runs - those due on it; planned - runs that the schedule will make. */
export interface CalendarDay {
  date: string;
  start: string;
  end: string;
  runs: RunCount[];
  planned: number;
}

/** Days on which something was due or will be, in order. planned_until - the plan is cut here, since it holds too many runs. */
export interface Calendar {
  dag_id: string;
  timezone: string;
  days: CalendarDay[];
  planned_until?: string | null;
}

/** What differs from the version before, by names, at most 100 of each; nothing for the first one that is kept. */
export interface DagVersionInfo {
  dag_id: string;
  version_number: number;
  created_at: string;
  is_first: boolean;
  tasks_added: string[];
  tasks_removed: string[];
  tasks_changed: string[];
  settings_changed: string[];
}

export interface DagDeadline {
  name: string;
  reference: string;
  interval_ms: number;
}

/** The settings of a DAG as its file gives them. shared - what all its tasks have in common, by the names of a TaskSpec (api/dag.yaml). watchers - names of those whose messages start runs. */
export interface DagDetails {
  dag_id: string;
  version: number;
  created_at: string;
  description: string;
  doc_md: string;
  owner: string;
  tags: string[];
  schedule_kind: string;
  timezone: string;
  start_date?: string | null;
  end_date?: string | null;
  catchup: boolean;
  max_active_tasks: number;
  max_active_runs: number;
  max_consecutive_failed_dag_runs: number;
  dagrun_timeout_ms?: number | null;
  is_paused_upon_creation: boolean;
  fail_fast: boolean;
  compat: number;
  params: unknown;
  has_success_callback: boolean;
  has_failure_callback: boolean;
  deadlines: DagDeadline[];
  watchers: string[];
  assets: string[];
  task_count: number;
  group_count: number;
  shared: unknown;
}

/** folder - the first one below the DAG folder; empty when the file lies in the DAG folder itself. */
export interface ImportError {
  import_error_id: number;
  filename: string;
  folder: string;
  line?: number | null;
  timestamp: string;
  stack_trace: string;
  message: string;
}

/** deadlines_missed - how many of its DAG's. */
export interface DagRun {
  dag_id: string;
  dag_run_id: string;
  state: RunState;
  run_type: RunType;
  logical_date?: string | null;
  data_interval_start?: string | null;
  data_interval_end?: string | null;
  run_after?: string | null;
  queued_at?: string | null;
  start_date?: string | null;
  end_date?: string | null;
  conf: unknown;
  note: string;
  dag_version: number;
  cause: string;
  backfill_id?: number | null;
  deadlines_missed: number;
  explanation?: Explanation | null;
}

/** A callback of the DAG that is due or was run. kind - success, failure, deadline (its due_at was missed). state - waiting, running, success, failed. name is unique in the run. */
export interface RunNotice {
  dag_id: string;
  dag_run_id: string;
  name: string;
  kind: string;
  reason: string;
  due_at?: string | null;
  state: string;
  attempts: number;
  cause: string;
  created_at: string;
  started_at?: string | null;
  ended_at?: string | null;
}

/** One attempt that has ended. ms - how long it held its slot. */
export interface WorkloadTry {
  ms: number;
  outcome: Outcome;
}

/** How an instance went, for a simulation; return_length as the scheduler keeps it. */
export interface WorkloadTask {
  task_id: string;
  map_index: number;
  tries: WorkloadTry[];
  branch?: string[] | null;
  skip_all_downstream: boolean;
  return_length?: number | null;
}

export interface WorkloadRun {
  dag_id: string;
  dag_run_id: string;
  run_type: RunType;
  logical_date?: string | null;
  arrives: string;
  tasks: WorkloadTask[];
}

/** spec - a DagSpec (api/dag.yaml). next_* - what its schedule makes next. usual_ms - task_id -> median of its last successes. */
export interface WorkloadDag {
  dag_id: string;
  is_paused: boolean;
  spec: unknown;
  next_logical_date?: string | null;
  next_interval_start?: string | null;
  next_interval_end?: string | null;
  next_run_after?: string | null;
  usual_ms: unknown;
}

export interface WorkloadPool {
  name: string;
  slots: number;
}

/** What a simulation needs - the DAGs as they are now, the pools, and the runs that arrived in a period. */
export interface Workload {
  dags: WorkloadDag[];
  pools: WorkloadPool[];
  runs: WorkloadRun[];
}

export interface AssetTask {
  dag_id: string;
  task_id: string;
}

/** is_active - some DAG names it now. */
export interface Asset {
  name: string;
  uri: string;
  group: string;
  extra: unknown;
  is_active: boolean;
  created_at: string;
  last_event_at?: string | null;
  event_count: number;
  producing_tasks: AssetTask[];
  scheduled_dags: string[];
}

/** The source is absent when somebody outside said that the asset is new (user). */
export interface AssetEvent {
  id: number;
  name: string;
  extra: unknown;
  timestamp: string;
  source_dag_id?: string | null;
  source_run_id?: string | null;
  source_task_id?: string | null;
  source_map_index?: number | null;
  alias: string;
  user: string;
}

export interface AssetEventCreate {
  name: string;
  extra?: unknown | null;
}

export interface AssetMaterialize {
  name: string;
  conf?: unknown | null;
}

/** total - dates of the schedule in its range; skipped - of these, left alone because a run was there; the rest not yet in queued, running, success or failed is to come. */
export interface Backfill {
  id: number;
  dag_id: string;
  dag_display_name: string;
  from_date: string;
  to_date: string;
  dag_run_conf: unknown;
  is_paused: boolean;
  reprocess_behavior: string;
  run_backwards: boolean;
  max_active_runs: number;
  created_at: string;
  completed_at?: string | null;
  triggering_user_name: string;
  cause: string;
  total: number;
  skipped: number;
  queued: number;
  running: number;
  success: number;
  failed: number;
}

/** reprocess_behavior - none (the default), failed or completed; max_active_runs - 1 to 1000, 10 when absent. */
export interface BackfillCreate {
  dag_id: string;
  from_date: string;
  to_date: string;
  run_backwards?: boolean | null;
  dag_run_conf?: unknown | null;
  reprocess_behavior?: string | null;
  max_active_runs?: number | null;
}

/** A date of a backfill that would become a run. dag_run_id - the run that is there and would run again. */
export interface BackfillDate {
  logical_date: string;
  data_interval_start: string;
  data_interval_end: string;
  dag_run_id?: string | null;
}

/** use_cache - false, the run's tasks take no kept results (docs/guide/result-cache.md). */
export interface TriggerRequest {
  dag_run_id?: string | null;
  logical_date?: string | null;
  run_after?: string | null;
  conf?: unknown | null;
  note?: string | null;
  use_cache?: boolean | null;
}

export interface ProgressInfo {
  done: number;
  total: number;
  unit: string;
  what: string;
}

/** service - of a service task that runs, how its service does - starting, serving, degraded or draining. */
export interface TaskInstance {
  dag_id: string;
  dag_run_id: string;
  task_id: string;
  map_index: number;
  task_display_name: string;
  operator_name: string;
  state: TaskState;
  cause: string;
  try_number: number;
  max_tries: number;
  start_date?: string | null;
  end_date?: string | null;
  queued_when?: string | null;
  scheduled_when?: string | null;
  duration?: number | null;
  pool: string;
  priority_weight: number;
  hostname: string;
  pid?: number | null;
  progress?: ProgressInfo | null;
  explanation?: Explanation | null;
  service?: string | null;
}

/** What the attempt of a service task says of its service. state - starting, serving or degraded. cause - in words, at most 1000 bytes. value - what the task returns to others from now on (its address). */
export interface ServiceReport {
  state: string;
  cause: string;
  value?: unknown | null;
}

/** cpu_user_ms, cpu_system_ms, memory_peak_bytes, memory_mean_bytes - what it has used, where that was measured; usage_note - why not, pod - a pod is not measured. */
export interface TaskTry {
  try_number: number;
  state: TaskState;
  cause: string;
  start_date?: string | null;
  end_date?: string | null;
  hostname: string;
  cpu_user_ms?: number | null;
  cpu_system_ms?: number | null;
  memory_peak_bytes?: number | null;
  memory_mean_bytes?: number | null;
  usage_note?: string | null;
}

/** ms - since the try's start. cpu_ms - processor time used until then. memory_bytes - resident at that moment. */
export interface UsageSample {
  ms: number;
  cpu_ms: number;
  memory_bytes: number;
}

/** A try with what it used over time (at most 120 samples, growing while it runs), and its template fields as they were rendered, {name - value} without secrets; null - none were told. */
export interface TryDetails {
  try_number: number;
  state: TaskState;
  cause: string;
  start_date?: string | null;
  end_date?: string | null;
  hostname: string;
  cpu_user_ms?: number | null;
  cpu_system_ms?: number | null;
  memory_peak_bytes?: number | null;
  memory_mean_bytes?: number | null;
  usage_note?: string | null;
  samples: UsageSample[];
  rendered_fields?: unknown | null;
}

/** state - success and failed end the run, queued opens a finished one again. Only what is given changes. */
export interface DagRunPatch {
  state?: RunState | null;
  note?: string | null;
}

/** task_ids - empty, and no task_group_id - all tasks. map_index - only this instance of the mapped tasks named in task_ids. include_future, include_past - and in the runs of the DAG after and before this one. run_on_latest_version - the runs go on in the DAG's newest version; else in theirs. dry_run - only name the instances. use_cache - false, the tasks of these runs take no kept results from now on. */
export interface ClearRequest {
  dag_run_id: string;
  task_ids: string[];
  task_group_id?: string | null;
  map_index?: number | null;
  include_upstream?: boolean | null;
  include_downstream?: boolean | null;
  include_future?: boolean | null;
  include_past?: boolean | null;
  only_failed?: boolean | null;
  only_running?: boolean | null;
  run_on_latest_version?: boolean | null;
  dry_run?: boolean | null;
  use_cache?: boolean | null;
}

/** All tasks of one run; the fields as in ClearRequest. */
export interface ClearRunRequest {
  only_failed?: boolean | null;
  run_on_latest_version?: boolean | null;
  dry_run?: boolean | null;
  use_cache?: boolean | null;
}

/** include_* - also its relatives, and all these in the runs of the DAG after and before this one. What failed downstream runs again. */
export interface MarkRequest {
  new_state: TaskState;
  include_upstream?: boolean | null;
  include_downstream?: boolean | null;
  include_future?: boolean | null;
  include_past?: boolean | null;
}

/** slots -1 - no limit; open_slots is -1 then. occupied - running, queued and, with include_deferred, deferred. scheduled - wanted by tasks that wait. */
export interface Pool {
  name: string;
  slots: number;
  description: string;
  include_deferred: boolean;
  occupied_slots: number;
  running_slots: number;
  queued_slots: number;
  scheduled_slots: number;
  deferred_slots: number;
  open_slots: number;
}

export interface PoolCreate {
  name: string;
  slots: number;
  description?: string | null;
  include_deferred?: boolean | null;
}

/** Only what is given changes. */
export interface PoolPatch {
  slots?: number | null;
  description?: string | null;
  include_deferred?: boolean | null;
}

export interface TaskList {
  items: TaskInstance[];
  total_entries: number;
}

/** is_mapped - as a GraphNode's; its cells show the most telling state of its instances. */
export interface GridTask {
  task_id: string;
  label: string;
  group?: string | null;
  operator_name: string;
  is_mapped: boolean;
}

/** Runs (oldest first) x tasks (in topological order). states - a word for each run; its n-th letter is the state of the n-th task, 'a' for the first of TaskState, 'b' for the second. */
export interface Grid {
  dag_id: string;
  tasks: GridTask[];
  groups: GraphGroup[];
  runs: DagRun[];
  states: string[];
}

/** A piece of a try's log from byte `offset`; complete = the attempt has ended and this is its end. */
export interface LogChunk {
  content: string;
  next_offset: number;
  size: number;
  complete: boolean;
  truncated: boolean;
}

export interface XComItem {
  key: string;
  task_id: string;
  map_index: number;
  value: unknown;
  timestamp: string;
}

export interface XComPut {
  key: string;
  value: unknown;
}

export interface BlobInfo {
  sha256: string;
  size: number;
}

export interface BlobList {
  sha256: string[];
}

export interface ArtifactUse {
  dag_id: string;
  dag_run_id: string;
  task_id: string;
  map_index: number;
  try_number: number;
  used_at: string;
}

/** A file or directory (kind - file, dir) that a task saved under a name. sha256 - of the file, or of the directory's tree (docs/guide/artifacts.md); size - bytes of all files; uses - who fetched it, newest first, at most 100. */
export interface Artifact {
  artifact_id: number;
  name: string;
  kind: string;
  sha256: string;
  size: number;
  files: number;
  media_type: string;
  dag_id: string;
  dag_run_id: string;
  task_id: string;
  map_index: number;
  try_number: number;
  created_at: string;
  uses: ArtifactUse[];
}

/** What the attempt saved; its content is among the blobs already. Others see it when the attempt has ended with success. */
export interface ArtifactCreate {
  name: string;
  kind: string;
  sha256: string;
  media_type?: string | null;
}

export interface CacheLookup {
  key: string;
}

/** An earlier task's result. xcoms - [{key, value}]. Its artifacts are the asking attempt's from now on. */
export interface CacheHit {
  dag_id: string;
  dag_run_id: string;
  task_id: string;
  map_index: number;
  created_at: string;
  xcoms: unknown;
}

export interface CachedResult {
  key: string;
  dag_id: string;
  dag_run_id: string;
  task_id: string;
  map_index: number;
  try_number: number;
  created_at: string;
  expires_at?: string | null;
  hits: number;
  used_at: string;
}

export interface Removed {
  count: number;
}

/** id - KIND:ID, see docs/guide/lineage.md; depth - edges away from the one that was asked for. */
export interface LineageNode {
  id: string;
  kind: string;
  label: string;
  detail: string;
  at?: string | null;
  depth: number;
}

/** From what was there first to what came of it. */
export interface LineageEdge {
  source: string;
  target: string;
  relation: string;
}

/** What led to a node (up) or came of it (down), the node itself first. truncated - there is more than the answer may hold. */
export interface LineageGraph {
  nodes: LineageNode[];
  edges: LineageEdge[];
  truncated: boolean;
}

/** What is kept for how long; a missing member - for ever, but audit_rows, which is 1000000 then (docs/guide/retention.md). */
export interface RetentionPolicy {
  run_days?: number | null;
  log_days?: number | null;
  xcom_days?: number | null;
  artifact_days?: number | null;
  artifact_bytes_max?: number | null;
  event_log_rows: number;
  unused_hours: number;
  audit_days?: number | null;
  audit_rows?: number | null;
}

export interface GarbageRequest {
  dry_run?: boolean | null;
}

export interface GarbageItem {
  kind: string;
  count: number;
  size: number;
}

/** more - the call has done as much as one call does. */
export interface GarbageReport {
  dry_run: boolean;
  more: boolean;
  items: GarbageItem[];
}

/** The thread - which DAG run, task and try made or deployed a thing (empty strings when a person did). */
export interface Lineage {
  dag_id: string;
  dag_run_id: string;
  task_id: string;
  try_number: number;
  username: string;
}

export interface ModelVariant {
  variant_id: number;
  model: string;
  version: number;
  variant: string;
  format: string;
  blob: BlobInfo;
  decoder: unknown;
  method: unknown;
  parent_variant_id?: number | null;
  created_at: string;
  lineage: Lineage;
}

export interface ModelVersion {
  version: number;
  created_at: string;
  variants: ModelVariant[];
}

export interface Model {
  name: string;
  description: string;
  task: string;
  licence: string;
  source: string;
  created_at: string;
  versions: ModelVersion[];
}

/** version 0 = a new version. method says how it was made (passes, quantisation, calibration frames). */
export interface VariantCreate {
  model: string;
  description?: string | null;
  task?: string | null;
  licence?: string | null;
  source?: string | null;
  version: number;
  variant: string;
  format: string;
  blob_sha256: string;
  decoder: unknown;
  method: unknown;
  parent_variant_id?: number | null;
}

/** Comparison of variants of one version on one device. body - see docs/guide/reports.md. */
export interface Report {
  report_id: number;
  model: string;
  version: number;
  created_at: string;
  title: string;
  device: string;
  body: unknown;
  lineage: Lineage;
}

export interface ReportCreate {
  model: string;
  version: number;
  title: string;
  device: string;
  body: unknown;
}

export interface Pack {
  digest: string;
  name: string;
  version: string;
  engine: string;
  size: number;
  files: number;
  created_at: string;
  source: string;
  licence: string;
  manifest: unknown;
  lineage: Lineage;
}

/** blob_sha256 is the pack's archive (tar.zst, uploaded before); the server unpacks and verifies it and refuses another digest. */
export interface PackCreate {
  digest: string;
  blob_sha256: string;
}

export interface Service {
  name: string;
  state: string;
  cause: string;
  model: string;
  version: number;
  variant: string;
  variant_id: number;
  pack_digest: string;
  report_id?: number | null;
  pid?: number | null;
  started_at?: string | null;
  created_at: string;
  restarts: number;
  address: string;
  requests: number;
  latency_ms_p50?: number | null;
  latency_ms_p99?: number | null;
  lineage: Lineage;
}

/** pack - digest or name. The old variant serves until the new one is ready. */
export interface ServiceDeploy {
  name: string;
  model: string;
  version: number;
  variant: string;
  pack: string;
  report_id?: number | null;
  threads?: number | null;
}

export interface Camera {
  camera_id: string;
  name: string;
  source: string;
  state: string;
  cause: string;
  service: string;
  rules: unknown;
  start_frame: number;
  end_frame?: number | null;
  realtime: boolean;
  frame: number;
  frames_total: number;
  fps: number;
  tracks: number;
  counts: unknown;
  event_count: number;
  dropped: number;
  created_at: string;
  lineage: Lineage;
  stats: unknown;
}

/** Creates or replaces a camera; it starts at once. */
export interface CameraCreate {
  camera_id: string;
  name?: string | null;
  source: string;
  service: string;
  rules: unknown;
  classes?: string[] | null;
  start_frame?: number | null;
  end_frame?: number | null;
  realtime?: boolean | null;
  score_min?: number | null;
  detect_fps?: number | null;
}

export interface SceneEvent {
  event_id: string;
  camera_id: string;
  rule_id: string;
  rule_name: string;
  kind: string;
  state: string;
  started_at: string;
  ended_at?: string | null;
  media_time_ms: number;
  frame: number;
  track_ids: number[];
  label: string;
  score: number;
  points: unknown;
  values: unknown;
  snapshot_sha256?: string | null;
  service: string;
  model: string;
  version: number;
  variant: string;
  variant_id: number;
  report_id?: number | null;
  pack_digest: string;
  lineage: Lineage;
}

export interface SceneEventPatch {
  state: string;
}

/** size - bytes of its files. */
export interface WorkerPack {
  name: string;
  version: string;
  digest: string;
  size: number;
}

/** state - connected, draining, lost or revoked (within its lease), gone. slots - 0 while it takes no jobs, as a cordoned one. cpus, load - processors of its machine, and its load average over a minute; cpu_used - the busy part of its processors, 0 to 1; memory_bytes, memory_used_bytes - of its machine, the latter without caches; absent where nobody tells. packs - runtime packs that it holds. */
export interface Worker {
  worker_id: string;
  state: string;
  slots: number;
  running: number;
  pid: number;
  version: string;
  last_seen: string;
  executors: string[];
  queues: string[];
  labels: Record<string, string>;
  host: string;
  cordoned: boolean;
  cpus?: number | null;
  load?: number | null;
  cpu_used?: number | null;
  memory_bytes?: number | null;
  memory_used_bytes?: number | null;
  packs: WorkerPack[];
}

/** A task instance that a worker runs now. */
export interface WorkerTask {
  worker_id: string;
  dag_id: string;
  dag_run_id: string;
  task_id: string;
  map_index: number;
  try_number: number;
  start_date?: string | null;
}

/** minutes - 60 when absent, 1 to 10080; uses - workers that may join by it, 1 when absent. */
export interface JoinTokenCreate {
  minutes?: number | null;
  uses?: number | null;
}

/** Shown this once; a worker elsewhere joins by it (docs/guide/workers.md). */
export interface JoinToken {
  token: string;
  expires_at: string;
  uses: number;
}

/** The worker makes its own credential and tells its SHA-256 alone, so that asking again after a lost answer joins once. */
export interface WorkerJoin {
  token: string;
  worker_id: string;
  credential_sha256: string;
}

export interface WorkerJoined {
  worker_id: string;
}

/** A worker that has joined. last_seen_at - when it last connected. */
export interface WorkerCredential {
  worker_id: string;
  joined_at: string;
  last_seen_at?: string | null;
  joined_from: string;
}

/** One Server-Sent Event on /api/v2/stream; id = event_log row (0 for unstored ones such as progress). kind - hello (first of a new stream), dag, dag_run, backfill, asset_event, task_instance, import_error, progress, usage, model, report, pack, service, camera, scene_event, worker, pool, notice, system. data - the changed object as its list route would give it; of one that was removed, as it was last with a true member deleted. */
export interface StreamEvent {
  id: number;
  kind: string;
  at: string;
  data: unknown;
}

/** Where workers elsewhere join and connect. is_separate - a listener for them alone, as --workers-listen says; is_local - only programs on the server's machine reach it. */
export interface WorkerAddress {
  url: string;
  is_separate: boolean;
  is_local: boolean;
}

/** level - debug, info, warning or error. text - a constant message, then fields as name=value; secrets are masked. ids rise, also over a restart. */
export interface ServerLogLine {
  id: number;
  at: string;
  level: string;
  text: string;
}

/** Oldest first. before_cursor - what ?before= takes for the lines before these; absent when there are none. after_cursor - what ?after= takes, also of the stream, for those that come after. missed - lines after the asked-for ?after= are kept no longer. */
export interface ServerLogPage {
  items: ServerLogLine[];
  before_cursor?: number | null;
  after_cursor: number;
  missed: boolean;
}

/** A queue whose tasks wait - ready, and no worker has begun them. since - when the first of them became ready. */
export interface QueueWait {
  queue: string;
  waiting: number;
  since?: string | null;
}

/** Also the data of events of kind system on the stream, every 5 s. cpu_cores - processors' time used a second since the last sample. tasks, runs - of unfinished runs by state. host_cpu - the busy part of all processors of its machine since the last sample, 0 to 1; host_memory_used_bytes - without caches. steps - of the scheduler since the last sample; the times are of these. queues - the first hundred whose tasks wait; the newest sample alone has them. What could not be read is absent. */
export interface SystemSample {
  at: string;
  cpu_cores?: number | null;
  resident_bytes?: number | null;
  host_cpu?: number | null;
  host_memory_bytes?: number | null;
  host_memory_used_bytes?: number | null;
  disk_free_bytes?: number | null;
  database_bytes?: number | null;
  scheduler_waiting: number;
  queues: QueueWait[];
  outbox?: number | null;
  event_streams: number;
  http_connections: number;
  workers: number;
  tasks: Record<string, number>;
  runs: Record<string, number>;
  steps: number;
  decide_p50_ms: number;
  decide_p99_ms: number;
  commit_p50_ms: number;
  commit_p99_ms: number;
}

/** seconds - every 5 s for an hour. minutes - one a minute for a day, with the minute's mean cpu_cores and its worst p99. Oldest first; both are empty after a start. */
export interface SystemHistory {
  seconds: SystemSample[];
  minutes: SystemSample[];
}

/** Kept by the server, encrypted, for the tasks of its project. value - absent when is_secret; nobody but a running task gets it then. problem - why it cannot be read. */
export interface Variable {
  project: string;
  key: string;
  value?: string | null;
  is_secret: boolean;
  description: string;
  updated_at: string;
  updated_by: string;
  problem?: string | null;
}

/** is_secret - when absent, as the name says (password, token, ...). */
export interface VariableSet {
  value: string;
  is_secret?: boolean | null;
  description?: string | null;
}

/** What may be shown of a connection; how to sign in there is for running tasks alone. problem - why it cannot be read. */
export interface Connection {
  project: string;
  conn_id: string;
  conn_type: string;
  host: string;
  description: string;
  updated_at: string;
  updated_by: string;
  problem?: string | null;
}

/** text - a URI, or a JSON object with conn_type, as in AIRFLOW_CONN_... */
export interface ConnectionSet {
  text: string;
  description?: string | null;
}

/** A variable's or a connection's text, for a running task. */
export interface TaskValue {
  text: string;
  is_secret: boolean;
}

/** key_id - of the new key; count - values that it has sealed anew. */
export interface KeyRotated {
  key_id: string;
  count: number;
}

/** kind - variable or connection. text - in plain. */
export interface OpenValue {
  project: string;
  kind: string;
  name: string;
  text: string;
  is_secret: boolean;
  description: string;
}

export interface OpenValues {
  items: OpenValue[];
}

export interface Point {
  x: number;
  y: number;
}

/** Coordinates are fractions of the frame's width and height. Meaning and defaults - video.md section 6. */
export interface RuleConfig {
  rule_id: string;
  kind: string;
  name: string;
  points: Point[];
  classes: string[];
  params: unknown;
}

export interface CameraConfig {
  camera_id: string;
  source: string;
  start_frame: number;
  end_frame?: number | null;
  realtime: boolean;
  infer_socket: string;
  classes: string[];
  score_min: number;
  detect_fps: number;
  rules: RuleConfig[];
  live_fps: number;
  event_key?: string | null;
}

export interface TrackWire {
  track_id: number;
  label: string;
  score: number;
  x: number;
  y: number;
  w: number;
  h: number;
  confirmed: boolean;
}

/** Up; payload = JPEG with the first frame, then at live_fps if live, else 1 a second; or empty. */
export interface FrameReport {
  frame: number;
  frames_total: number;
  media_time_us: number;
  width: number;
  height: number;
  tracks: TrackWire[];
  counts: Record<string, number>;
  dropped: number;
  decode_us: number;
  detect_us: number;
  track_us: number;
  rules_us: number;
  encode_us: number;
}

/** Up; payload = snapshot JPEG with the deciding box, zone and point drawn. phase - start | end. */
export interface SceneEventReport {
  event_id: string;
  rule_id: string;
  kind: string;
  phase: string;
  media_time_us: number;
  frame: number;
  track_ids: number[];
  label: string;
  score: number;
  points: Point[];
  values: unknown;
}

/** Up, the last message; payload = JPEG of the last frame, empty when there was none. */
export interface CameraEnded {
  reason: string;
  error?: string | null;
  frames: number;
  events: number;
  dropped: number;
  seconds: number;
  decode_us_mean: number;
  detect_us_mean: number;
  overhead_us_mean: number;
}

/** Down; pictures wanted or not. */
export interface LiveSwitch {
  on: boolean;
}

export interface CameraStop {
}

export const ROUTES = {
  login: { method: 'POST', path: '/auth/login' },
  get_sign_in: { method: 'GET', path: '/auth/signIn' },
  begin_provider_sign_in: { method: 'GET', path: '/auth/oidc/start' },
  finish_provider_sign_in: { method: 'GET', path: '/auth/oidc/callback' },
  logout: { method: 'POST', path: '/auth/logout' },
  who_am_i: { method: 'GET', path: '/auth/me' },
  change_password: { method: 'POST', path: '/auth/password' },
  list_own_sessions: { method: 'GET', path: '/auth/sessions' },
  end_own_session: { method: 'DELETE', path: '/auth/sessions/{session_id}' },
  list_own_tokens: { method: 'GET', path: '/auth/tokens' },
  create_own_token: { method: 'POST', path: '/auth/tokens' },
  revoke_own_token: { method: 'DELETE', path: '/auth/tokens/{token_id}' },
  get_setup: { method: 'GET', path: '/auth/setup' },
  complete_setup: { method: 'POST', path: '/auth/setup' },
  list_projects: { method: 'GET', path: '/api/v2/projects' },
  create_project: { method: 'POST', path: '/api/v2/projects' },
  get_project: { method: 'GET', path: '/api/v2/projects/{project}' },
  patch_project: { method: 'PATCH', path: '/api/v2/projects/{project}' },
  delete_project: { method: 'DELETE', path: '/api/v2/projects/{project}' },
  list_members: { method: 'GET', path: '/api/v2/projects/{project}/members' },
  put_member: { method: 'PUT', path: '/api/v2/projects/{project}/members/{username}' },
  delete_member: { method: 'DELETE', path: '/api/v2/projects/{project}/members/{username}' },
  list_users: { method: 'GET', path: '/api/v2/users' },
  create_user: { method: 'POST', path: '/api/v2/users' },
  patch_user: { method: 'PATCH', path: '/api/v2/users/{username}' },
  delete_user: { method: 'DELETE', path: '/api/v2/users/{username}' },
  reset_password: { method: 'POST', path: '/api/v2/users/{username}/password' },
  create_token: { method: 'POST', path: '/api/v2/users/{username}/tokens' },
  list_tokens: { method: 'GET', path: '/api/v2/tokens' },
  revoke_token: { method: 'DELETE', path: '/api/v2/tokens/{token_id}' },
  system_history: { method: 'GET', path: '/api/v2/monitor/system' },
  list_server_log: { method: 'GET', path: '/api/v2/monitor/logs' },
  stream_server_log: { method: 'GET', path: '/api/v2/monitor/logs/stream' },
  list_variables: { method: 'GET', path: '/api/v2/variables' },
  put_variable: { method: 'PUT', path: '/api/v2/variables/{variable_key}' },
  delete_variable: { method: 'DELETE', path: '/api/v2/variables/{variable_key}' },
  list_connections: { method: 'GET', path: '/api/v2/connections' },
  put_connection: { method: 'PUT', path: '/api/v2/connections/{conn_id}' },
  delete_connection: { method: 'DELETE', path: '/api/v2/connections/{conn_id}' },
  put_project_variable: { method: 'PUT', path: '/api/v2/projects/{project}/variables/{variable_key}' },
  delete_project_variable: { method: 'DELETE', path: '/api/v2/projects/{project}/variables/{variable_key}' },
  put_project_connection: { method: 'PUT', path: '/api/v2/projects/{project}/connections/{conn_id}' },
  delete_project_connection: { method: 'DELETE', path: '/api/v2/projects/{project}/connections/{conn_id}' },
  get_task_variable: { method: 'GET', path: '/api/v2/taskValues/variables/{variable_key}' },
  get_task_connection: { method: 'GET', path: '/api/v2/taskValues/connections/{conn_id}' },
  rotate_secrets_key: { method: 'POST', path: '/api/v2/secretsKey' },
  open_values: { method: 'POST', path: '/api/v2/openValues' },
  list_operators: { method: 'GET', path: '/api/v2/operators' },
  check_dag_text: { method: 'POST', path: '/api/v2/dagFiles' },
  get_dag_file: { method: 'GET', path: '/api/v2/dagFiles/{dag_id}' },
  put_dag_file: { method: 'PUT', path: '/api/v2/dagFiles/{dag_id}' },
  make_dag_file: { method: 'POST', path: '/api/v2/projects/{project}/dagFiles' },
  delete_dag_file: { method: 'DELETE', path: '/api/v2/dagFiles/{dag_id}' },
  list_dag_file_versions: { method: 'GET', path: '/api/v2/dagFiles/{dag_id}/versions' },
  get_dag_file_version: { method: 'GET', path: '/api/v2/dagFiles/{dag_id}/versions/{version_number}' },
  list_audit: { method: 'GET', path: '/api/v2/audit' },
  export_audit: { method: 'GET', path: '/api/v2/audit/export' },
  list_dag_audit: { method: 'GET', path: '/api/v2/dags/{dag_id}/audit' },
  health: { method: 'GET', path: '/api/v2/monitor/health' },
  get_metrics: { method: 'GET', path: '/metrics' },
  stream: { method: 'GET', path: '/api/v2/stream' },
  list_dags: { method: 'GET', path: '/api/v2/dags' },
  get_dag: { method: 'GET', path: '/api/v2/dags/{dag_id}' },
  patch_dag: { method: 'PATCH', path: '/api/v2/dags/{dag_id}' },
  get_dag_graph: { method: 'GET', path: '/api/v2/dags/{dag_id}/graph' },
  get_dag_source: { method: 'GET', path: '/api/v2/dagSources/{dag_id}' },
  get_workload: { method: 'GET', path: '/api/v2/workload' },
  get_grid: { method: 'GET', path: '/api/v2/dags/{dag_id}/grid' },
  get_dag_details: { method: 'GET', path: '/api/v2/dags/{dag_id}/details' },
  list_dag_versions: { method: 'GET', path: '/api/v2/dags/{dag_id}/dagVersions' },
  list_durations: { method: 'GET', path: '/api/v2/dags/{dag_id}/durations' },
  get_calendar: { method: 'GET', path: '/api/v2/dags/{dag_id}/calendar' },
  list_run_tries: { method: 'GET', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/tries' },
  list_import_errors: { method: 'GET', path: '/api/v2/importErrors' },
  list_dag_runs: { method: 'GET', path: '/api/v2/dags/{dag_id}/dagRuns' },
  trigger_dag_run: { method: 'POST', path: '/api/v2/dags/{dag_id}/dagRuns' },
  list_assets: { method: 'GET', path: '/api/v2/assets' },
  list_asset_events: { method: 'GET', path: '/api/v2/assets/events' },
  create_asset_event: { method: 'POST', path: '/api/v2/assets/events' },
  materialize_asset: { method: 'POST', path: '/api/v2/assets/materialize' },
  list_upstream_asset_events: { method: 'GET', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/upstreamAssetEvents' },
  list_backfills: { method: 'GET', path: '/api/v2/backfills' },
  create_backfill: { method: 'POST', path: '/api/v2/backfills' },
  dry_run_backfill: { method: 'POST', path: '/api/v2/backfills/dry_run' },
  get_backfill: { method: 'GET', path: '/api/v2/backfills/{backfill_id}' },
  pause_backfill: { method: 'PUT', path: '/api/v2/backfills/{backfill_id}/pause' },
  unpause_backfill: { method: 'PUT', path: '/api/v2/backfills/{backfill_id}/unpause' },
  cancel_backfill: { method: 'PUT', path: '/api/v2/backfills/{backfill_id}/cancel' },
  receive_webhook: { method: 'POST', path: '/api/v2/dags/{dag_id}/webhooks/{name}' },
  get_dag_run: { method: 'GET', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}' },
  patch_dag_run: { method: 'PATCH', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}' },
  delete_dag_run: { method: 'DELETE', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}' },
  clear_dag_run: { method: 'POST', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/clear' },
  list_run_notices: { method: 'GET', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/notices' },
  get_notice_log: { method: 'GET', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/notices/{notice_name}/log' },
  list_task_instances: { method: 'GET', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances' },
  get_task_instance: { method: 'GET', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}' },
  mark_task_instance: { method: 'PATCH', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}' },
  preview_mark: { method: 'PATCH', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/dry_run' },
  list_tries: { method: 'GET', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/tries' },
  get_try: { method: 'GET', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/tries/{try_number}' },
  get_log: { method: 'GET', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/logs/{try_number}' },
  stream_log: { method: 'GET', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/logs/{try_number}/stream' },
  list_xcoms: { method: 'GET', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/xcomEntries' },
  get_xcom: { method: 'GET', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/xcomEntries/{xcom_key}' },
  delete_xcom: { method: 'DELETE', path: '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/xcomEntries/{xcom_key}' },
  clear_task_instances: { method: 'POST', path: '/api/v2/dags/{dag_id}/clearTaskInstances' },
  list_pools: { method: 'GET', path: '/api/v2/pools' },
  create_pool: { method: 'POST', path: '/api/v2/pools' },
  get_pool: { method: 'GET', path: '/api/v2/pools/{pool_name}' },
  patch_pool: { method: 'PATCH', path: '/api/v2/pools/{pool_name}' },
  delete_pool: { method: 'DELETE', path: '/api/v2/pools/{pool_name}' },
  put_blob: { method: 'POST', path: '/api/v2/blobs' },
  get_blob: { method: 'GET', path: '/api/v2/blobs/{sha256}' },
  find_missing_blobs: { method: 'POST', path: '/api/v2/blobs/missing' },
  list_artifacts: { method: 'GET', path: '/api/v2/artifacts' },
  get_artifact: { method: 'GET', path: '/api/v2/artifacts/{artifact_id}' },
  create_artifact: { method: 'POST', path: '/api/v2/artifacts' },
  use_artifact: { method: 'POST', path: '/api/v2/artifacts/{artifact_id}/uses' },
  delete_artifact: { method: 'DELETE', path: '/api/v2/artifacts/{artifact_id}' },
  report_service: { method: 'PUT', path: '/api/v2/taskService' },
  lookup_cached_result: { method: 'POST', path: '/api/v2/resultCache/lookup' },
  list_cached_results: { method: 'GET', path: '/api/v2/resultCache' },
  clear_cached_results: { method: 'DELETE', path: '/api/v2/resultCache' },
  get_lineage: { method: 'GET', path: '/api/v2/lineage' },
  get_retention: { method: 'GET', path: '/api/v2/retention' },
  put_retention: { method: 'PUT', path: '/api/v2/retention' },
  collect_garbage: { method: 'POST', path: '/api/v2/garbage' },
  list_models: { method: 'GET', path: '/api/v2/models' },
  get_model: { method: 'GET', path: '/api/v2/models/{model}' },
  create_variant: { method: 'POST', path: '/api/v2/variants' },
  get_variant: { method: 'GET', path: '/api/v2/variants/{variant_id}' },
  create_report: { method: 'POST', path: '/api/v2/reports' },
  list_reports: { method: 'GET', path: '/api/v2/reports' },
  get_report: { method: 'GET', path: '/api/v2/reports/{report_id}' },
  list_packs: { method: 'GET', path: '/api/v2/packs' },
  get_pack: { method: 'GET', path: '/api/v2/packs/{digest}' },
  get_pack_file: { method: 'GET', path: '/api/v2/packs/{digest}/file' },
  create_pack: { method: 'POST', path: '/api/v2/packs' },
  list_services: { method: 'GET', path: '/api/v2/services' },
  get_service: { method: 'GET', path: '/api/v2/services/{name}' },
  deploy_service: { method: 'POST', path: '/api/v2/services' },
  delete_service: { method: 'DELETE', path: '/api/v2/services/{name}' },
  list_cameras: { method: 'GET', path: '/api/v2/cameras' },
  get_camera: { method: 'GET', path: '/api/v2/cameras/{camera_id}' },
  create_camera: { method: 'POST', path: '/api/v2/cameras' },
  stop_camera: { method: 'POST', path: '/api/v2/cameras/{camera_id}/stop' },
  delete_camera: { method: 'DELETE', path: '/api/v2/cameras/{camera_id}' },
  live_camera: { method: 'GET', path: '/api/v2/cameras/{camera_id}/live' },
  camera_picture: { method: 'GET', path: '/api/v2/cameras/{camera_id}/picture' },
  list_scene_events: { method: 'GET', path: '/api/v2/events' },
  get_scene_event: { method: 'GET', path: '/api/v2/events/{event_id}' },
  patch_scene_event: { method: 'PATCH', path: '/api/v2/events/{event_id}' },
  scene_event_snapshot: { method: 'GET', path: '/api/v2/events/{event_id}/snapshot' },
  list_workers: { method: 'GET', path: '/api/v2/workers' },
  list_worker_tasks: { method: 'GET', path: '/api/v2/workers/tasks' },
  worker_address: { method: 'GET', path: '/api/v2/workers/address' },
  create_join_token: { method: 'POST', path: '/api/v2/workers/joinTokens' },
  join_worker: { method: 'POST', path: '/api/v2/workers/join' },
  list_worker_credentials: { method: 'GET', path: '/api/v2/workers/credentials' },
  revoke_worker: { method: 'DELETE', path: '/api/v2/workers/credentials/{worker_id}' },
  worker_link: { method: 'GET', path: '/api/v2/workers/link' },
  cordon_worker: { method: 'POST', path: '/api/v2/workers/{worker_id}/cordon' },
  uncordon_worker: { method: 'POST', path: '/api/v2/workers/{worker_id}/uncordon' },
  drain_worker: { method: 'POST', path: '/api/v2/workers/{worker_id}/drain' },
  oip_server: { method: 'GET', path: '/v2' },
  oip_live: { method: 'GET', path: '/v2/health/live' },
  oip_ready: { method: 'GET', path: '/v2/health/ready' },
  oip_model: { method: 'GET', path: '/v2/models/{model}' },
  oip_model_version: { method: 'GET', path: '/v2/models/{model}/versions/{version}' },
  oip_model_ready: { method: 'GET', path: '/v2/models/{model}/ready' },
  oip_model_version_ready: { method: 'GET', path: '/v2/models/{model}/versions/{version}/ready' },
  oip_infer: { method: 'POST', path: '/v2/models/{model}/infer' },
  oip_infer_version: { method: 'POST', path: '/v2/models/{model}/versions/{version}/infer' },
} as const;
