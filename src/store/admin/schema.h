// SPDX-License-Identifier: Apache-2.0
// The version of the database's schema, and the ways up and down from it (`aiflow db`). Store::open
// takes the way up by itself.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "db/connection.h"

namespace aiflow::store {

struct SchemaState {
  int now = 0;                       ///< complete in the database; 0 = none
  int begun = 0;                     ///< above `now`: a change of the schema was interrupted
  int program = 0;                   ///< what this program needs
  std::vector<std::string> pending;  ///< names of the migrations from `now` to `program`
};
[[nodiscard]] Result<SchemaState> schema_state(db::Connection& db);

/// Errors: conflict (the schema is newer), those of the scripts.
Status upgrade_schema(db::Connection& db, WallTime now);

struct DowngradeStep {
  std::string name;  ///< of the migration
  std::vector<std::string> statements;
};
/// What downgrade_schema would do, in order. Errors: as its own.
[[nodiscard]] Result<std::vector<DowngradeStep>> downgrade_steps(db::Connection& db, int to);
/// Errors: invalid_argument (`to` is not below, or there is no way down), conflict (newer schema).
Status downgrade_schema(db::Connection& db, int to);

}  // namespace aiflow::store
