-- SPDX-License-Identifier: Apache-2.0
-- What a deferred try waits for and how it goes on (JSON, conductor/detail/rows.cpp); NULL when it
-- was not deferred.
ALTER TABLE task_instances ADD COLUMN IF NOT EXISTS deferral LONGTEXT;
-- @down
ALTER TABLE task_instances DROP COLUMN IF EXISTS deferral;
