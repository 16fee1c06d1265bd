-- SPDX-License-Identifier: Apache-2.0
-- What the DAGs of a file were made from when it was parsed last without an error: its fingerprint (a
-- SHA-256) covers the parser, the file and what it read at import (read_paths: a JSON array of paths).
CREATE TABLE dag_files (
  filename TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  read_paths TEXT NOT NULL
);
-- @down
DROP TABLE dag_files;
