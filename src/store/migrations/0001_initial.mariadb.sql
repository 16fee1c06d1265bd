-- SPDX-License-Identifier: Apache-2.0
-- Times: BIGINT microseconds since 1970-01-01 UTC. JSON: LONGTEXT. Booleans: 0 or 1.
-- What stands in a key or is compared is VARBINARY: ids are limited in bytes, and bytes compare as in
-- SQLite (no case, no accents, no trailing blanks are ignored).

ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS settings (
  name VARBINARY(767) PRIMARY KEY,
  value LONGTEXT NOT NULL
);

-- Workflows -----------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS dags (
  dag_id VARBINARY(250) PRIMARY KEY,
  fileloc LONGTEXT NOT NULL,
  is_paused BIGINT NOT NULL,
  is_active BIGINT NOT NULL,
  version BIGINT NOT NULL,
  last_parsed_at BIGINT,
  created_at BIGINT NOT NULL,
  last_logical_date BIGINT,
  last_interval_start BIGINT,
  last_interval_end BIGINT,
  last_run_after BIGINT,
  next_logical_date BIGINT,
  next_interval_start BIGINT,
  next_interval_end BIGINT,
  next_run_after BIGINT,
  consecutive_failed_runs BIGINT NOT NULL,
  last_run_number BIGINT NOT NULL,
  cause LONGTEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS dag_versions (
  dag_id VARBINARY(250) NOT NULL,
  version BIGINT NOT NULL,
  spec LONGTEXT NOT NULL,
  source LONGTEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (dag_id, version)
);

CREATE TABLE IF NOT EXISTS import_errors (
  import_error_id BIGINT PRIMARY KEY AUTO_INCREMENT,
  filename VARBINARY(1000) NOT NULL UNIQUE,
  line BIGINT,
  timestamp BIGINT NOT NULL,
  stack_trace LONGTEXT NOT NULL,
  message LONGTEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS dag_runs (
  dag_id VARBINARY(250) NOT NULL REFERENCES dags (dag_id),
  run_id VARBINARY(250) NOT NULL,
  number BIGINT NOT NULL,
  state VARBINARY(32) NOT NULL,
  run_type LONGTEXT NOT NULL,
  logical_date BIGINT,
  data_interval_start BIGINT,
  data_interval_end BIGINT,
  run_after BIGINT NOT NULL,
  queued_at BIGINT NOT NULL,
  start_date BIGINT,
  end_date BIGINT,
  conf LONGTEXT NOT NULL,
  note LONGTEXT NOT NULL,
  dag_version BIGINT NOT NULL,
  cause LONGTEXT NOT NULL,
  triggered_by LONGTEXT NOT NULL,
  clear_number BIGINT NOT NULL,
  PRIMARY KEY (dag_id, run_id),
  FOREIGN KEY (dag_id, dag_version) REFERENCES dag_versions (dag_id, version)
);
CREATE UNIQUE INDEX IF NOT EXISTS dag_runs_logical_date ON dag_runs (dag_id, logical_date);
CREATE INDEX IF NOT EXISTS dag_runs_unfinished ON dag_runs (state);
CREATE INDEX IF NOT EXISTS dag_runs_run_after ON dag_runs (dag_id, run_after, number);

CREATE TABLE IF NOT EXISTS task_instances (
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  task_id VARBINARY(250) NOT NULL,
  map_index BIGINT NOT NULL,
  state VARBINARY(32) NOT NULL,
  cause LONGTEXT NOT NULL,
  try_number BIGINT NOT NULL,
  max_tries BIGINT NOT NULL,
  epoch BIGINT NOT NULL,
  scheduled_at BIGINT,
  queued_at BIGINT,
  start_date BIGINT,
  end_date BIGINT,
  wake_at BIGINT,
  worker_id LONGTEXT NOT NULL,
  pid BIGINT,
  pool LONGTEXT NOT NULL,
  pool_slots BIGINT NOT NULL,
  priority_weight BIGINT NOT NULL,
  operator_name LONGTEXT NOT NULL,
  display_name LONGTEXT NOT NULL,
  branch_followed LONGTEXT,
  skip_all_downstream BIGINT NOT NULL,
  PRIMARY KEY (dag_id, run_id, task_id, map_index),
  FOREIGN KEY (dag_id, run_id) REFERENCES dag_runs (dag_id, run_id)
);

CREATE TABLE IF NOT EXISTS task_tries (
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  task_id VARBINARY(250) NOT NULL,
  map_index BIGINT NOT NULL,
  try_number BIGINT NOT NULL,
  epoch BIGINT NOT NULL,
  state VARBINARY(32) NOT NULL,
  cause LONGTEXT NOT NULL,
  start_date BIGINT,
  end_date BIGINT,
  worker_id LONGTEXT NOT NULL,
  PRIMARY KEY (dag_id, run_id, task_id, map_index, try_number)
);

CREATE TABLE IF NOT EXISTS xcoms (
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  task_id VARBINARY(250) NOT NULL,
  map_index BIGINT NOT NULL,
  name VARBINARY(767) NOT NULL,
  value LONGTEXT NOT NULL,
  stored_at BIGINT NOT NULL,
  PRIMARY KEY (dag_id, run_id, task_id, map_index, name)
);

CREATE TABLE IF NOT EXISTS outbox (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  kind VARBINARY(32) NOT NULL CHECK (kind IN ('submit', 'cancel')),
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  task_id VARBINARY(250) NOT NULL,
  map_index BIGINT NOT NULL,
  try_number BIGINT NOT NULL,
  epoch BIGINT NOT NULL,
  reason LONGTEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (dag_id, run_id, task_id, map_index, epoch, kind)
);

CREATE TABLE IF NOT EXISTS pools (
  name VARBINARY(767) PRIMARY KEY,
  slots BIGINT NOT NULL
);
INSERT INTO pools (name, slots) VALUES ('default_pool', 128);

CREATE TABLE IF NOT EXISTS event_log (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  kind VARBINARY(32) NOT NULL,
  at BIGINT NOT NULL,
  data LONGTEXT NOT NULL
);

-- Models --------------------------------------------------------------------------------------
-- Lineage: the DAG run, task and try that made a row; empty texts and 0 when a person did.

CREATE TABLE IF NOT EXISTS blobs (
  sha256 VARBINARY(64) PRIMARY KEY,
  size BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS models (
  name VARBINARY(767) PRIMARY KEY,
  description LONGTEXT NOT NULL,
  task LONGTEXT NOT NULL,
  licence LONGTEXT NOT NULL,
  source LONGTEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS model_versions (
  model VARBINARY(250) NOT NULL REFERENCES models (name),
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (model, version)
);

CREATE TABLE IF NOT EXISTS model_variants (
  variant_id BIGINT PRIMARY KEY AUTO_INCREMENT,
  model VARBINARY(250) NOT NULL,
  version BIGINT NOT NULL,
  variant VARBINARY(250) NOT NULL,
  format LONGTEXT NOT NULL,
  blob_sha256 VARBINARY(64) NOT NULL REFERENCES blobs (sha256),
  decoder LONGTEXT NOT NULL,
  method LONGTEXT NOT NULL,
  parent_variant_id BIGINT REFERENCES model_variants (variant_id),
  created_at BIGINT NOT NULL,
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  task_id VARBINARY(250) NOT NULL,
  try_number BIGINT NOT NULL,
  username VARBINARY(250) NOT NULL,
  UNIQUE (model, version, variant),
  FOREIGN KEY (model, version) REFERENCES model_versions (model, version)
);

CREATE TABLE IF NOT EXISTS reports (
  report_id BIGINT PRIMARY KEY AUTO_INCREMENT,
  model VARBINARY(250) NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  title LONGTEXT NOT NULL,
  device LONGTEXT NOT NULL,
  body LONGTEXT NOT NULL,
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  task_id VARBINARY(250) NOT NULL,
  try_number BIGINT NOT NULL,
  username VARBINARY(250) NOT NULL,
  FOREIGN KEY (model, version) REFERENCES model_versions (model, version)
);

CREATE TABLE IF NOT EXISTS packs (
  digest VARBINARY(250) PRIMARY KEY,
  name VARBINARY(767) NOT NULL,
  version LONGTEXT NOT NULL,
  engine LONGTEXT NOT NULL,
  size BIGINT NOT NULL,
  files BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  source LONGTEXT NOT NULL,
  licence LONGTEXT NOT NULL,
  manifest LONGTEXT NOT NULL,
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  task_id VARBINARY(250) NOT NULL,
  try_number BIGINT NOT NULL,
  username VARBINARY(250) NOT NULL
);
CREATE INDEX IF NOT EXISTS packs_name ON packs (name, created_at);

CREATE TABLE IF NOT EXISTS services (
  name VARBINARY(767) PRIMARY KEY,
  state VARBINARY(32) NOT NULL,
  cause LONGTEXT NOT NULL,
  model VARBINARY(250) NOT NULL,
  version BIGINT NOT NULL,
  variant VARBINARY(250) NOT NULL,
  variant_id BIGINT NOT NULL REFERENCES model_variants (variant_id),
  pack_digest VARBINARY(250) NOT NULL REFERENCES packs (digest),
  report_id BIGINT REFERENCES reports (report_id),
  threads BIGINT NOT NULL,
  address LONGTEXT NOT NULL,
  pid BIGINT,
  started_at BIGINT,
  created_at BIGINT NOT NULL,
  restarts BIGINT NOT NULL,
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  task_id VARBINARY(250) NOT NULL,
  try_number BIGINT NOT NULL,
  username VARBINARY(250) NOT NULL
);

-- Cameras -------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS cameras (
  camera_id VARBINARY(250) PRIMARY KEY,
  name VARBINARY(767) NOT NULL,
  source LONGTEXT NOT NULL,
  service LONGTEXT NOT NULL,
  rules LONGTEXT NOT NULL,
  classes LONGTEXT NOT NULL,
  start_frame BIGINT NOT NULL,
  end_frame BIGINT,
  realtime BIGINT NOT NULL,
  score_min DOUBLE,
  detect_fps DOUBLE,
  wanted BIGINT NOT NULL,
  state VARBINARY(32) NOT NULL,
  cause LONGTEXT NOT NULL,
  frame BIGINT NOT NULL,
  frames_total BIGINT NOT NULL,
  dropped BIGINT NOT NULL,
  counts LONGTEXT NOT NULL,
  stats LONGTEXT NOT NULL,
  created_at BIGINT NOT NULL,
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  task_id VARBINARY(250) NOT NULL,
  try_number BIGINT NOT NULL,
  username VARBINARY(250) NOT NULL
);

-- The thread from an event to what made it is copied here, so that it holds when the service has
-- been deployed anew or the camera has been removed.
CREATE TABLE IF NOT EXISTS scene_events (
  event_id VARBINARY(250) PRIMARY KEY,
  camera_id VARBINARY(250) NOT NULL,
  rule_id VARBINARY(250) NOT NULL,
  rule_name LONGTEXT NOT NULL,
  kind VARBINARY(32) NOT NULL,
  state VARBINARY(32) NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT,
  media_time_ms BIGINT NOT NULL,
  frame BIGINT NOT NULL,
  track_ids LONGTEXT NOT NULL,
  label LONGTEXT NOT NULL,
  score DOUBLE NOT NULL,
  points LONGTEXT NOT NULL,
  "values" LONGTEXT NOT NULL,
  snapshot_sha256 LONGTEXT,
  service LONGTEXT NOT NULL,
  model VARBINARY(250) NOT NULL,
  version BIGINT NOT NULL,
  variant VARBINARY(250) NOT NULL,
  variant_id BIGINT NOT NULL,
  report_id BIGINT,
  pack_digest VARBINARY(250) NOT NULL,
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  task_id VARBINARY(250) NOT NULL,
  try_number BIGINT NOT NULL,
  username VARBINARY(250) NOT NULL,
  reviewed BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS scene_events_started ON scene_events (started_at);
CREATE INDEX IF NOT EXISTS scene_events_camera ON scene_events (camera_id, started_at);
CREATE INDEX IF NOT EXISTS scene_events_run ON scene_events (dag_id, run_id);

-- Users ---------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS users (
  username VARBINARY(250) PRIMARY KEY,
  role LONGTEXT NOT NULL,
  password_hash LONGTEXT NOT NULL,
  must_change_password BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_login_at BIGINT
);

CREATE TABLE IF NOT EXISTS sessions (
  id_hash VARBINARY(250) PRIMARY KEY,
  username VARBINARY(250) NOT NULL REFERENCES users (username) ON DELETE CASCADE,
  csrf_token LONGTEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS sessions_username ON sessions (username);

CREATE TABLE IF NOT EXISTS login_failures (
  subject VARBINARY(400) PRIMARY KEY,
  count BIGINT NOT NULL,
  last_at BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS kept_answers (
  "key" VARBINARY(1000) PRIMARY KEY,
  status BIGINT NOT NULL,
  body LONGTEXT NOT NULL,
  created_at BIGINT NOT NULL
);
