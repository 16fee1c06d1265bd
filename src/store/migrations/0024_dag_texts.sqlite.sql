-- SPDX-License-Identifier: Apache-2.0
-- Texts that YAML DAG files had. cause: saved, outside, deleted.
CREATE TABLE dag_texts (
  dag_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  cause TEXT NOT NULL,
  content TEXT NOT NULL,
  saved_at INTEGER NOT NULL,
  saved_by TEXT NOT NULL,
  PRIMARY KEY (dag_id, version)
) STRICT, WITHOUT ROWID;
-- @down
DROP TABLE dag_texts;
