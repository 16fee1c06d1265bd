-- SPDX-License-Identifier: Apache-2.0
-- How many runs of a DAG are in each state, kept along with dag_runs.
CREATE TABLE run_counts (
  dag_id TEXT NOT NULL,
  state TEXT NOT NULL,
  runs INTEGER NOT NULL,
  PRIMARY KEY (dag_id, state)
) STRICT, WITHOUT ROWID;
INSERT INTO run_counts (dag_id, state, runs)
  SELECT dag_id, state, count(*) FROM dag_runs GROUP BY dag_id, state;
-- @down
DROP TABLE run_counts;
