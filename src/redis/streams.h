// SPDX-License-Identifier: Apache-2.0
// What the commands on streams answer, as values. Redis keeps pairs of texts; what these say is for
// the reader to judge: anybody with the password writes there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "redis/connection.h"

namespace aiflow::redis {

struct Entry {
  std::string id;  ///< "1700000000000-3"
  std::vector<std::pair<std::string, std::string>> fields;

  /// nullptr when there is none of that name.
  [[nodiscard]] const std::string* find(std::string_view name) const;
};
struct StreamEntries {
  std::string stream;
  std::vector<Entry> entries;
};

/// Of XREAD and XREADGROUP; nil (nothing came) is an empty list. Errors: corrupt.
[[nodiscard]] Result<std::vector<StreamEntries>> parse_read(const Reply& reply);
/// The entries of XRANGE, or of XAUTOCLAIM's second part; deleted ones (nil) are left out.
/// Errors: corrupt.
[[nodiscard]] Result<std::vector<Entry>> parse_entries(const Reply& reply);
/// The entries that XAUTOCLAIM has taken over. Errors: corrupt.
[[nodiscard]] Result<std::vector<Entry>> parse_autoclaim(const Reply& reply);

}  // namespace aiflow::redis
