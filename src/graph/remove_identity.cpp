// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "graph/detail/pass_support.h"
#include "graph/pass.h"

namespace aiflow::graph {
namespace {

using Dims = std::vector<std::int64_t>;

bool same_shape(const Graph& graph, const Node& node) {
  const auto before = detail::static_dims(graph, node.inputs[0]);
  const auto after = detail::static_dims(graph, node.outputs[0]);
  return before && after && *before == *after;
}

bool same_dtype(const Graph& graph, const Node& node) {
  const auto before = detail::dtype_of_value(graph, node.inputs[0]);
  const auto after = detail::dtype_of_value(graph, node.outputs[0]);
  return before && after && *before == *after;
}

bool is_identity_order(const Dims& order) {
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (order[i] != static_cast<std::int64_t>(i)) return false;
  }
  return !order.empty();
}

bool pads_nothing(const Graph& graph, const Node& node) {
  Dims pads = ints_attribute(node, "pads");
  if (node.inputs.size() > 1) {
    const auto* constant = detail::constant_of(graph, node.inputs[1]);
    if (constant == nullptr) return false;
    pads = to_ints(constant->view());
  }
  return !pads.empty() && std::ranges::all_of(pads, [](std::int64_t pad) { return pad == 0; });
}

bool has_no_limits(const Node& node) {
  const bool by_input = std::ranges::any_of(node.inputs.begin() + 1, node.inputs.end(),
                                            [](const std::string& n) { return !n.empty(); });
  return !by_input && node.attributes.empty();
}

bool changes_nothing(const Graph& graph, const Node& node) {
  if (!node.domain.empty() || node.inputs.empty() || node.outputs.empty()) return false;
  if (node.op == "Identity") return true;
  if (node.op == "Dropout") return node.outputs.size() == 1 && node.inputs.size() < 3;
  if (node.op == "Cast") return same_dtype(graph, node);
  if (node.op == "Transpose") return is_identity_order(ints_attribute(node, "perm"));
  if (node.op == "Concat") return node.inputs.size() == 1;
  if (node.op == "Pad") return pads_nothing(graph, node);
  if (node.op == "Clip") return has_no_limits(node);
  const bool reshapes = node.op == "Reshape" || node.op == "Flatten" || node.op == "Squeeze" ||
                        node.op == "Unsqueeze";
  return reshapes && same_shape(graph, node);
}

class Remover {
 public:
  explicit Remover(Graph& graph)
      : graph_(graph),
        erase_(graph.nodes.size(), false),
        links_(graph),
        sources_(detail::input_names(graph)),
        nested_(detail::nested_reads(graph)) {}

  Status run() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      join_transposes(graph_.nodes[i]);
      if (changes_nothing(graph_, graph_.nodes[i])) erase_[i] = bypass(graph_.nodes[i]);
    }
    detail::erase_nodes(graph_, erase_);
    return {};
  }

 private:
  /// Transpose(Transpose(x)) becomes one Transpose of x; the first one may then be dead.
  void join_transposes(Node& node) {
    if (node.op != "Transpose" || !node.domain.empty() || node.inputs.size() != 1) return;
    const auto found = links_.producer.find(node.inputs[0]);
    if (found == links_.producer.end()) return;
    const Node& first = graph_.nodes[found->second];
    const Dims inner = ints_attribute(first, "perm");
    const Dims outer = ints_attribute(node, "perm");
    if (first.op != "Transpose" || erase_[found->second] || inner.size() != outer.size() ||
        outer.empty()) {
      return;
    }
    Dims joined;
    for (const std::int64_t axis : outer) {
      if (axis < 0 || axis >= static_cast<std::int64_t>(inner.size())) return;
      joined.push_back(inner[static_cast<std::size_t>(axis)]);
    }
    node.attributes["perm"] = joined;
    node.inputs[0] = first.inputs[0];
  }

  /// Takes the node out of the path; false when its names have to stay.
  bool bypass(Node& node) {
    const std::string from = node.outputs[0];
    const std::string to = node.inputs[0];
    if (nested_.contains(from)) return false;
    if (!links_.graph_outputs.contains(from)) {
      for (Node& other : graph_.nodes) std::ranges::replace(other.inputs, from, to);
      return true;
    }
    // A graph output keeps its name, so whoever makes the input makes the output instead.
    const auto producer = links_.producer.find(to);
    if (producer == links_.producer.end() || links_.graph_outputs.contains(to) ||
        sources_.contains(to) || nested_.contains(to) || erase_[producer->second]) {
      return false;
    }
    for (Node& other : graph_.nodes) {
      std::ranges::replace(other.inputs, to, from);
      if (&other != &node) std::ranges::replace(other.outputs, to, from);
    }
    links_.producer[from] = producer->second;
    graph_.values.erase(to);
    return true;
  }

  Graph& graph_;
  std::vector<bool> erase_;
  Links links_;
  std::set<std::string> sources_;
  std::set<std::string> nested_;
};

}  // namespace

Status remove_identity(Graph& graph, const PassOptions& /*options*/) {
  return Remover(graph).run();
}

}  // namespace aiflow::graph
