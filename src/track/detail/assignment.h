// SPDX-License-Identifier: Apache-2.0
// The assignment problem: pairs of rows and columns with the least total cost.
#pragma once

#include <cstddef>
#include <vector>

namespace aiflow::track {

/// Costs of a rows x columns table. A pair that may not be made has cost kForbidden.
struct CostTable {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> costs;  ///< row by row
  [[nodiscard]] double at(std::size_t row, std::size_t column) const {
    return costs[row * columns + column];
  }
};

/// Far above any sum of real costs (each at most 2), so as many allowed pairs as possible are made.
inline constexpr double kForbidden = 1e6;
inline constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// The column of each row, kNone where it has none. Equal costs: the result depends on the order of
/// rows and columns only. Hungarian method with potentials, O(rows^2 * columns).
[[nodiscard]] std::vector<std::size_t> assign(const CostTable& table);

}  // namespace aiflow::track
