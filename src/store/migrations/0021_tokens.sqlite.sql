-- SPDX-License-Identifier: Apache-2.0
-- API tokens get a table of their own, with a scope: role is the most that a token may do. Those of
-- before have their user's. Hashes alone: nothing here signs in.
CREATE TABLE api_tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token_hash TEXT NOT NULL UNIQUE,
  username TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  role TEXT NOT NULL,
  read_only INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  last_used_at INTEGER
) STRICT;
CREATE INDEX api_tokens_username ON api_tokens (username);
INSERT INTO api_tokens (token_hash, username, name, prefix, role, read_only, created_at, expires_at)
  SELECT id_hash, username, 'token', 'aiflow_', 'admin', 0, created_at, expires_at FROM sessions WHERE csrf_token = '';
DELETE FROM sessions WHERE csrf_token = '';

ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';

-- By which the first admin may be made, while there is no user.
CREATE TABLE setup_tokens (
  token_hash TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- @down
-- Tokens end: a server of before would let them do all that their user may.
DROP TABLE setup_tokens;
ALTER TABLE sessions DROP COLUMN agent;
ALTER TABLE sessions DROP COLUMN address;
DROP TABLE api_tokens;
