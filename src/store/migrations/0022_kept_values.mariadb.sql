-- SPDX-License-Identifier: Apache-2.0
-- Variables and connections. sealed is encrypted with the key of that id, which is not in here.
CREATE TABLE IF NOT EXISTS kept_values (
  project VARBINARY(64) NOT NULL DEFAULT 'default',
  kind VARBINARY(32) NOT NULL,
  name VARBINARY(250) NOT NULL,
  is_secret BIGINT NOT NULL,
  description LONGTEXT NOT NULL,
  key_id VARBINARY(64) NOT NULL,
  sealed LONGTEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  updated_by LONGTEXT NOT NULL,
  PRIMARY KEY (project, kind, name)
);
-- @down
DROP TABLE IF EXISTS kept_values;
