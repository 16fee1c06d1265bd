// SPDX-License-Identifier: Apache-2.0
// Brings the schema up to date by numbered scripts, and back down again.
// SQLite: all pending scripts are one transaction. MariaDB commits by itself at each statement that
// changes a table's definition, so there each statement is recorded when it is done, and a
// migration that was cut off goes on where it stopped. The statement that was under way may be run
// twice: that is why every CREATE, ALTER and DROP of those scripts says IF [NOT] EXISTS.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "db/connection.h"

namespace aiflow::db {

struct Migration {
  int version = 0;        ///< 1, 2, 3 … without gaps
  std::string_view name;  ///< of the file, for people
  std::string_view sql;
  std::string_view down = {};  ///< undoes `sql`; empty = it can't be undone
};

/// Runs what is pending and records it in table schema_version. `migrations` is sorted by version.
/// Errors: conflict when the schema is newer than the last of `migrations` (nothing is changed
/// then); unavailable when another program is migrating; those of the scripts.
Status migrate(Connection& connection, std::span<const Migration> migrations, WallTime now);

/// Undoes the migrations above version `to`, newest first.
/// Errors: invalid_argument (`to` is not below the current version, or a script has no way down:
/// nothing is changed then), conflict (schema newer than `migrations`), those of the scripts.
Status migrate_down(Connection& connection, std::span<const Migration> migrations, int to);

/// The migrations that migrate_down would undo, in that order. Errors: as its own.
[[nodiscard]] Result<std::vector<const Migration*>> way_down(Connection& connection,
                                                             std::span<const Migration> migrations,
                                                             int to);

/// The schema version of the database: the last migration that is complete; 0 = a new one.
[[nodiscard]] Result<int> schema_version(Connection& connection);

/// The version up to which anything was begun: above schema_version() after an interruption.
[[nodiscard]] Result<int> begun_version(Connection& connection);

/// The statements that `migration` would run.
[[nodiscard]] std::vector<std::string> statements_of(std::string_view sql);

}  // namespace aiflow::db
