-- SPDX-License-Identifier: Apache-2.0
-- A DAG belongs to the project that has the name of its folder, else to 'default'. folder: the first
-- one below the DAG folder; the conductor fills it in at the next start.
CREATE TABLE IF NOT EXISTS projects (
  name VARBINARY(64) PRIMARY KEY,
  description LONGTEXT NOT NULL,
  created_at BIGINT
);
INSERT IGNORE INTO projects (name, description) VALUES ('default', '');

CREATE TABLE IF NOT EXISTS memberships (
  username VARBINARY(250) NOT NULL REFERENCES users (username) ON DELETE CASCADE,
  project VARBINARY(64) NOT NULL REFERENCES projects (name) ON DELETE CASCADE,
  role VARBINARY(32) NOT NULL,
  granted_at BIGINT NOT NULL,
  granted_by LONGTEXT NOT NULL,
  PRIMARY KEY (username, project)
);
CREATE INDEX IF NOT EXISTS memberships_project ON memberships (project, username);

ALTER TABLE dags ADD COLUMN IF NOT EXISTS folder VARBINARY(250) NOT NULL DEFAULT '';
CREATE INDEX IF NOT EXISTS dags_folder ON dags (folder);
ALTER TABLE import_errors ADD COLUMN IF NOT EXISTS folder VARBINARY(250) NOT NULL DEFAULT '';
-- @down
-- Users without a role for the whole site go: a server of before knows no such role, and would show
-- them all projects with any other.
DELETE FROM users WHERE role = 'none';
ALTER TABLE import_errors DROP COLUMN IF EXISTS folder;
DROP INDEX IF EXISTS dags_folder ON dags;
ALTER TABLE dags DROP COLUMN IF EXISTS folder;
DROP TABLE IF EXISTS memberships;
DROP TABLE IF EXISTS projects;
