-- SPDX-License-Identifier: Apache-2.0
-- Texts that YAML DAG files had. cause: saved, outside, deleted.
CREATE TABLE IF NOT EXISTS dag_texts (
  dag_id VARBINARY(250) NOT NULL,
  version BIGINT NOT NULL,
  cause VARBINARY(32) NOT NULL,
  content LONGTEXT NOT NULL,
  saved_at BIGINT NOT NULL,
  saved_by LONGTEXT NOT NULL,
  PRIMARY KEY (dag_id, version)
);
-- @down
DROP TABLE IF EXISTS dag_texts;
