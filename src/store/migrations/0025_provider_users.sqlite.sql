-- SPDX-License-Identifier: Apache-2.0
-- Users whom an OpenID provider signs in: by whom, and its own name of the person.
ALTER TABLE users ADD COLUMN issuer TEXT;
ALTER TABLE users ADD COLUMN subject TEXT;
CREATE UNIQUE INDEX users_subject ON users (issuer, subject);
-- @down
-- Those who have no password here cannot sign in any more.
DROP INDEX users_subject;
ALTER TABLE users DROP COLUMN subject;
ALTER TABLE users DROP COLUMN issuer;
