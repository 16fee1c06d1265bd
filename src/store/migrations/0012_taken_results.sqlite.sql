-- SPDX-License-Identifier: Apache-2.0
-- Which task's result an attempt took instead of running: one of the same DAG and task.
CREATE TABLE taken_results (
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  map_index INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  from_run_id TEXT NOT NULL,
  from_map_index INTEGER NOT NULL,
  taken_at INTEGER NOT NULL,
  PRIMARY KEY (dag_id, run_id, task_id, map_index)
) STRICT, WITHOUT ROWID;
CREATE INDEX taken_results_from ON taken_results (dag_id, from_run_id, task_id, from_map_index);
-- @down
DROP TABLE taken_results;
