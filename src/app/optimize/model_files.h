// SPDX-License-Identifier: Apache-2.0
// Reading and writing what the commands work on, and their progress lines.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "graph/graph.h"
#include "json/value.h"

namespace aiflow::app {

/// A whole file, at most 1 GiB.
[[nodiscard]] Result<std::vector<std::byte>> read_bytes(const std::filesystem::path& file);
[[nodiscard]] Result<json::Value> read_json(const std::filesystem::path& file);
/// Errors name the file.
[[nodiscard]] Result<graph::Graph> read_model(const std::filesystem::path& file);
[[nodiscard]] Status write_model(const std::filesystem::path& file,
                                 std::span<const std::byte> bytes);

/// Prints `::aiflow:progress {…}` lines on stdout, at most five a second and the last one always.
class ProgressPrinter {
 public:
  ProgressPrinter(const Clock& clock, std::string unit, std::string what);
  void show(std::size_t done, std::size_t total);

 private:
  const Clock& clock_;
  std::string unit_;
  std::string what_;
  std::optional<SteadyTime> last_;
};

}  // namespace aiflow::app
