// SPDX-License-Identifier: Apache-2.0
// Offsets of IANA time zones, read from the system's zone files (RFC 8536). The C library can only
// do this for one zone per process.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "dag/schedule.h"

namespace aiflow::service {

/// The zone's offset from UTC at a time. UTC, and a zone that is unknown, give zero; the latter is
/// logged.
[[nodiscard]] dag::UtcOffset utc_offset_of(const std::string& zone);

/// The same from a zone file's bytes. Errors: corrupt.
[[nodiscard]] Result<dag::UtcOffset> parse_zone_file(std::string_view bytes);

}  // namespace aiflow::service
