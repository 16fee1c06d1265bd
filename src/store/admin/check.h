// SPDX-License-Identifier: Apache-2.0
// Is the database whole, and what tables does it have? For `aiflow db check` and backups.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "db/connection.h"

namespace aiflow::store {

/// What is wrong with the content, in words: damage that the database finds in its own files, and
/// rows whose foreign key names nothing. Empty = whole. Reads everything: minutes for a big one.
[[nodiscard]] Result<std::vector<std::string>> find_damage(db::Connection& db);

/// A column as the copy between databases needs it.
enum class ValueKind { integer, real, text };
struct TableColumn {
  std::string name;
  ValueKind kind;
};
/// Our tables by name, but for those that describe the database itself (schema_version, leader).
[[nodiscard]] Result<std::vector<std::string>> data_tables(db::Connection& db);
[[nodiscard]] Result<std::vector<TableColumn>> columns_of(db::Connection& db,
                                                          const std::string& table);

}  // namespace aiflow::store
