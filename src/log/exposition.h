// SPDX-License-Identifier: Apache-2.0
// Writes Prometheus text for numbers that are read at the moment they are asked for. (What counts
// up as things happen is in a Registry.)
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace aiflow::log {

class Exposition {
 public:
  /// Begins a family; its samples follow. type - gauge or counter.
  void family(std::string_view name, std::string_view type, std::string_view help);
  using Label = std::pair<std::string_view, std::string_view>;
  /// One sample of the family; values of labels are escaped.
  void sample(double value, std::initializer_list<Label> labels = {});

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string name_;
  std::string text_;
};

}  // namespace aiflow::log
