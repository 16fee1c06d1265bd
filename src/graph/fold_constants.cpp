// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>

#include "graph/detail/pass_support.h"
#include "graph/pass.h"
#include "graph/reference.h"

namespace aiflow::graph {
namespace {

/// Cheap operators only: a constant convolution could take hours, and folding the weights'
/// DequantizeLinear would undo a quantisation.
const std::set<std::string>& foldable_ops() {
  static const std::set<std::string> kOps{"Add",
                                          "Sub",
                                          "Mul",
                                          "Div",
                                          "Min",
                                          "Max",
                                          "Pow",
                                          "Neg",
                                          "Abs",
                                          "Floor",
                                          "Ceil",
                                          "Sqrt",
                                          "Exp",
                                          "Log",
                                          "Relu",
                                          "Clip",
                                          "Sigmoid",
                                          "Tanh",
                                          "Identity",
                                          "Constant",
                                          "Reshape",
                                          "Flatten",
                                          "Squeeze",
                                          "Transpose",
                                          "Concat",
                                          "Unsqueeze",
                                          "Slice",
                                          "Gather",
                                          "Cast",
                                          "Shape",
                                          "ConstantOfShape"};
  return kOps;
}

std::optional<std::vector<tensor::Tensor>> fold_node(const Graph& graph, const Node& node,
                                                     const PassOptions& options) {
  if (node.op == "Shape" && node.attributes.empty() && node.inputs.size() == 1) {
    const auto dims = detail::static_dims(graph, node.inputs[0]);
    if (!dims) return std::nullopt;
    const tensor::Shape line{static_cast<std::int64_t>(dims->size())};
    return std::vector{tensor::Tensor::of<std::int64_t>(line, *dims)};
  }
  std::vector<const tensor::Tensor*> inputs;
  for (const std::string& name : node.inputs) {
    inputs.push_back(name.empty() ? nullptr : detail::constant_of(graph, name));
    if (!name.empty() && inputs.back() == nullptr) return std::nullopt;
  }
  auto results = evaluate_node(node, inputs, {.elements_max = options.folded_elements_max});
  if (!results || results->size() < node.outputs.size()) return std::nullopt;
  return *std::move(results);
}

bool may_fold(const Node& node, const std::set<std::string>& fixed) {
  return node.domain.empty() && foldable_ops().contains(node.op) &&
         std::ranges::none_of(node.outputs,
                              [&](const std::string& o) { return fixed.contains(o); });
}

}  // namespace

Status fold_constants(Graph& graph, const PassOptions& options) {
  std::set<std::string> fixed = Links(graph).graph_outputs;
  fixed.merge(detail::nested_reads(graph));
  std::vector<bool> erase(graph.nodes.size(), false);
  std::int64_t budget = 4 * options.folded_elements_max;  // of all results together
  for (std::size_t i = 0; i < graph.nodes.size() && budget > 0; ++i) {
    const Node& node = graph.nodes[i];
    if (!may_fold(node, fixed)) continue;
    auto results = fold_node(graph, node, options);
    if (!results) continue;
    erase[i] = true;
    for (std::size_t o = 0; o < node.outputs.size(); ++o) {
      budget -= (*results)[o].elements();
      graph.values.erase(node.outputs[o]);
      graph.initializers.insert_or_assign(node.outputs[o], std::move((*results)[o]));
    }
  }
  detail::erase_nodes(graph, erase);
  return {};
}

}  // namespace aiflow::graph
