-- SPDX-License-Identifier: Apache-2.0
-- What a deferred try waits for and how it goes on (JSON, conductor/detail/rows.cpp); NULL when it
-- was not deferred.
ALTER TABLE task_instances ADD COLUMN deferral TEXT;
-- @down
ALTER TABLE task_instances DROP COLUMN deferral;
