-- SPDX-License-Identifier: Apache-2.0
-- What a try has used: processor time, and its memory's peak and mean.
-- usage_note: why that is not known.
ALTER TABLE task_tries ADD COLUMN IF NOT EXISTS cpu_user_ms BIGINT;
ALTER TABLE task_tries ADD COLUMN IF NOT EXISTS cpu_system_ms BIGINT;
ALTER TABLE task_tries ADD COLUMN IF NOT EXISTS memory_peak_bytes BIGINT;
ALTER TABLE task_tries ADD COLUMN IF NOT EXISTS memory_mean_bytes BIGINT;
ALTER TABLE task_tries ADD COLUMN IF NOT EXISTS usage_note LONGTEXT;

-- Of tries that have any: samples, a JSON list of [ms, cpu_ms, memory_bytes], and rendered, a JSON
-- object of the task's fields. Larger than the rows beside which it would be read.
CREATE TABLE IF NOT EXISTS try_details (
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  task_id VARBINARY(250) NOT NULL,
  map_index BIGINT NOT NULL,
  try_number BIGINT NOT NULL,
  samples LONGTEXT,
  rendered LONGTEXT,
  PRIMARY KEY (dag_id, run_id, task_id, map_index, try_number)
);
-- @down
DROP TABLE IF EXISTS try_details;
ALTER TABLE task_tries DROP COLUMN IF EXISTS usage_note;
ALTER TABLE task_tries DROP COLUMN IF EXISTS memory_mean_bytes;
ALTER TABLE task_tries DROP COLUMN IF EXISTS memory_peak_bytes;
ALTER TABLE task_tries DROP COLUMN IF EXISTS cpu_system_ms;
ALTER TABLE task_tries DROP COLUMN IF EXISTS cpu_user_ms;
