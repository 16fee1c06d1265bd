// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "graph/detail/pass_support.h"
#include "graph/pass.h"

namespace aiflow::graph {
namespace {

void mark_reads(const Node& node, std::set<std::string>& used) {
  used.insert(node.inputs.begin(), node.inputs.end());
  for (const auto& [key, value] : node.attributes) {
    const auto* nested = std::get_if<Subgraph>(&value);
    if (nested != nullptr) used.insert(nested->reads.begin(), nested->reads.end());
  }
}

}  // namespace

Status remove_dead(Graph& graph, const PassOptions& /*options*/) {
  std::set<std::string> used = Links(graph).graph_outputs;
  std::vector<bool> erase(graph.nodes.size(), false);
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {  // consumers come after producers
    const Node& node = graph.nodes[i];
    erase[i] = std::ranges::none_of(
        node.outputs, [&](const std::string& o) { return !o.empty() && used.contains(o); });
    if (!erase[i]) mark_reads(node, used);
  }
  detail::erase_nodes(graph, erase);
  std::erase_if(graph.initializers, [&](const auto& item) { return !used.contains(item.first); });
  std::set<std::string> made;
  for (const Node& node : graph.nodes) made.insert(node.outputs.begin(), node.outputs.end());
  std::erase_if(graph.values, [&](const auto& item) { return !made.contains(item.first); });
  return {};
}

}  // namespace aiflow::graph
