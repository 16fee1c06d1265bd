-- SPDX-License-Identifier: Apache-2.0
-- Results of tasks by the key of their inputs, with copies of their XComs and artifacts.
CREATE TABLE result_cache (
  cache_key TEXT PRIMARY KEY,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  map_index INTEGER NOT NULL,
  try_number INTEGER NOT NULL,
  xcoms TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  hits INTEGER NOT NULL,
  used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX result_cache_used_at ON result_cache (used_at);
CREATE INDEX result_cache_task ON result_cache (dag_id, task_id);

CREATE TABLE cached_artifacts (
  cache_key TEXT NOT NULL REFERENCES result_cache ON DELETE CASCADE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  sha256 TEXT NOT NULL REFERENCES blobs,
  size INTEGER NOT NULL,
  files INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  PRIMARY KEY (cache_key, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX cached_artifacts_sha256 ON cached_artifacts (sha256);

-- Of a run that was triggered, or cleared, not to use kept results.
ALTER TABLE dag_runs ADD COLUMN use_cache INTEGER NOT NULL DEFAULT 1;
-- @down
ALTER TABLE dag_runs DROP COLUMN use_cache;
DROP TABLE cached_artifacts;
DROP TABLE result_cache;
