-- SPDX-License-Identifier: Apache-2.0
-- One row: which of the servers on this database leads, until when (the database's clock, in
-- microseconds since 1970-01-01 UTC), and how often the lead has changed hands.
CREATE TABLE IF NOT EXISTS leader (
  id BIGINT PRIMARY KEY,
  epoch BIGINT NOT NULL,
  holder LONGTEXT NOT NULL,
  url LONGTEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
INSERT INTO leader (id, epoch, holder, url, expires_at) VALUES (1, 0, '', '', 0);
-- @down
DROP TABLE IF EXISTS leader;
