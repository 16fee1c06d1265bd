-- SPDX-License-Identifier: Apache-2.0
-- A kept answer belongs to one request: the same key with another body is refused.
ALTER TABLE kept_answers ADD COLUMN request_sha256 TEXT NOT NULL DEFAULT '';
CREATE INDEX kept_answers_created_at ON kept_answers (created_at);
-- @down
DROP INDEX kept_answers_created_at;
ALTER TABLE kept_answers DROP COLUMN request_sha256;
