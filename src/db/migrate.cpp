// SPDX-License-Identifier: Apache-2.0
#include "db/migrate.h"

#include <algorithm>
#include <string>

#include "db/detail/statements.h"
#include "db/transaction.h"

namespace aiflow::db {
namespace {

/// statements_left of a migration on its way down, or of one whose statements are not counted yet.
constexpr int kAllLeft = -1;
constexpr int kLockWaitS = 60;

std::string_view find_table_sql(const Connection& connection) {
  return connection.dialect() == Dialect::sqlite
             ? "SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'"
             : "SELECT count(*) FROM information_schema.tables"
               " WHERE table_schema = DATABASE() AND table_name = 'schema_version'";
}

Result<int> highest(Connection& connection, std::string_view condition) {
  AIFLOW_ASSIGN(const auto tables, connection.first(find_table_sql(connection), {},
                                                    [](Row& row) { return row.small(); }));
  if (tables.value_or(0) == 0) return 0;
  AIFLOW_ASSIGN(const auto version,
                connection.first("SELECT coalesce(max(version), 0) FROM schema_version WHERE " +
                                     std::string(condition),
                                 {}, [](Row& row) { return row.small(); }));
  return version.value_or(0);
}

Error of_migration(Error error, const Migration& migration) {
  return std::move(error).with_context("migration " + std::string(migration.name));
}

Status refuse_newer(Connection& connection, std::span<const Migration> migrations) {
  AIFLOW_ASSIGN(const int begun, begun_version(connection));
  const int newest = migrations.empty() ? 0 : migrations.back().version;
  if (begun <= newest) return {};
  return fail(ErrorCode::conflict,
              "database '" + connection.name() + "' has schema " + std::to_string(begun) +
                  ", this program knows up to " + std::to_string(newest) +
                  "; start the newer version of aiflow, or take the schema down with it: aiflow db "
                  "downgrade --to " +
                  std::to_string(newest));
}

// --- SQLite: one transaction ---------------------------------------------------------------------

Status up_at_once(Connection& connection, std::span<const Migration> migrations, WallTime now) {
  AIFLOW_ASSIGN(Transaction transaction, Transaction::begin(connection, TransactionKind::write));
  AIFLOW_TRY(refuse_newer(connection, migrations));
  AIFLOW_ASSIGN(const int current, schema_version(connection));
  if (!migrations.empty() && current == migrations.back().version) return {};
  AIFLOW_TRY(
      connection.script("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY,"
                        " name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"));
  for (const Migration& migration : migrations) {
    if (migration.version <= current) continue;
    if (Status done = connection.script(migration.sql); !done) {
      return fail(of_migration(std::move(done).error(), migration));
    }
    AIFLOW_TRY(
        connection.run("INSERT INTO schema_version (version, name, applied_at) VALUES (?, ?, ?)",
                       {migration.version, migration.name, now}));
  }
  return transaction.commit();
}

Status down_at_once(Connection& connection, std::span<const Migration* const> newest_first) {
  AIFLOW_ASSIGN(Transaction transaction, Transaction::begin(connection, TransactionKind::write));
  for (const Migration* migration : newest_first) {
    if (Status done = connection.script(migration->down); !done) {
      return fail(of_migration(std::move(done).error(), *migration));
    }
    AIFLOW_TRY(
        connection.run("DELETE FROM schema_version WHERE version = ?", {migration->version}));
  }
  return transaction.commit();
}

// --- MariaDB: statement by statement -------------------------------------------------------------

/// Keeps other programs from migrating the same database; the server ends it with the connection.
class MigrationLock {
 public:
  explicit MigrationLock(Connection& connection) : connection_(connection) {}
  MigrationLock(const MigrationLock&) = delete;
  MigrationLock& operator=(const MigrationLock&) = delete;
  ~MigrationLock() {
    static_cast<void>(connection_.query("SELECT RELEASE_LOCK(concat('aiflow.', md5(DATABASE())))",
                                        {}, [](Row&) {}));
  }
  Status take() {
    AIFLOW_ASSIGN(const auto got,
                  connection_.first("SELECT GET_LOCK(concat('aiflow.', md5(DATABASE())), ?)",
                                    {kLockWaitS}, [](Row& row) { return row.optional_integer(); }));
    if (got && got->value_or(0) == 1) return {};
    return fail(ErrorCode::unavailable, "database '" + connection_.name() +
                                            "': another program is changing its schema; try again");
  }

 private:
  Connection& connection_;
};

bool changes_rows_only(std::string_view statement) {
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{"INSERT ", "UPDATE ", "DELETE ", "REPLACE "},
      [&](std::string_view verb) { return statement.starts_with(verb); });
}

Status set_left(Connection& connection, const Migration& migration, std::int64_t left) {
  return connection.run("UPDATE schema_version SET statements_left = ? WHERE version = ?",
                        {left, migration.version});
}

/// One statement and the note that it is done; both or none where the server allows it.
Status run_step(Connection& connection, const Migration& migration, const std::string& statement,
                std::int64_t left) {
  if (!changes_rows_only(statement)) {
    AIFLOW_TRY(connection.script(statement));
    return set_left(connection, migration, left);
  }
  AIFLOW_ASSIGN(Transaction transaction, Transaction::begin(connection, TransactionKind::write));
  AIFLOW_TRY(connection.script(statement));
  AIFLOW_TRY(set_left(connection, migration, left));
  return transaction.commit();
}

Status up_one(Connection& connection, const Migration& migration, WallTime now) {
  const std::vector<std::string> statements = detail::split_statements(migration.sql);
  const auto total = std::ssize(statements);
  AIFLOW_TRY(
      connection.run("INSERT IGNORE INTO schema_version (version, name, applied_at,"
                     " statements_left) VALUES (?, ?, ?, ?)",
                     {migration.version, migration.name, now, total}));
  AIFLOW_ASSIGN(const auto noted,
                connection.first("SELECT statements_left FROM schema_version WHERE version = ?",
                                 {migration.version}, [](Row& row) { return row.integer(); }));
  const std::int64_t left = noted.value_or(kAllLeft);
  for (std::int64_t i = left < 0 ? 0 : std::max<std::int64_t>(0, total - left); i < total; ++i) {
    AIFLOW_TRY(
        run_step(connection, migration, statements[static_cast<std::size_t>(i)], total - i - 1));
  }
  return {};
}

Status up_in_steps(Connection& connection, std::span<const Migration> migrations, WallTime now) {
  MigrationLock lock(connection);
  AIFLOW_TRY(lock.take());
  AIFLOW_TRY(refuse_newer(connection, migrations));
  AIFLOW_ASSIGN(const int current, schema_version(connection));
  AIFLOW_TRY(
      connection.script("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY,"
                        " name VARBINARY(250) NOT NULL, applied_at BIGINT NOT NULL, "
                        "statements_left BIGINT NOT NULL)"));
  for (const Migration& migration : migrations) {
    if (migration.version <= current) continue;
    if (Status done = up_one(connection, migration, now); !done) {
      return fail(of_migration(std::move(done).error(), migration));
    }
  }
  return {};
}

Status down_in_steps(Connection& connection, std::span<const Migration* const> newest_first) {
  MigrationLock lock(connection);
  AIFLOW_TRY(lock.take());
  for (const Migration* migration : newest_first) {
    AIFLOW_TRY(set_left(connection, *migration, kAllLeft));
    if (Status done = connection.script(migration->down); !done) {
      return fail(of_migration(std::move(done).error(), *migration));
    }
    AIFLOW_TRY(
        connection.run("DELETE FROM schema_version WHERE version = ?", {migration->version}));
  }
  return {};
}

}  // namespace

Result<int> schema_version(Connection& connection) {
  // An unfinished one is followed by none that is finished.
  return highest(connection,
                 connection.dialect() == Dialect::sqlite ? "1 = 1" : "statements_left = 0");
}

Result<int> begun_version(Connection& connection) { return highest(connection, "1 = 1"); }

Status migrate(Connection& connection, std::span<const Migration> migrations, WallTime now) {
  return connection.dialect() == Dialect::sqlite ? up_at_once(connection, migrations, now)
                                                 : up_in_steps(connection, migrations, now);
}

Result<std::vector<const Migration*>> way_down(Connection& connection,
                                               std::span<const Migration> migrations, int to) {
  AIFLOW_TRY(refuse_newer(connection, migrations));
  AIFLOW_ASSIGN(const int begun, begun_version(connection));
  if (to < 1 || to >= begun) {
    return fail(ErrorCode::invalid_argument, "database '" + connection.name() + "' has schema " +
                                                 std::to_string(begun) +
                                                 "; it can be taken down to 1 or above");
  }
  std::vector<const Migration*> newest_first;
  for (auto migration = migrations.rbegin(); migration != migrations.rend(); ++migration) {
    if (migration->version <= to || migration->version > begun) continue;
    if (migration->down.empty()) {
      return fail(ErrorCode::invalid_argument,
                  "migration " + std::string(migration->name) +
                      " can't be undone; restore a backup from before it (aiflow db restore)");
    }
    newest_first.push_back(&*migration);
  }
  return newest_first;
}

Status migrate_down(Connection& connection, std::span<const Migration> migrations, int to) {
  AIFLOW_ASSIGN(const auto newest_first, way_down(connection, migrations, to));
  return connection.dialect() == Dialect::sqlite ? down_at_once(connection, newest_first)
                                                 : down_in_steps(connection, newest_first);
}

std::vector<std::string> statements_of(std::string_view sql) {
  return detail::split_statements(sql);
}

}  // namespace aiflow::db
