// SPDX-License-Identifier: Apache-2.0
// When the next try is due (workflow-semantics section 9, Airflow's next_retry_datetime).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "dag/dag.h"

namespace aiflow::sched::detail {

using Sha1Digest = std::array<std::uint8_t, 20>;

/// SHA-1 (FIPS 180-4); here only a spreading function that Airflow fixed, not security.
[[nodiscard]] Sha1Digest sha1(std::string_view text);

/// Which attempt the delay belongs to; part of the hash.
struct AttemptName {
  std::string_view dag_id;
  std::string_view task_id;
  std::optional<WallTime> logical_date;
  std::int32_t try_number = 1;  ///< the try that has failed, from 1
};

/// Delay after the failed try: retry_delay, or exponential: between b and 2b with b = delay *
/// m^(try-1), the same for the same attempt; at most 24 h, then at most max_retry_delay.
[[nodiscard]] Duration retry_delay(const dag::Task& task, const AttemptName& attempt);

}  // namespace aiflow::sched::detail
