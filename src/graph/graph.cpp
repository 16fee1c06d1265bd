// SPDX-License-Identifier: Apache-2.0
#include "graph/graph.h"

#include <algorithm>
#include <utility>

namespace aiflow::graph {
namespace {

/// Every value a node reads, its subgraphs' reads included.
std::vector<std::string> reads_of(const Node& node) {
  std::vector<std::string> reads;
  for (const std::string& input : node.inputs) {
    if (!input.empty()) reads.push_back(input);
  }
  for (const auto& [key, value] : node.attributes) {
    if (const auto* nested = std::get_if<Subgraph>(&value)) {
      reads.insert(reads.end(), nested->reads.begin(), nested->reads.end());
    }
  }
  return reads;
}

std::set<std::string> source_names(const Graph& graph) {
  std::set<std::string> names;
  for (const ValueInfo& input : graph.inputs) names.insert(input.name);
  for (const auto& [name, value] : graph.initializers) names.insert(name);
  return names;
}

Status check_sources(const Graph& graph) {
  std::set<std::string> seen;
  for (const ValueInfo& input : graph.inputs) {
    if (input.name.empty() || !seen.insert(input.name).second) {
      return fail(ErrorCode::corrupt, "the graph input '" + input.name + "' is named twice");
    }
  }
  if (graph.initializers.contains("")) {
    return fail(ErrorCode::corrupt, "an initialiser has no name");
  }
  return {};
}

template <class T>
const T* attribute(const Node& node, const std::string& key) {
  const auto found = node.attributes.find(key);
  return found == node.attributes.end() ? nullptr : std::get_if<T>(&found->second);
}

bool has_name(const Graph& graph, const std::string& name) {
  if (graph.initializers.contains(name) || find_value(graph, name) != nullptr) return true;
  return std::ranges::any_of(graph.nodes, [&](const Node& node) {
    return std::ranges::find(node.outputs, name) != node.outputs.end() ||
           std::ranges::find(node.inputs, name) != node.inputs.end();
  });
}

}  // namespace

Status check(const Graph& graph) {
  AIFLOW_TRY(check_sources(graph));
  std::set<std::string> made = source_names(graph);
  for (const Node& node : graph.nodes) {
    for (const std::string& input : node.inputs) {
      if (!input.empty() && !made.contains(input)) {
        return fail(ErrorCode::corrupt,
                    describe(node) + " reads '" + input + "', which nothing before it makes");
      }
    }
    for (const std::string& output : node.outputs) {
      if (!output.empty() && !made.insert(output).second) {
        return fail(ErrorCode::corrupt, "the value '" + output + "' is made twice");
      }
    }
  }
  for (const ValueInfo& output : graph.outputs) {
    if (!made.contains(output.name)) {
      return fail(ErrorCode::corrupt, "nothing makes the graph output '" + output.name + "'");
    }
  }
  return {};
}

Status sort_nodes(Graph& graph) {
  std::map<std::string, std::size_t> producer;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& output : graph.nodes[i].outputs) {
      if (!output.empty()) producer.emplace(output, i);
    }
  }
  std::vector<std::size_t> missing(graph.nodes.size(), 0);
  std::vector<std::vector<std::size_t>> waiting(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& read : reads_of(graph.nodes[i])) {
      const auto found = producer.find(read);
      if (found == producer.end()) continue;
      ++missing[i];
      waiting[found->second].push_back(i);
    }
  }
  std::set<std::size_t> ready;  // lowest index first: keeps the order where it is free
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (missing[i] == 0) ready.insert(i);
  }
  std::vector<Node> sorted;
  sorted.reserve(graph.nodes.size());
  while (!ready.empty()) {
    const std::size_t i = *ready.begin();
    ready.erase(ready.begin());
    for (const std::size_t next : waiting[i]) {
      if (--missing[next] == 0) ready.insert(next);
    }
    sorted.push_back(std::move(graph.nodes[i]));
  }
  if (sorted.size() != missing.size()) {
    const auto stuck = std::ranges::find_if(missing, [](std::size_t n) { return n > 0; });
    const auto index = static_cast<std::size_t>(stuck - missing.begin());
    return fail(ErrorCode::corrupt,
                "the graph has a cycle through " + describe(graph.nodes[index]));
  }
  graph.nodes = std::move(sorted);
  return {};
}

Status check_supported(const Graph& graph, const std::set<std::string>& ops) {
  for (const Node& node : graph.nodes) {
    if (!ops.contains(node.op) || !(node.domain.empty() || node.domain == "ai.onnx")) {
      const std::string prefix = node.domain.empty() ? "" : node.domain + ".";
      return fail(ErrorCode::invalid_argument,
                  "the operator " + prefix + describe(node) + " is not supported here");
    }
  }
  return {};
}

std::string describe(const Node& node) {
  std::string label = node.name;
  for (const std::string& output : node.outputs) {
    if (label.empty()) label = output;
  }
  return node.op + " '" + label + "'";
}

std::int64_t int_attribute(const Node& node, const std::string& key, std::int64_t otherwise) {
  const auto* found = attribute<std::int64_t>(node, key);
  return found == nullptr ? otherwise : *found;
}

float float_attribute(const Node& node, const std::string& key, float otherwise) {
  const auto* found = attribute<float>(node, key);
  return found == nullptr ? otherwise : *found;
}

std::string string_attribute(const Node& node, const std::string& key, std::string otherwise) {
  const auto* found = attribute<std::string>(node, key);
  return found == nullptr ? std::move(otherwise) : *found;
}

std::vector<std::int64_t> ints_attribute(const Node& node, const std::string& key) {
  const auto* found = attribute<std::vector<std::int64_t>>(node, key);
  return found == nullptr ? std::vector<std::int64_t>{} : *found;
}

const ValueInfo* find_value(const Graph& graph, std::string_view name) {
  for (const auto* list : {&graph.inputs, &graph.outputs}) {
    const auto found = std::ranges::find(*list, name, &ValueInfo::name);
    if (found != list->end() && (found->has_shape || list == &graph.inputs)) return &*found;
  }
  const auto found = graph.values.find(std::string(name));
  if (found != graph.values.end()) return &found->second;
  const auto output = std::ranges::find(graph.outputs, name, &ValueInfo::name);
  return output == graph.outputs.end() ? nullptr : &*output;
}

std::size_t constant_bytes(const Graph& graph) {
  std::size_t total = 0;
  for (const auto& [name, value] : graph.initializers) total += value.bytes().size();
  for (const Node& node : graph.nodes) {
    for (const auto& [key, value] : node.attributes) {
      if (const auto* held = std::get_if<tensor::Tensor>(&value)) total += held->bytes().size();
    }
  }
  return total;
}

Links::Links(const Graph& graph) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& output : graph.nodes[i].outputs) {
      if (!output.empty()) producer.emplace(output, i);
    }
    for (const std::string& read : reads_of(graph.nodes[i])) consumers[read].push_back(i);
  }
  for (const ValueInfo& output : graph.outputs) graph_outputs.insert(output.name);
}

std::ptrdiff_t Links::only_consumer(const std::string& value) const {
  const auto found = consumers.find(value);
  if (found == consumers.end() || found->second.size() != 1) return -1;
  return graph_outputs.contains(value) ? -1 : static_cast<std::ptrdiff_t>(found->second.front());
}

void replace_uses(Graph& graph, const std::string& from, const std::string& to) {
  for (Node& node : graph.nodes) std::ranges::replace(node.inputs, from, to);
}

std::string fresh_name(const Graph& graph, const std::string& stem) {
  if (!has_name(graph, stem)) return stem;
  for (std::size_t n = 1;; ++n) {
    std::string name = stem + "_" + std::to_string(n);
    if (!has_name(graph, name)) return name;
  }
}

}  // namespace aiflow::graph
