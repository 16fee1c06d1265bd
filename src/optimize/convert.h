// SPDX-License-Identifier: Apache-2.0
// src/optimize: model jobs on local files' bytes: convert, optimise, compare. Numbers and graphs
// in, bytes and JSON out; the program around it is src/app/optimize. One thread.
//
// This header: a foreign model file becomes an ONNX graph and a decoder configuration.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "graph/graph.h"
#include "json/value.h"

namespace aiflow::optimize {

/// A part of a file; `bytes` 0 = to the end. Errors: invalid_argument when it is not inside.
struct Slice {
  std::size_t offset = 0;
  std::size_t bytes = 0;
};
[[nodiscard]] Result<std::string_view> cut(std::string_view file, Slice slice);

/// One label a line, blank lines left out; the first, "???", is the background class.
/// Errors: corrupt when it is no text.
[[nodiscard]] Result<std::vector<std::string>> parse_labels(std::string_view text);

/// The decoder configuration (docs/guide/decoders.md) of the detector `ssd-oidv4`.
/// Errors: invalid_argument when the graph's outputs do not have its shapes, or the number of
/// labels is not its number of classes.
[[nodiscard]] Result<json::Value> ssd_oidv4_decoder(const graph::Graph& graph,
                                                    const std::vector<std::string>& labels);

}  // namespace aiflow::optimize
