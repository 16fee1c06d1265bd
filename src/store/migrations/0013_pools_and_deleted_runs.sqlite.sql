-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE pools ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE pools ADD COLUMN include_deferred INTEGER NOT NULL DEFAULT 0;
UPDATE pools SET description = 'for tasks that name no other pool' WHERE name = 'default_pool';
-- Not below any epoch of a task instance that was deleted with its run: see sched::DagRow.
ALTER TABLE dags ADD COLUMN epoch_floor INTEGER NOT NULL DEFAULT 0;
-- @down
ALTER TABLE dags DROP COLUMN epoch_floor;
ALTER TABLE pools DROP COLUMN include_deferred;
ALTER TABLE pools DROP COLUMN description;
