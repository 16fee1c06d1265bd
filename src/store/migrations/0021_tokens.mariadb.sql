-- SPDX-License-Identifier: Apache-2.0
-- API tokens get a table of their own, with a scope: role is the most that a token may do. Those of
-- before have their user's. Hashes alone: nothing here signs in.
CREATE TABLE IF NOT EXISTS api_tokens (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  token_hash VARBINARY(64) NOT NULL UNIQUE,
  username VARBINARY(250) NOT NULL REFERENCES users (username) ON DELETE CASCADE,
  name LONGTEXT NOT NULL,
  prefix VARBINARY(32) NOT NULL,
  role VARBINARY(32) NOT NULL,
  read_only BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  last_used_at BIGINT
);
CREATE INDEX IF NOT EXISTS api_tokens_username ON api_tokens (username);
INSERT IGNORE INTO api_tokens (token_hash, username, name, prefix, role, read_only, created_at, expires_at)
  SELECT id_hash, username, 'token', 'aiflow_', 'admin', 0, created_at, expires_at FROM sessions WHERE csrf_token = '';
DELETE FROM sessions WHERE csrf_token = '';

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS address LONGTEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS agent LONGTEXT NOT NULL DEFAULT '';

-- By which the first admin may be made, while there is no user.
CREATE TABLE IF NOT EXISTS setup_tokens (
  token_hash VARBINARY(64) NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (token_hash)
);
-- @down
-- Tokens end: a server of before would let them do all that their user may.
DROP TABLE IF EXISTS setup_tokens;
ALTER TABLE sessions DROP COLUMN IF EXISTS agent;
ALTER TABLE sessions DROP COLUMN IF EXISTS address;
DROP TABLE IF EXISTS api_tokens;
