// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "store/detail/migrations.h"
#include "store/store.h"
#include "store/testing/test_database.h"

namespace aiflow::store {
namespace {

bool is_definition(std::string_view statement) {
  return statement.starts_with("CREATE") || statement.starts_with("DROP") ||
         statement.starts_with("ALTER TABLE");
}

bool may_run_twice(std::string_view statement) {
  return !is_definition(statement) || statement.find(" IF NOT EXISTS ") != std::string_view::npos ||
         statement.find(" IF EXISTS ") != std::string_view::npos;
}

TEST_CASE("both dialects have the same migrations, each but the first with a way down") {
  const auto sqlite = detail::sqlite_migrations();
  const auto mariadb = detail::mariadb_migrations();
  REQUIRE(sqlite.size() == mariadb.size());
  for (std::size_t i = 0; i < sqlite.size(); ++i) {
    CAPTURE(sqlite[i].name);
    CHECK(sqlite[i].version == mariadb[i].version);
    CHECK(sqlite[i].down.empty() == (i == 0));
    CHECK(mariadb[i].down.empty() == (i == 0));
  }
}

TEST_CASE("MariaDB's definitions may be run twice, because it commits each by itself") {
  for (const db::Migration& migration : detail::mariadb_migrations()) {
    for (const std::string_view script : {migration.sql, migration.down}) {
      for (const std::string& statement : db::statements_of(script)) {
        INFO(migration.name << ": " << statement);
        CHECK(may_run_twice(statement));
      }
    }
  }
  CHECK_FALSE(may_run_twice("CREATE TABLE t (i BIGINT)"));
}

TEST_CASE("the schema goes down to the first version and up again") {
  const testing::TestDatabase database;
  REQUIRE(Store::open(database.address(), WallTime{}).has_value());
  const auto connection = database.connect();
  const auto migrations = detail::migrations(connection->dialect());
  const Status down = db::migrate_down(*connection, migrations, 1);
  if (!down) FAIL(down.error().message);
  CHECK(db::schema_version(*connection).value() == 1);
  REQUIRE(Store::open(database.address(), WallTime{}).has_value());
  CHECK(db::schema_version(*connection).value() == migrations.back().version);
}

}  // namespace
}  // namespace aiflow::store
