-- SPDX-License-Identifier: Apache-2.0
-- Variables and connections. sealed is encrypted with the key of that id, which is not in here.
CREATE TABLE kept_values (
  project TEXT NOT NULL DEFAULT 'default',
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  is_secret INTEGER NOT NULL,
  description TEXT NOT NULL,
  key_id TEXT NOT NULL,
  sealed TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  updated_by TEXT NOT NULL,
  PRIMARY KEY (project, kind, name)
) STRICT, WITHOUT ROWID;
-- @down
DROP TABLE kept_values;
