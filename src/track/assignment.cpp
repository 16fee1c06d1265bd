// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "base/assert.h"
#include "track/detail/assignment.h"

namespace aiflow::track {
namespace {

/// Shortest augmenting paths over a table with rows <= columns. Rows and columns count from 1;
/// column 0 stands for "the row that is being placed".
class Solver {
 public:
  explicit Solver(const CostTable& table)
      : table_(table),
        row_potential_(table.rows + 1, 0),
        column_potential_(table.columns + 1, 0),
        row_of_(table.columns + 1, 0),
        came_from_(table.columns + 1, 0) {}

  std::vector<std::size_t> solve() {
    for (std::size_t row = 1; row <= table_.rows; ++row) place(row);
    std::vector<std::size_t> column_of(table_.rows, kNone);
    for (std::size_t column = 1; column <= table_.columns; ++column) {
      const std::size_t row = row_of_[column];
      if (row != 0 && table_.at(row - 1, column - 1) < kForbidden) column_of[row - 1] = column - 1;
    }
    return column_of;
  }

 private:
  void place(std::size_t row) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    row_of_[0] = row;
    slack_.assign(table_.columns + 1, kInfinity);
    used_.assign(table_.columns + 1, false);
    std::size_t column = 0;
    while (row_of_[column] != 0) column = step(column);
    while (column != 0) {
      const std::size_t before = came_from_[column];
      row_of_[column] = row_of_[before];
      column = before;
    }
  }

  /// Grows the tree by the column with the least slack, and returns it.
  std::size_t step(std::size_t column) {
    used_[column] = true;
    const std::size_t row = row_of_[column];
    std::size_t nearest = 0;
    double delta = std::numeric_limits<double>::infinity();
    for (std::size_t c = 1; c <= table_.columns; ++c) {
      if (used_[c]) continue;
      const double reduced = table_.at(row - 1, c - 1) - row_potential_[row] - column_potential_[c];
      if (reduced < slack_[c]) slack_[c] = reduced, came_from_[c] = column;
      if (slack_[c] < delta) delta = slack_[c], nearest = c;
    }
    AIFLOW_ASSERT(nearest != 0);
    for (std::size_t c = 0; c <= table_.columns; ++c) {
      if (used_[c]) {
        row_potential_[row_of_[c]] += delta;
        column_potential_[c] -= delta;
      } else {
        slack_[c] -= delta;
      }
    }
    return nearest;
  }

  const CostTable& table_;
  std::vector<double> row_potential_;
  std::vector<double> column_potential_;
  std::vector<std::size_t> row_of_;
  std::vector<std::size_t> came_from_;
  std::vector<double> slack_;
  std::vector<bool> used_;
};

CostTable transposed(const CostTable& table) {
  CostTable out{table.columns, table.rows, {}};
  out.costs.reserve(table.costs.size());
  for (std::size_t c = 0; c < table.columns; ++c) {
    for (std::size_t r = 0; r < table.rows; ++r) out.costs.push_back(table.at(r, c));
  }
  return out;
}

}  // namespace

std::vector<std::size_t> assign(const CostTable& table) {
  AIFLOW_ASSERT(table.costs.size() == table.rows * table.columns);
  if (table.rows == 0 || table.columns == 0) return std::vector<std::size_t>(table.rows, kNone);
  if (table.rows <= table.columns) return Solver(table).solve();
  const CostTable turned = transposed(table);
  const auto row_of = Solver(turned).solve();
  std::vector<std::size_t> column_of(table.rows, kNone);
  for (std::size_t column = 0; column < row_of.size(); ++column) {
    if (row_of[column] != kNone) column_of[row_of[column]] = column;
  }
  return column_of;
}

}  // namespace aiflow::track
