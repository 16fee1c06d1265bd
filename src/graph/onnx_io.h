// SPDX-License-Identifier: Apache-2.0
// ONNX files in and out. The bytes may come from anyone: sizes, depth and shapes are checked, and
// nothing outside the bytes is ever read.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "graph/graph.h"

namespace aiflow::graph {

struct OnnxLimits {
  std::size_t bytes_max = std::size_t{1} << 30;
  std::size_t nodes_max = 100'000;
};

/// Errors: corrupt (no ONNX file, truncated, a cycle, sizes that do not fit), invalid_argument
/// (well formed, but external data, local functions, sparse or string tensors).
[[nodiscard]] Result<Graph> read_onnx(std::span<const std::byte> bytes,
                                      const OnnxLimits& limits = {});

/// Deterministic: the same graph gives the same bytes.
[[nodiscard]] std::vector<std::byte> write_onnx(const Graph& graph);

}  // namespace aiflow::graph
