-- SPDX-License-Identifier: Apache-2.0
-- How many runs of a DAG are in each state, kept along with dag_runs.
CREATE TABLE IF NOT EXISTS run_counts (
  dag_id VARBINARY(250) NOT NULL,
  state VARBINARY(32) NOT NULL,
  runs BIGINT NOT NULL,
  PRIMARY KEY (dag_id, state)
);
DELETE FROM run_counts;
INSERT INTO run_counts (dag_id, state, runs)
  SELECT dag_id, state, count(*) FROM dag_runs GROUP BY dag_id, state;
-- @down
DROP TABLE IF EXISTS run_counts;
