-- SPDX-License-Identifier: Apache-2.0
-- Times: INTEGER microseconds since 1970-01-01 UTC. JSON: TEXT. Booleans: 0 or 1.

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Workflows -----------------------------------------------------------------------------------

CREATE TABLE dags (
  dag_id TEXT PRIMARY KEY,
  fileloc TEXT NOT NULL,
  is_paused INTEGER NOT NULL,
  is_active INTEGER NOT NULL,
  version INTEGER NOT NULL,
  last_parsed_at INTEGER,
  created_at INTEGER NOT NULL,
  last_logical_date INTEGER,
  last_interval_start INTEGER,
  last_interval_end INTEGER,
  last_run_after INTEGER,
  next_logical_date INTEGER,
  next_interval_start INTEGER,
  next_interval_end INTEGER,
  next_run_after INTEGER,
  consecutive_failed_runs INTEGER NOT NULL,
  last_run_number INTEGER NOT NULL,
  cause TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE dag_versions (
  dag_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  spec TEXT NOT NULL,
  source TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (dag_id, version)
) STRICT;

CREATE TABLE import_errors (
  import_error_id INTEGER PRIMARY KEY AUTOINCREMENT,
  filename TEXT NOT NULL UNIQUE,
  line INTEGER,
  timestamp INTEGER NOT NULL,
  stack_trace TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT;

CREATE TABLE dag_runs (
  dag_id TEXT NOT NULL REFERENCES dags,
  run_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  state TEXT NOT NULL,
  run_type TEXT NOT NULL,
  logical_date INTEGER,
  data_interval_start INTEGER,
  data_interval_end INTEGER,
  run_after INTEGER NOT NULL,
  queued_at INTEGER NOT NULL,
  start_date INTEGER,
  end_date INTEGER,
  conf TEXT NOT NULL,
  note TEXT NOT NULL,
  dag_version INTEGER NOT NULL,
  cause TEXT NOT NULL,
  triggered_by TEXT NOT NULL,
  clear_number INTEGER NOT NULL,
  PRIMARY KEY (dag_id, run_id),
  FOREIGN KEY (dag_id, dag_version) REFERENCES dag_versions
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX dag_runs_logical_date ON dag_runs (dag_id, logical_date)
  WHERE logical_date IS NOT NULL;
CREATE INDEX dag_runs_unfinished ON dag_runs (state) WHERE state IN ('queued', 'running');
CREATE INDEX dag_runs_run_after ON dag_runs (dag_id, run_after, number);

CREATE TABLE task_instances (
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  map_index INTEGER NOT NULL,
  state TEXT NOT NULL,
  cause TEXT NOT NULL,
  try_number INTEGER NOT NULL,
  max_tries INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  scheduled_at INTEGER,
  queued_at INTEGER,
  start_date INTEGER,
  end_date INTEGER,
  wake_at INTEGER,
  worker_id TEXT NOT NULL,
  pid INTEGER,
  pool TEXT NOT NULL,
  pool_slots INTEGER NOT NULL,
  priority_weight INTEGER NOT NULL,
  operator_name TEXT NOT NULL,
  display_name TEXT NOT NULL,
  branch_followed TEXT,
  skip_all_downstream INTEGER NOT NULL,
  PRIMARY KEY (dag_id, run_id, task_id, map_index),
  FOREIGN KEY (dag_id, run_id) REFERENCES dag_runs
) STRICT, WITHOUT ROWID;

CREATE TABLE task_tries (
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  map_index INTEGER NOT NULL,
  try_number INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  state TEXT NOT NULL,
  cause TEXT NOT NULL,
  start_date INTEGER,
  end_date INTEGER,
  worker_id TEXT NOT NULL,
  PRIMARY KEY (dag_id, run_id, task_id, map_index, try_number)
) STRICT, WITHOUT ROWID;

CREATE TABLE xcoms (
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  map_index INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  stored_at INTEGER NOT NULL,
  PRIMARY KEY (dag_id, run_id, task_id, map_index, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('submit', 'cancel')),
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  map_index INTEGER NOT NULL,
  try_number INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (dag_id, run_id, task_id, map_index, epoch, kind)
) STRICT;

CREATE TABLE pools (
  name TEXT PRIMARY KEY,
  slots INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO pools (name, slots) VALUES ('default_pool', 128);

CREATE TABLE event_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  data TEXT NOT NULL
) STRICT;

-- Models --------------------------------------------------------------------------------------
-- Lineage: the DAG run, task and try that made a row; empty texts and 0 when a person did.

CREATE TABLE blobs (
  sha256 TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE models (
  name TEXT PRIMARY KEY,
  description TEXT NOT NULL,
  task TEXT NOT NULL,
  licence TEXT NOT NULL,
  source TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE model_versions (
  model TEXT NOT NULL REFERENCES models,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (model, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE model_variants (
  variant_id INTEGER PRIMARY KEY AUTOINCREMENT,
  model TEXT NOT NULL,
  version INTEGER NOT NULL,
  variant TEXT NOT NULL,
  format TEXT NOT NULL,
  blob_sha256 TEXT NOT NULL REFERENCES blobs,
  decoder TEXT NOT NULL,
  method TEXT NOT NULL,
  parent_variant_id INTEGER REFERENCES model_variants,
  created_at INTEGER NOT NULL,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  try_number INTEGER NOT NULL,
  username TEXT NOT NULL,
  UNIQUE (model, version, variant),
  FOREIGN KEY (model, version) REFERENCES model_versions
) STRICT;

CREATE TABLE reports (
  report_id INTEGER PRIMARY KEY AUTOINCREMENT,
  model TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  title TEXT NOT NULL,
  device TEXT NOT NULL,
  body TEXT NOT NULL,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  try_number INTEGER NOT NULL,
  username TEXT NOT NULL,
  FOREIGN KEY (model, version) REFERENCES model_versions
) STRICT;

CREATE TABLE packs (
  digest TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  engine TEXT NOT NULL,
  size INTEGER NOT NULL,
  files INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  source TEXT NOT NULL,
  licence TEXT NOT NULL,
  manifest TEXT NOT NULL,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  try_number INTEGER NOT NULL,
  username TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX packs_name ON packs (name, created_at);

CREATE TABLE services (
  name TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  cause TEXT NOT NULL,
  model TEXT NOT NULL,
  version INTEGER NOT NULL,
  variant TEXT NOT NULL,
  variant_id INTEGER NOT NULL REFERENCES model_variants,
  pack_digest TEXT NOT NULL REFERENCES packs,
  report_id INTEGER REFERENCES reports,
  threads INTEGER NOT NULL,
  address TEXT NOT NULL,
  pid INTEGER,
  started_at INTEGER,
  created_at INTEGER NOT NULL,
  restarts INTEGER NOT NULL,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  try_number INTEGER NOT NULL,
  username TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Cameras -------------------------------------------------------------------------------------

CREATE TABLE cameras (
  camera_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  source TEXT NOT NULL,
  service TEXT NOT NULL,
  rules TEXT NOT NULL,
  classes TEXT NOT NULL,
  start_frame INTEGER NOT NULL,
  end_frame INTEGER,
  realtime INTEGER NOT NULL,
  score_min REAL,
  detect_fps REAL,
  wanted INTEGER NOT NULL,
  state TEXT NOT NULL,
  cause TEXT NOT NULL,
  frame INTEGER NOT NULL,
  frames_total INTEGER NOT NULL,
  dropped INTEGER NOT NULL,
  counts TEXT NOT NULL,
  stats TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  try_number INTEGER NOT NULL,
  username TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The thread from an event to what made it is copied here, so that it holds when the service has
-- been deployed anew or the camera has been removed.
CREATE TABLE scene_events (
  event_id TEXT PRIMARY KEY,
  camera_id TEXT NOT NULL,
  rule_id TEXT NOT NULL,
  rule_name TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  media_time_ms INTEGER NOT NULL,
  frame INTEGER NOT NULL,
  track_ids TEXT NOT NULL,
  label TEXT NOT NULL,
  score REAL NOT NULL,
  points TEXT NOT NULL,
  "values" TEXT NOT NULL,
  snapshot_sha256 TEXT,
  service TEXT NOT NULL,
  model TEXT NOT NULL,
  version INTEGER NOT NULL,
  variant TEXT NOT NULL,
  variant_id INTEGER NOT NULL,
  report_id INTEGER,
  pack_digest TEXT NOT NULL,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  try_number INTEGER NOT NULL,
  username TEXT NOT NULL,
  reviewed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX scene_events_started ON scene_events (started_at);
CREATE INDEX scene_events_camera ON scene_events (camera_id, started_at);
CREATE INDEX scene_events_run ON scene_events (dag_id, run_id);

-- Users ---------------------------------------------------------------------------------------

CREATE TABLE users (
  username TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  must_change_password INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  last_login_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  id_hash TEXT PRIMARY KEY,
  username TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
  csrf_token TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_username ON sessions (username);

CREATE TABLE login_failures (
  subject TEXT PRIMARY KEY,
  count INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE kept_answers (
  key TEXT PRIMARY KEY,
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
