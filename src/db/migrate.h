// SPDX-License-Identifier: Apache-2.0
// Brings the schema up to date by numbered scripts, all pending ones in one transaction.
#pragma once

#include <span>

#include "db/connection.h"

namespace aiflow::db {

struct Migration {
  int version = 0;        ///< 1, 2, 3 … without gaps
  std::string_view name;  ///< of the file, for people
  std::string_view sql;
};

/// Runs what is pending and records it in table schema_version. `migrations` is sorted by version.
/// Errors: conflict when the file's schema is newer than the last of `migrations` (nothing is
/// changed then); those of the scripts.
Status migrate(Connection& connection, std::span<const Migration> migrations, WallTime now);

/// The schema version of the file; 0 = a new file.
[[nodiscard]] Result<int> schema_version(Connection& connection);

}  // namespace aiflow::db
