// SPDX-License-Identifier: Apache-2.0
// Which texts of a pod are secrets, and what stands in its log instead of them. The same rules as
// in the SDK (aiflow/environment/log_mask.py). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"

namespace aiflow::executor {

/// The values of the variables of all containers whose names are a secret's ("DB_PASSWORD").
[[nodiscard]] std::vector<std::string> secrets_of(const json::Value& manifest);

class LogMask {
 public:
  LogMask() = default;
  /// Each is masked as it is, in JSON and in a URL; of several lines each line. Texts of less than
  /// 4 bytes are not: half of a log would be stars.
  explicit LogMask(const std::vector<std::string>& secrets);

  [[nodiscard]] std::string masked(std::string_view text) const;
  /// Bytes of the longest text that is masked.
  [[nodiscard]] std::size_t longest() const;

 private:
  std::vector<std::string> texts_;  ///< the longest first
};

}  // namespace aiflow::executor
