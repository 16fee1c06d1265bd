// SPDX-License-Identifier: Apache-2.0
#include "service/time_zone.h"

#include "log/log.h"
#include "os/zone/time_zone.h"

namespace aiflow::service {

dag::UtcOffset utc_offset_of(const std::string& zone) {
  const dag::UtcOffset utc = [](WallTime) { return Duration{0}; };
  if (zone.empty() || zone == "UTC") return utc;
  auto offset = os::read_zone(zone);
  if (offset) return *std::move(offset);
  log::warn("time zone unknown, UTC is used", {{"zone", zone}, {"error", offset.error()}});
  return utc;
}

}  // namespace aiflow::service
