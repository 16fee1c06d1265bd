-- SPDX-License-Identifier: Apache-2.0
-- Backfills as objects: runs of past dates with a limit of their own. The counts are those of its
-- runs by state, kept with each change.
CREATE TABLE backfills (
  backfill_id INTEGER PRIMARY KEY,
  dag_id TEXT NOT NULL,
  dag_version INTEGER NOT NULL,
  from_date INTEGER NOT NULL,
  to_date INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  completed_at INTEGER,
  is_paused INTEGER NOT NULL,
  run_backwards INTEGER NOT NULL,
  reprocess_behavior TEXT NOT NULL,
  max_active_runs INTEGER NOT NULL,
  conf TEXT NOT NULL,
  username TEXT NOT NULL,
  cause TEXT NOT NULL,
  total INTEGER NOT NULL,
  made INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  queued INTEGER NOT NULL,
  running INTEGER NOT NULL,
  success INTEGER NOT NULL,
  failed INTEGER NOT NULL
) STRICT;
CREATE INDEX backfills_dag ON backfills (dag_id, backfill_id);

-- What became of each date. run_id is empty when no run was made: reason says why.
CREATE TABLE backfill_dates (
  backfill_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  logical_date INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (backfill_id, ordinal)
) STRICT, WITHOUT ROWID;

-- The backfill a run belongs to, and which of its dates it is; 0: none.
ALTER TABLE dag_runs ADD COLUMN backfill_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dag_runs ADD COLUMN backfill_ordinal INTEGER NOT NULL DEFAULT 0;
-- @down
ALTER TABLE dag_runs DROP COLUMN backfill_ordinal;
ALTER TABLE dag_runs DROP COLUMN backfill_id;
DROP TABLE backfill_dates;
DROP TABLE backfills;
