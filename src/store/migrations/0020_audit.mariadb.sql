-- SPDX-License-Identifier: Apache-2.0
-- Requests that changed something or were refused: who, from where, what, how it ended. A row is
-- written before the request is carried out, and gets its outcome afterwards.
CREATE TABLE IF NOT EXISTS audit_log (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  at BIGINT NOT NULL,
  kind VARBINARY(32) NOT NULL,
  username VARBINARY(800) NOT NULL,
  address LONGTEXT NOT NULL,
  action VARBINARY(64) NOT NULL,
  object_kind VARBINARY(32) NOT NULL,
  object_id LONGTEXT NOT NULL,
  dag_id VARBINARY(250) NOT NULL,
  outcome VARBINARY(32) NOT NULL,
  status BIGINT NOT NULL,
  request_id VARBINARY(64) NOT NULL
);
CREATE INDEX IF NOT EXISTS audit_log_at ON audit_log (at);
CREATE INDEX IF NOT EXISTS audit_log_user ON audit_log (username, id);
CREATE INDEX IF NOT EXISTS audit_log_dag ON audit_log (dag_id, id);
-- @down
DROP TABLE IF EXISTS audit_log;
