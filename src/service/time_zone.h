// SPDX-License-Identifier: Apache-2.0
// Time zones for schedules.
#pragma once

#include <string>

#include "dag/cron.h"

namespace aiflow::service {

/// The zone's offset from UTC at a time. UTC, and a zone that is unknown, give zero; the latter is
/// logged.
[[nodiscard]] dag::UtcOffset utc_offset_of(const std::string& zone);

}  // namespace aiflow::service
