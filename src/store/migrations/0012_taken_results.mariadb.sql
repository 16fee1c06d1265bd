-- SPDX-License-Identifier: Apache-2.0
-- Which task's result an attempt took instead of running: one of the same DAG and task.
CREATE TABLE IF NOT EXISTS taken_results (
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  task_id VARBINARY(250) NOT NULL,
  map_index BIGINT NOT NULL,
  epoch BIGINT NOT NULL,
  from_run_id VARBINARY(250) NOT NULL,
  from_map_index BIGINT NOT NULL,
  taken_at BIGINT NOT NULL,
  PRIMARY KEY (dag_id, run_id, task_id, map_index)
);
CREATE INDEX IF NOT EXISTS taken_results_from
  ON taken_results (dag_id, from_run_id, task_id, from_map_index);
-- @down
DROP TABLE IF EXISTS taken_results;
