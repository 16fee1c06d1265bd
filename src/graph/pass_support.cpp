// SPDX-License-Identifier: Apache-2.0
#include "graph/detail/pass_support.h"

#include <algorithm>
#include <utility>

namespace aiflow::graph::detail {

std::set<std::string> input_names(const Graph& graph) {
  std::set<std::string> names;
  for (const ValueInfo& input : graph.inputs) names.insert(input.name);
  return names;
}

std::set<std::string> nested_reads(const Graph& graph) {
  std::set<std::string> names;
  for (const Node& node : graph.nodes) {
    for (const auto& [key, value] : node.attributes) {
      const auto* nested = std::get_if<Subgraph>(&value);
      if (nested != nullptr) names.insert(nested->reads.begin(), nested->reads.end());
    }
  }
  return names;
}

const tensor::Tensor* constant_of(const Graph& graph, const std::string& name) {
  const auto found = graph.initializers.find(name);
  if (found == graph.initializers.end()) return nullptr;
  const bool is_input =
      std::ranges::find(graph.inputs, name, &ValueInfo::name) != graph.inputs.end();
  return is_input ? nullptr : &found->second;
}

std::optional<std::vector<std::int64_t>> static_dims(const Graph& graph, const std::string& name) {
  const auto found = graph.initializers.find(name);
  if (found != graph.initializers.end()) {
    const auto dims = found->second.shape().dims();
    return std::vector<std::int64_t>(dims.begin(), dims.end());
  }
  const ValueInfo* info = find_value(graph, name);
  if (info == nullptr || !info->has_shape ||
      std::ranges::find(info->dims, -1) != info->dims.end()) {
    return std::nullopt;
  }
  return info->dims;
}

std::optional<tensor::DType> dtype_of_value(const Graph& graph, const std::string& name) {
  const auto found = graph.initializers.find(name);
  if (found != graph.initializers.end()) return found->second.dtype();
  const ValueInfo* info = find_value(graph, name);
  return info == nullptr ? std::nullopt : std::optional(info->dtype);
}

void erase_nodes(Graph& graph, const std::vector<bool>& erase) {
  std::vector<Node> kept;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!erase[i]) kept.push_back(std::move(graph.nodes[i]));
  }
  graph.nodes = std::move(kept);
}

}  // namespace aiflow::graph::detail
