-- SPDX-License-Identifier: Apache-2.0
-- Requests that changed something or were refused: who, from where, what, how it ended. A row is
-- written before the request is carried out, and gets its outcome afterwards.
CREATE TABLE audit_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  username TEXT NOT NULL,
  address TEXT NOT NULL,
  action TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  dag_id TEXT NOT NULL,
  outcome TEXT NOT NULL,
  status INTEGER NOT NULL,
  request_id TEXT NOT NULL
) STRICT;
CREATE INDEX audit_log_at ON audit_log (at);
CREATE INDEX audit_log_user ON audit_log (username, id);
CREATE INDEX audit_log_dag ON audit_log (dag_id, id);
-- @down
DROP TABLE audit_log;
