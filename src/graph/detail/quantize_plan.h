// SPDX-License-Identifier: Apache-2.0
// Which nodes are quantised, and at which values: decided before anything is changed.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "graph/quantize.h"

namespace aiflow::graph::detail {

struct PlannedNode {
  std::size_t node = 0;                   ///< index into graph.nodes
  std::optional<std::size_t> activation;  ///< the Relu or Clip that its range absorbs
  std::optional<float> limit;             ///< upper limit of that Clip
  bool passes_through = false;            ///< the output keeps the input's scale
  bool weights_only = false;              ///< data and output stay in float
  std::vector<std::size_t> data_inputs;   ///< input positions that carry activations
  std::string output;                     ///< after the absorbed activation
};

/// Nodes in graph order. With `ranges` null every needed range counts as known.
struct QuantizePlan {
  std::vector<PlannedNode> nodes;
  std::vector<std::string> unranged;

  [[nodiscard]] static QuantizePlan make(const Graph& graph, const QuantizeOptions& options,
                                         const std::map<std::string, Range>* ranges);
};

/// Has weights as a constant second input: Conv, Gemm, MatMul.
[[nodiscard]] bool has_weights(const Node& node);

/// The axis of the weights that counts output channels.
[[nodiscard]] std::size_t channel_axis(const Node& node);

}  // namespace aiflow::graph::detail
