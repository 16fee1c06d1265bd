-- SPDX-License-Identifier: Apache-2.0
-- A kept answer belongs to one request: the same key with another body is refused.
ALTER TABLE kept_answers ADD COLUMN IF NOT EXISTS request_sha256 LONGTEXT NOT NULL DEFAULT '';
CREATE INDEX IF NOT EXISTS kept_answers_created_at ON kept_answers (created_at);
-- @down
DROP INDEX IF EXISTS kept_answers_created_at ON kept_answers;
ALTER TABLE kept_answers DROP COLUMN IF EXISTS request_sha256;
