-- SPDX-License-Identifier: Apache-2.0
-- One bit for each deadline of its DAG that a run has missed.
ALTER TABLE dag_runs ADD COLUMN deadlines_missed INTEGER NOT NULL DEFAULT 0;

-- A DAG's callbacks that are due or were run. name is unique in the run: one row for one decision of
-- the scheduler. Kept until it is known to have been run, so it is run at least once.
CREATE TABLE notices (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  deadline INTEGER NOT NULL,
  reason TEXT NOT NULL,
  due_at INTEGER,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  cause TEXT NOT NULL,
  worker_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  UNIQUE (dag_id, run_id, name)
) STRICT;
CREATE INDEX notices_state ON notices (state);
-- @down
DROP TABLE notices;
ALTER TABLE dag_runs DROP COLUMN deadlines_missed;
