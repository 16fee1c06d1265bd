// SPDX-License-Identifier: Apache-2.0
// What several passes need.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "tensor/tensor.h"

namespace aiflow::graph::detail {

/// Names of graph inputs.
[[nodiscard]] std::set<std::string> input_names(const Graph& graph);

/// Values that nested graphs read: they must keep their names.
[[nodiscard]] std::set<std::string> nested_reads(const Graph& graph);

/// The initialiser's tensor; null pointer when the name is none, or the caller of the model may
/// replace it (it is a graph input too).
[[nodiscard]] const tensor::Tensor* constant_of(const Graph& graph, const std::string& name);

/// All dimensions of a value, when they are known.
[[nodiscard]] std::optional<std::vector<std::int64_t>> static_dims(const Graph& graph,
                                                                   const std::string& name);

/// Element type of a value, when it is known.
[[nodiscard]] std::optional<tensor::DType> dtype_of_value(const Graph& graph,
                                                          const std::string& name);

/// Removes the nodes whose flag is set.
void erase_nodes(Graph& graph, const std::vector<bool>& erase);

}  // namespace aiflow::graph::detail
