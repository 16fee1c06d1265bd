-- SPDX-License-Identifier: Apache-2.0
-- What the DAGs of a file were made from when it was parsed last without an error: its fingerprint (a
-- SHA-256) covers the parser, the file and what it read at import (read_paths: a JSON array of paths).
CREATE TABLE IF NOT EXISTS dag_files (
  filename VARBINARY(1000) PRIMARY KEY,
  fingerprint VARBINARY(64) NOT NULL,
  read_paths LONGTEXT NOT NULL
);
-- @down
DROP TABLE IF EXISTS dag_files;
