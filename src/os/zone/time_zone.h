// SPDX-License-Identifier: Apache-2.0
// Offsets of time zones, read from the system's zone files (RFC 9636) with the rule at their end
// for the years after the last listed change. The C library can only do this for one zone per
// process.
#pragma once

#include <functional>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace aiflow::os {

/// Offset of local time from UTC at a UTC instant.
using ZoneOffset = std::function<Duration(WallTime)>;

/// A zone by IANA name, or a fixed one as "+09:00" or "-03:30". Errors: not_found, corrupt.
[[nodiscard]] Result<ZoneOffset> read_zone(std::string_view name);

/// The zone in a zone file's bytes. Errors: corrupt.
[[nodiscard]] Result<ZoneOffset> parse_zone_file(std::string_view bytes);

/// A zone by a POSIX TZ rule, "EST5EDT,M3.2.0,M11.1.0". Errors: invalid_argument.
[[nodiscard]] Result<ZoneOffset> parse_zone_rule(std::string_view text);

}  // namespace aiflow::os
