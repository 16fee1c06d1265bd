-- SPDX-License-Identifier: Apache-2.0
-- By which workers elsewhere may join, and those that have. Hashes alone: nothing here signs in.
CREATE TABLE join_tokens (
  token_hash TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  uses_left INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE worker_credentials (
  worker_id TEXT PRIMARY KEY,
  credential_hash TEXT NOT NULL UNIQUE,
  joined_at INTEGER NOT NULL,
  last_seen_at INTEGER,
  joined_from TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- @down
DROP TABLE worker_credentials;
DROP TABLE join_tokens;
