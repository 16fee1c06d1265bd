-- SPDX-License-Identifier: Apache-2.0
-- What tasks saved. accepted: 0 until the attempt that saved it has ended with success; others do
-- not see it before. A blob that has rows here is not garbage.
CREATE TABLE IF NOT EXISTS artifacts (
  artifact_id BIGINT PRIMARY KEY AUTO_INCREMENT,
  name VARBINARY(767) NOT NULL,
  kind VARBINARY(32) NOT NULL,
  sha256 VARBINARY(64) NOT NULL REFERENCES blobs (sha256),
  size BIGINT NOT NULL,
  files BIGINT NOT NULL,
  media_type LONGTEXT NOT NULL,
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  task_id VARBINARY(250) NOT NULL,
  map_index BIGINT NOT NULL,
  try_number BIGINT NOT NULL,
  epoch BIGINT NOT NULL,
  accepted BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (dag_id, run_id, task_id, map_index, epoch, name)
);
CREATE INDEX IF NOT EXISTS artifacts_sha256 ON artifacts (sha256);
CREATE INDEX IF NOT EXISTS artifacts_created_at ON artifacts (created_at);

CREATE TABLE IF NOT EXISTS artifact_uses (
  artifact_id BIGINT NOT NULL REFERENCES artifacts (artifact_id) ON DELETE CASCADE,
  dag_id VARBINARY(250) NOT NULL,
  run_id VARBINARY(250) NOT NULL,
  task_id VARBINARY(250) NOT NULL,
  map_index BIGINT NOT NULL,
  try_number BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  PRIMARY KEY (artifact_id, dag_id, run_id, task_id, map_index)
);
CREATE INDEX IF NOT EXISTS artifact_uses_task ON artifact_uses (dag_id, run_id, task_id, map_index);

-- The files of a directory's tree, so that they live as long as it does.
CREATE TABLE IF NOT EXISTS tree_files (
  tree_sha256 VARBINARY(64) NOT NULL REFERENCES blobs (sha256) ON DELETE CASCADE,
  file_sha256 VARBINARY(64) NOT NULL REFERENCES blobs (sha256),
  PRIMARY KEY (tree_sha256, file_sha256)
);
CREATE INDEX IF NOT EXISTS tree_files_file ON tree_files (file_sha256);
-- @down
DROP TABLE IF EXISTS tree_files;
DROP TABLE IF EXISTS artifact_uses;
DROP TABLE IF EXISTS artifacts;
