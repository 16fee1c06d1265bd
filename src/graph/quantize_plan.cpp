// SPDX-License-Identifier: Apache-2.0
#include "graph/detail/quantize_plan.h"

#include <algorithm>

#include "graph/detail/pass_support.h"

namespace aiflow::graph::detail {
namespace {

using tensor::DType;

bool passes_through(const std::string& op) {
  static const std::set<std::string> kOps{"MaxPool", "Reshape", "Flatten",  "Transpose",
                                          "Squeeze", "Resize",  "Unsqueeze"};
  return kOps.contains(op);
}

bool is_float_constant(const Graph& graph, const std::string& name, std::size_t rank) {
  const auto* value = constant_of(graph, name);
  return value != nullptr && value->dtype() == DType::f32 && value->shape().rank() == rank &&
         value->elements() > 0;
}

bool weights_fit(const Graph& graph, const Node& node) {
  if (node.inputs.size() < 2) return false;
  const bool conv = node.op == "Conv";
  if (!is_float_constant(graph, node.inputs[1], conv ? 4 : 2)) return false;
  if (node.op == "Gemm" &&
      (float_attribute(node, "alpha", 1) != 1 || float_attribute(node, "beta", 1) != 1 ||
       int_attribute(node, "transA", 0) != 0)) {
    return false;
  }
  if (node.inputs.size() < 3 || node.inputs[2].empty()) return true;
  const auto channels = constant_of(graph, node.inputs[1])->shape()[channel_axis(node)];
  return is_float_constant(graph, node.inputs[2], 1) &&
         constant_of(graph, node.inputs[2])->elements() == channels;
}

std::vector<std::size_t> data_positions(const Node& node) {
  if (node.op != "Add" && node.op != "Concat") return {0};
  std::vector<std::size_t> all(node.inputs.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  return all;
}

class Planner {
 public:
  Planner(const Graph& graph, const QuantizeOptions& options,
          const std::map<std::string, Range>* ranges)
      : graph_(graph), options_(options), ranges_(ranges), links_(graph) {
    find_last();
  }

  QuantizePlan make() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      if (!is_candidate(node)) continue;
      PlannedNode planned{.node = i,
                          .activation = {},
                          .limit = {},
                          .passes_through = passes_through(node.op),
                          .weights_only = last_.contains(i),
                          .data_inputs = data_positions(node),
                          .output = node.outputs[0]};
      if (planned.weights_only) {
        plan_.nodes.push_back(std::move(planned));
        continue;
      }
      if (planned.passes_through) {
        if (!made_quantized_.contains(node.inputs[0])) continue;
      } else if (last_joins_.contains(i) || (node.op == "Concat" && !all_quantized(node))) {
        continue;  // moving floats is cheaper than quantising them first
      } else {
        absorb_activation(planned);
      }
      if (!is_ranged(planned)) {
        plan_.unranged.push_back(describe(node));
        continue;
      }
      made_quantized_.insert(planned.output);
      plan_.nodes.push_back(std::move(planned));
    }
    return std::move(plan_);
  }

 private:
  /// Walks back from the outputs to the first nodes with weights. Joining values on that way is
  /// left in float: it would round a second time, and nothing calculates with the result.
  void find_last() {
    std::set<std::string> tail = links_.graph_outputs;
    std::set<std::string> float_tail = options_.float_outputs;
    for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
      const Node& node = graph_.nodes[i];
      const bool in_float = reaches(node, float_tail);
      if (!reaches(node, tail) && !in_float) continue;
      if (has_weights(node)) {
        if (in_float) last_.insert(i);
        continue;
      }
      if (node.op == "Concat") last_joins_.insert(i);
      tail.insert(node.inputs.begin(), node.inputs.end());
      if (in_float) float_tail.insert(node.inputs.begin(), node.inputs.end());
    }
  }

  static bool reaches(const Node& node, const std::set<std::string>& values) {
    return std::ranges::any_of(node.outputs,
                               [&](const std::string& name) { return values.contains(name); });
  }

  bool is_candidate(const Node& node) const {
    if (!node.domain.empty() || !options_.ops.contains(node.op) ||
        options_.float_nodes.contains(node.name) || node.inputs.empty() ||
        node.outputs.size() != 1) {
      return false;
    }
    if (has_weights(node) && !weights_fit(graph_, node)) return false;
    const auto is_data = [&](std::size_t position) {
      const std::string& name = node.inputs[position];
      const auto dtype = dtype_of_value(graph_, name);
      return !name.empty() && !graph_.initializers.contains(name) &&
             (!dtype || *dtype == DType::f32);
    };
    return std::ranges::all_of(data_positions(node), is_data);
  }

  bool all_quantized(const Node& node) const {
    return std::ranges::all_of(
        node.inputs, [&](const std::string& input) { return made_quantized_.contains(input); });
  }

  /// A Relu, or a Clip from exactly 0, that alone reads the node: with a range from 0 the
  /// saturation of QuantizeLinear does its work.
  void absorb_activation(PlannedNode& planned) const {
    const std::ptrdiff_t next = links_.only_consumer(planned.output);
    if (next < 0) return;
    const auto index = static_cast<std::size_t>(next);
    const Node& node = graph_.nodes[index];
    if (!node.domain.empty() || node.outputs.size() != 1) return;
    if (node.op == "Clip") {
      const auto low = clip_limit(node, 1);
      const auto high = clip_limit(node, 2);
      if (!low || *low != 0 || !high || !(*high > 0) || node.inputs[0] != planned.output) return;
      planned.limit = high;
    } else if (node.op != "Relu") {
      return;
    }
    planned.activation = index;
    planned.output = node.outputs[0];
  }

  std::optional<float> clip_limit(const Node& node, std::size_t position) const {
    if (graph_.opset < 11 || position >= node.inputs.size()) return std::nullopt;
    const auto* value = constant_of(graph_, node.inputs[position]);
    if (value == nullptr || value->dtype() != DType::f32 || value->elements() != 1) {
      return std::nullopt;
    }
    return value->data<float>()[0];
  }

  bool is_ranged(const PlannedNode& planned) const {
    if (ranges_ == nullptr || planned.passes_through) return true;
    const Node& node = graph_.nodes[planned.node];
    const auto known = [&](const std::string& name) {
      return ranges_->contains(name) || made_quantized_.contains(name);
    };
    return ranges_->contains(planned.output) &&
           std::ranges::all_of(planned.data_inputs,
                               [&](std::size_t i) { return known(node.inputs[i]); });
  }

  const Graph& graph_;
  const QuantizeOptions& options_;
  const std::map<std::string, Range>* ranges_;
  Links links_;
  std::set<std::size_t> last_;        ///< nodes with weights before outputs that stay in float
  std::set<std::size_t> last_joins_;  ///< Concats with no calculation after them
  std::set<std::string> made_quantized_;
  QuantizePlan plan_;
};

}  // namespace

QuantizePlan QuantizePlan::make(const Graph& graph, const QuantizeOptions& options,
                                const std::map<std::string, Range>* ranges) {
  return Planner(graph, options, ranges).make();
}

bool has_weights(const Node& node) {
  return node.op == "Conv" || node.op == "Gemm" || node.op == "MatMul";
}

std::size_t channel_axis(const Node& node) {
  const bool rows = node.op == "Conv" || int_attribute(node, "transB", 0) != 0;
  return rows ? 0 : 1;
}

}  // namespace aiflow::graph::detail
