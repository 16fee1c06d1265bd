-- SPDX-License-Identifier: Apache-2.0
-- A DAG belongs to the project that has the name of its folder, else to 'default'. folder: the first
-- one below the DAG folder; the conductor fills it in at the next start.
CREATE TABLE projects (
  name TEXT PRIMARY KEY,
  description TEXT NOT NULL,
  created_at INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO projects (name, description) VALUES ('default', '');

CREATE TABLE memberships (
  username TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  role TEXT NOT NULL,
  granted_at INTEGER NOT NULL,
  granted_by TEXT NOT NULL,
  PRIMARY KEY (username, project)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_project ON memberships (project, username);

ALTER TABLE dags ADD COLUMN folder TEXT NOT NULL DEFAULT '';
CREATE INDEX dags_folder ON dags (folder);
ALTER TABLE import_errors ADD COLUMN folder TEXT NOT NULL DEFAULT '';
-- @down
-- Users without a role for the whole site go: a server of before knows no such role, and would show
-- them all projects with any other.
DELETE FROM users WHERE role = 'none';
ALTER TABLE import_errors DROP COLUMN folder;
DROP INDEX dags_folder;
ALTER TABLE dags DROP COLUMN folder;
DROP TABLE memberships;
DROP TABLE projects;
