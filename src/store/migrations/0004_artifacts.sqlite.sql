-- SPDX-License-Identifier: Apache-2.0
-- What tasks saved. accepted: 0 until the attempt that saved it has ended with success; others do
-- not see it before. A blob that has rows here is not garbage.
CREATE TABLE artifacts (
  artifact_id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  sha256 TEXT NOT NULL REFERENCES blobs,
  size INTEGER NOT NULL,
  files INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  map_index INTEGER NOT NULL,
  try_number INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (dag_id, run_id, task_id, map_index, epoch, name)
) STRICT;
CREATE INDEX artifacts_sha256 ON artifacts (sha256);
CREATE INDEX artifacts_created_at ON artifacts (created_at);

CREATE TABLE artifact_uses (
  artifact_id INTEGER NOT NULL REFERENCES artifacts ON DELETE CASCADE,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  map_index INTEGER NOT NULL,
  try_number INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  PRIMARY KEY (artifact_id, dag_id, run_id, task_id, map_index)
) STRICT, WITHOUT ROWID;
CREATE INDEX artifact_uses_task ON artifact_uses (dag_id, run_id, task_id, map_index);

-- The files of a directory's tree, so that they live as long as it does.
CREATE TABLE tree_files (
  tree_sha256 TEXT NOT NULL REFERENCES blobs ON DELETE CASCADE,
  file_sha256 TEXT NOT NULL REFERENCES blobs,
  PRIMARY KEY (tree_sha256, file_sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX tree_files_file ON tree_files (file_sha256);
-- @down
DROP TABLE tree_files;
DROP TABLE artifact_uses;
DROP TABLE artifacts;
