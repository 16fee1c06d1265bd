// SPDX-License-Identifier: Apache-2.0
#include "store/admin/schema.h"

#include <utility>

#include "db/migrate.h"
#include "store/detail/migrations.h"

namespace aiflow::store {

Result<SchemaState> schema_state(db::Connection& db) {
  const auto migrations = detail::migrations(db.dialect());
  SchemaState state;
  AIFLOW_ASSIGN(state.now, db::schema_version(db));
  AIFLOW_ASSIGN(state.begun, db::begun_version(db));
  state.program = migrations.back().version;
  for (const db::Migration& migration : migrations) {
    if (migration.version > state.now) state.pending.emplace_back(migration.name);
  }
  return state;
}

Status upgrade_schema(db::Connection& db, WallTime now) {
  return db::migrate(db, detail::migrations(db.dialect()), now);
}

Result<std::vector<DowngradeStep>> downgrade_steps(db::Connection& db, int to) {
  AIFLOW_ASSIGN(const auto way, db::way_down(db, detail::migrations(db.dialect()), to));
  std::vector<DowngradeStep> steps;
  for (const db::Migration* migration : way) {
    steps.push_back(
        {.name = std::string(migration->name), .statements = db::statements_of(migration->down)});
  }
  return steps;
}

Status downgrade_schema(db::Connection& db, int to) {
  return db::migrate_down(db, detail::migrations(db.dialect()), to);
}

}  // namespace aiflow::store
