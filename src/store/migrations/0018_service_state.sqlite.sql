-- SPDX-License-Identifier: Apache-2.0
-- How the service of a service task does while the task runs: starting, serving, degraded,
-- draining; NULL for others.
ALTER TABLE task_instances ADD COLUMN service TEXT;
-- @down
ALTER TABLE task_instances DROP COLUMN service;
