-- SPDX-License-Identifier: Apache-2.0
-- Users whom an OpenID provider signs in: by whom, and its own name of the person.
ALTER TABLE users ADD COLUMN IF NOT EXISTS issuer VARBINARY(250);
ALTER TABLE users ADD COLUMN IF NOT EXISTS subject VARBINARY(255);
CREATE UNIQUE INDEX IF NOT EXISTS users_subject ON users (issuer, subject);
-- @down
-- Those who have no password here cannot sign in any more.
DROP INDEX IF EXISTS users_subject ON users;
ALTER TABLE users DROP COLUMN IF EXISTS subject;
ALTER TABLE users DROP COLUMN IF EXISTS issuer;
