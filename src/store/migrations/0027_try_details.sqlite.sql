-- SPDX-License-Identifier: Apache-2.0
-- What a try has used: processor time, and its memory's peak and mean.
-- usage_note: why that is not known.
ALTER TABLE task_tries ADD COLUMN cpu_user_ms INTEGER;
ALTER TABLE task_tries ADD COLUMN cpu_system_ms INTEGER;
ALTER TABLE task_tries ADD COLUMN memory_peak_bytes INTEGER;
ALTER TABLE task_tries ADD COLUMN memory_mean_bytes INTEGER;
ALTER TABLE task_tries ADD COLUMN usage_note TEXT;

-- Of tries that have any: samples, a JSON list of [ms, cpu_ms, memory_bytes], and rendered, a JSON
-- object of the task's fields. Larger than the rows beside which it would be read.
CREATE TABLE try_details (
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  map_index INTEGER NOT NULL,
  try_number INTEGER NOT NULL,
  samples TEXT,
  rendered TEXT,
  PRIMARY KEY (dag_id, run_id, task_id, map_index, try_number)
) STRICT;
-- @down
DROP TABLE try_details;
ALTER TABLE task_tries DROP COLUMN usage_note;
ALTER TABLE task_tries DROP COLUMN memory_mean_bytes;
ALTER TABLE task_tries DROP COLUMN memory_peak_bytes;
ALTER TABLE task_tries DROP COLUMN cpu_system_ms;
ALTER TABLE task_tries DROP COLUMN cpu_user_ms;
