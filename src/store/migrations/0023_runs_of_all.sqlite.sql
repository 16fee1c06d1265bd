-- SPDX-License-Identifier: Apache-2.0
-- For the newest runs of all DAGs, page by page.
CREATE INDEX dag_runs_newest ON dag_runs (run_after, number, dag_id);
-- @down
DROP INDEX dag_runs_newest;
