// SPDX-License-Identifier: Apache-2.0
#include "db/migrate.h"

#include <string>

#include "db/transaction.h"

namespace aiflow::db {

Result<int> schema_version(Connection& connection) {
  AIFLOW_ASSIGN(const auto table,
                connection.first("SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'",
                                 {}, [](Row& row) { return row.small(); }));
  if (table.value_or(0) == 0) return 0;
  AIFLOW_ASSIGN(const auto version,
                connection.first("SELECT coalesce(max(version), 0) FROM schema_version", {},
                                 [](Row& row) { return row.small(); }));
  return version.value_or(0);
}

Status migrate(Connection& connection, std::span<const Migration> migrations, WallTime now) {
  AIFLOW_ASSIGN(Transaction transaction, Transaction::begin(connection, TransactionKind::write));
  AIFLOW_ASSIGN(const int current, schema_version(connection));
  const int newest = migrations.empty() ? 0 : migrations.back().version;
  if (current > newest) {
    return fail(ErrorCode::conflict,
                "database '" + connection.path() + "' has schema " + std::to_string(current) +
                    ", this program knows up to " + std::to_string(newest) +
                    "; start the newer version of aiflow, or restore an older backup");
  }
  if (current == newest) return {};
  AIFLOW_TRY(
      connection.script("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY,"
                        " name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"));
  for (const Migration& migration : migrations) {
    if (migration.version <= current) continue;
    if (Status done = connection.script(migration.sql); !done) {
      return fail(std::move(done).error().with_context("migration " + std::string(migration.name)));
    }
    AIFLOW_TRY(
        connection.run("INSERT INTO schema_version (version, name, applied_at) VALUES (?, ?, ?)",
                       {migration.version, migration.name, now}));
  }
  return transaction.commit();
}

}  // namespace aiflow::db
