-- SPDX-License-Identifier: Apache-2.0
-- Backfills as objects: runs of past dates with a limit of their own. The counts are those of its
-- runs by state, kept with each change.
CREATE TABLE IF NOT EXISTS backfills (
  backfill_id BIGINT PRIMARY KEY,
  dag_id VARBINARY(250) NOT NULL,
  dag_version BIGINT NOT NULL,
  from_date BIGINT NOT NULL,
  to_date BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  completed_at BIGINT,
  is_paused BIGINT NOT NULL,
  run_backwards BIGINT NOT NULL,
  reprocess_behavior VARBINARY(32) NOT NULL,
  max_active_runs BIGINT NOT NULL,
  conf LONGTEXT NOT NULL,
  username LONGTEXT NOT NULL,
  cause LONGTEXT NOT NULL,
  total BIGINT NOT NULL,
  made BIGINT NOT NULL,
  skipped BIGINT NOT NULL,
  queued BIGINT NOT NULL,
  running BIGINT NOT NULL,
  success BIGINT NOT NULL,
  failed BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS backfills_dag ON backfills (dag_id, backfill_id);

-- What became of each date. run_id is empty when no run was made: reason says why.
CREATE TABLE IF NOT EXISTS backfill_dates (
  backfill_id BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  logical_date BIGINT NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  reason LONGTEXT NOT NULL,
  PRIMARY KEY (backfill_id, ordinal)
);

-- The backfill a run belongs to, and which of its dates it is; 0: none.
ALTER TABLE dag_runs ADD COLUMN IF NOT EXISTS backfill_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE dag_runs ADD COLUMN IF NOT EXISTS backfill_ordinal BIGINT NOT NULL DEFAULT 0;
-- @down
ALTER TABLE dag_runs DROP COLUMN IF EXISTS backfill_ordinal;
ALTER TABLE dag_runs DROP COLUMN IF EXISTS backfill_id;
DROP TABLE IF EXISTS backfill_dates;
DROP TABLE IF EXISTS backfills;
