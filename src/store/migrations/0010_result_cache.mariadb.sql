-- SPDX-License-Identifier: Apache-2.0
-- Results of tasks by the key of their inputs, with copies of their XComs and artifacts.
CREATE TABLE IF NOT EXISTS result_cache (
  cache_key VARBINARY(64) PRIMARY KEY,
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  task_id VARBINARY(250) NOT NULL,
  map_index BIGINT NOT NULL,
  try_number BIGINT NOT NULL,
  xcoms LONGTEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  hits BIGINT NOT NULL,
  used_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS result_cache_used_at ON result_cache (used_at);
CREATE INDEX IF NOT EXISTS result_cache_task ON result_cache (dag_id, task_id);

CREATE TABLE IF NOT EXISTS cached_artifacts (
  cache_key VARBINARY(64) NOT NULL REFERENCES result_cache (cache_key) ON DELETE CASCADE,
  name VARBINARY(250) NOT NULL,
  kind VARBINARY(32) NOT NULL,
  sha256 VARBINARY(64) NOT NULL REFERENCES blobs (sha256),
  size BIGINT NOT NULL,
  files BIGINT NOT NULL,
  media_type LONGTEXT NOT NULL,
  PRIMARY KEY (cache_key, name)
);
CREATE INDEX IF NOT EXISTS cached_artifacts_sha256 ON cached_artifacts (sha256);

-- Of a run that was triggered, or cleared, not to use kept results.
ALTER TABLE dag_runs ADD COLUMN IF NOT EXISTS use_cache BIGINT NOT NULL DEFAULT 1;
-- @down
ALTER TABLE dag_runs DROP COLUMN IF EXISTS use_cache;
DROP TABLE IF EXISTS cached_artifacts;
DROP TABLE IF EXISTS result_cache;
