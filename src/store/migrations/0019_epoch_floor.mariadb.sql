-- SPDX-License-Identifier: Apache-2.0
-- The epoch of the instance's next attempt is not below it: an island that was cut off may have used
-- lower ones for what has been decided anew since.
ALTER TABLE task_instances ADD COLUMN IF NOT EXISTS epoch_floor BIGINT NOT NULL DEFAULT 0;
-- @down
ALTER TABLE task_instances DROP COLUMN IF EXISTS epoch_floor;
