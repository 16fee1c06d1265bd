// SPDX-License-Identifier: Apache-2.0
// The fields of a cron text, each as the set of values it wants. The rules are croniter's, the
// library Airflow reads them with.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace aiflow::dag::detail {

enum class CronPart : std::uint8_t { minute, hour, day, month, weekday, second, year };
constexpr std::size_t kCronParts = 7;
constexpr int kFirstYear = 1970;

struct CronField {
  std::bitset<130> values{};              ///< years count from 1970
  bool star = false;                      ///< any value
  bool only_star = false;                 ///< nothing beside the star
  bool last_day = false;                  ///< L in the day field
  int nearest_to = 0;                     ///< 15W: 15; 0 = none
  std::array<std::uint8_t, 7> nth{};      ///< by weekday: bit n = its n-th in the month
  static constexpr int kLastOfMonth = 6;  ///< the bit of L5
  bool has_nth = false;

  [[nodiscard]] bool has(int value) const {
    return star || values[static_cast<std::size_t>(value)];
  }
};

using CronFields = std::array<CronField, kCronParts>;

/// Errors: invalid_argument naming the field and what it takes.
[[nodiscard]] Result<CronFields> parse_cron_fields(std::string_view text);

}  // namespace aiflow::dag::detail
