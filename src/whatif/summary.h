// SPDX-License-Identifier: Apache-2.0
// A simulation in numbers: waiting times by DAG and pool, how long runs take, how busy slots are.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "whatif/simulate.h"

namespace aiflow::whatif {

/// Nearest-rank percentiles.
struct Spread {
  std::size_t count = 0;
  Duration median{0};
  Duration p95{0};
  Duration longest{0};
};

[[nodiscard]] Spread spread_of(std::vector<Duration> values);

struct Group {
  std::string name;       ///< of the DAG or the pool
  Spread waiting;         ///< of its attempts: from ready to started
  Spread runs;            ///< of its runs that ended: from arrival to end; a pool has none
  std::size_t stuck = 0;  ///< its runs that could not end
};

struct Summary {
  Group all;
  std::vector<Group> dags;   ///< by name
  std::vector<Group> pools;  ///< by name
  Duration span{0};          ///< from the first arrival to the last end
  double busy = 0;           ///< share of the slots' time in `span` that was used, 0 to 1
  std::size_t never_started = 0;
};

[[nodiscard]] Summary summarise(const Simulated& simulated, std::int32_t slots);

/// One column of the timeline.
struct Moment {
  WallTime at{};
  double busy = 0;     ///< slots in use, mean over the column
  double waiting = 0;  ///< attempts that are ready and wait, mean over the column
};

/// `columns` equal parts (at least 1) from `from` to `to`; empty when that is no time.
struct Window {
  WallTime from{};
  WallTime to{};
  int columns = 60;
};
[[nodiscard]] std::vector<Moment> timeline(const Simulated& simulated, const Window& window);

}  // namespace aiflow::whatif
