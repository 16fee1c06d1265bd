-- SPDX-License-Identifier: Apache-2.0
-- One bit for each deadline of its DAG that a run has missed.
ALTER TABLE dag_runs ADD COLUMN IF NOT EXISTS deadlines_missed BIGINT NOT NULL DEFAULT 0;

-- A DAG's callbacks that are due or were run. name is unique in the run: one row for one decision of
-- the scheduler. Kept until it is known to have been run, so it is run at least once.
CREATE TABLE IF NOT EXISTS notices (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  name VARBINARY(250) NOT NULL,
  kind VARBINARY(32) NOT NULL,
  deadline BIGINT NOT NULL,
  reason LONGTEXT NOT NULL,
  due_at BIGINT,
  state VARBINARY(32) NOT NULL,
  attempts BIGINT NOT NULL,
  cause LONGTEXT NOT NULL,
  worker_id LONGTEXT NOT NULL,
  created_at BIGINT NOT NULL,
  started_at BIGINT,
  ended_at BIGINT,
  UNIQUE (dag_id, run_id, name)
);
CREATE INDEX IF NOT EXISTS notices_state ON notices (state);
-- @down
DROP TABLE IF EXISTS notices;
ALTER TABLE dag_runs DROP COLUMN IF EXISTS deadlines_missed;
