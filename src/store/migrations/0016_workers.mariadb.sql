-- SPDX-License-Identifier: Apache-2.0
-- By which workers elsewhere may join, and those that have. Hashes alone: nothing here signs in.
CREATE TABLE IF NOT EXISTS join_tokens (
  token_hash VARBINARY(64) NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  uses_left BIGINT NOT NULL,
  PRIMARY KEY (token_hash)
);
CREATE TABLE IF NOT EXISTS worker_credentials (
  worker_id VARBINARY(250) NOT NULL,
  credential_hash VARBINARY(64) NOT NULL UNIQUE,
  joined_at BIGINT NOT NULL,
  last_seen_at BIGINT,
  joined_from LONGTEXT NOT NULL,
  PRIMARY KEY (worker_id)
);
-- @down
DROP TABLE IF EXISTS worker_credentials;
DROP TABLE IF EXISTS join_tokens;
