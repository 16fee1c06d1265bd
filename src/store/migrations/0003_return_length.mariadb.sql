-- SPDX-License-Identifier: Apache-2.0
-- How many items a task returned, for the tasks that are mapped over it: -1 when that was no list
-- or dict, NULL when it returned nothing.
ALTER TABLE task_instances ADD COLUMN IF NOT EXISTS return_length BIGINT;
-- @down
ALTER TABLE task_instances DROP COLUMN IF EXISTS return_length;
