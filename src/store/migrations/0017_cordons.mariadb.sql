-- SPDX-License-Identifier: Apache-2.0
-- Workers that shall get no new jobs, known or not.
CREATE TABLE IF NOT EXISTS cordons (
  worker_id VARBINARY(250) PRIMARY KEY,
  by_whom LONGTEXT NOT NULL,
  since BIGINT NOT NULL
);
-- @down
DROP TABLE IF EXISTS cordons;
