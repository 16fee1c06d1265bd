// SPDX-License-Identifier: Apache-2.0
// What a simulation (whatif) needs of the database.
#pragma once

#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/result.h"
#include "db/connection.h"
#include "store/data/sight.h"
#include "wire/engine.h"

namespace aiflow::service {

inline constexpr int kWorkloadRunsMax = 5'000;
inline constexpr std::size_t kWorkloadTasksMax = 200'000;

struct WorkloadQuery {
  std::optional<std::pair<WallTime, WallTime>> period{};  ///< runs created in [first, second)
  store::Sight sight{};
};

/// The DAGs whose files are there, with how long their tasks take, the pools, and the period's runs
/// of these DAGs. Errors: invalid_argument when the period holds more than the limits above.
[[nodiscard]] Result<wire::Workload> read_workload(db::Connection& db, const WorkloadQuery& query);

}  // namespace aiflow::service
