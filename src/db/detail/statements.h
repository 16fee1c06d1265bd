// SPDX-License-Identifier: Apache-2.0
// Cutting a script into its statements. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aiflow::db::detail {

/// The statements of a script without comments ("-- …") and without the ';' that ends each. A ';'
/// in a quoted text ('…' or "…") belongs to the text. Bodies of triggers are not understood.
[[nodiscard]] std::vector<std::string> split_statements(std::string_view script);

/// `text`, or a copy in `room` in which every byte that is not UTF-8 is replaced by U+FFFD. A
/// MariaDB column of type text refuses such bytes, and a cause or a log line may have them.
[[nodiscard]] std::string_view as_utf8(std::string_view text, std::string& room);

}  // namespace aiflow::db::detail
