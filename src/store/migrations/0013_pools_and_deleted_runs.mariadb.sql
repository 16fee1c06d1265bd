-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE pools ADD COLUMN IF NOT EXISTS description LONGTEXT NOT NULL DEFAULT '';
ALTER TABLE pools ADD COLUMN IF NOT EXISTS include_deferred BIGINT NOT NULL DEFAULT 0;
UPDATE pools SET description = 'for tasks that name no other pool' WHERE name = 'default_pool';
-- Not below any epoch of a task instance that was deleted with its run: see sched::DagRow.
ALTER TABLE dags ADD COLUMN IF NOT EXISTS epoch_floor BIGINT NOT NULL DEFAULT 0;
-- @down
ALTER TABLE dags DROP COLUMN IF EXISTS epoch_floor;
ALTER TABLE pools DROP COLUMN IF EXISTS include_deferred;
ALTER TABLE pools DROP COLUMN IF EXISTS description;
