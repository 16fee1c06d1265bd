// SPDX-License-Identifier: Apache-2.0
// The scripts of src/store/migrations, embedded at build (migrations.cmake writes the .cpp).
#pragma once

#include <span>

#include "db/migrate.h"

namespace aiflow::store::detail {

[[nodiscard]] std::span<const db::Migration> sqlite_migrations();
[[nodiscard]] std::span<const db::Migration> mariadb_migrations();

[[nodiscard]] inline std::span<const db::Migration> migrations(db::Dialect dialect) {
  return dialect == db::Dialect::sqlite ? sqlite_migrations() : mariadb_migrations();
}

}  // namespace aiflow::store::detail
