-- SPDX-License-Identifier: Apache-2.0
-- Workers that shall get no new jobs, known or not.
CREATE TABLE cordons (
  worker_id TEXT PRIMARY KEY,
  by_whom TEXT NOT NULL,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- @down
DROP TABLE cordons;
