// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "graph/detail/evaluators.h"
#include "graph/detail/pass_support.h"
#include "graph/pass.h"

namespace aiflow::graph {
namespace {

using detail::Dims;
using tensor::DType;

struct Known {
  DType dtype = DType::f32;
  Dims dims;
};
using Inferred = std::optional<Known>;

/// What is known of a node's inputs; the graph is there for constants.
struct Context {
  const Graph& graph;
  const Node& node;
  const PassOptions& options;

  [[nodiscard]] Inferred input(std::size_t index) const {
    if (index >= node.inputs.size()) return std::nullopt;
    const std::string& name = node.inputs[index];
    const auto constant = graph.initializers.find(name);
    if (constant != graph.initializers.end()) {
      return Known{constant->second.dtype(), detail::dims_of(constant->second)};
    }
    const ValueInfo* info = find_value(graph, name);
    if (info == nullptr || !info->has_shape) return std::nullopt;
    return Known{info->dtype, info->dims};
  }
};

using Rule = Inferred (*)(const Context&);

Inferred same(const Context& context) { return context.input(0); }

std::int64_t broadcast_dim(std::int64_t a, std::int64_t b) {
  if (a == 1) return b;
  if (b == 1 || a == b) return a;
  return a == -1 ? b : (b == -1 ? a : -1);
}

Inferred elementwise(const Context& context) {
  Inferred out = context.input(0);
  for (std::size_t i = 1; out && i < context.node.inputs.size(); ++i) {
    const Inferred next = context.input(i);
    if (!next) return std::nullopt;
    Dims a = out->dims;
    Dims b = next->dims;
    const std::size_t rank = std::max(a.size(), b.size());
    a.insert(a.begin(), rank - a.size(), 1);
    b.insert(b.begin(), rank - b.size(), 1);
    std::ranges::transform(a, b, a.begin(), broadcast_dim);
    out->dims = a;
  }
  return out;
}

Inferred window_result(const Context& context, const Dims& kernel, std::int64_t channels) {
  Inferred out = context.input(0);
  if (!out || out->dims.size() != 4 || out->dims[2] < 1 || out->dims[3] < 1) return std::nullopt;
  if (int_attribute(context.node, "ceil_mode", 0) != 0) return std::nullopt;
  const auto window = detail::Window::of(context.node, out->dims, kernel);
  if (!window) return std::nullopt;
  out->dims = {out->dims[0], channels, window->out_h(out->dims[2]), window->out_w(out->dims[3])};
  return out;
}

Inferred conv(const Context& context) {
  const Inferred weights = context.input(1);
  if (!weights || weights->dims.size() != 4) return std::nullopt;
  return window_result(context, {weights->dims[2], weights->dims[3]}, weights->dims[0]);
}

Inferred pool(const Context& context) {
  const Inferred input = context.input(0);
  if (!input || input->dims.size() != 4) return std::nullopt;
  return window_result(context, ints_attribute(context.node, "kernel_shape"), input->dims[1]);
}

Inferred global_pool(const Context& context) {
  Inferred out = context.input(0);
  if (!out || out->dims.size() < 3) return std::nullopt;
  std::fill(out->dims.begin() + 2, out->dims.end(), 1);
  return out;
}

Inferred gemm(const Context& context) {
  const Inferred a = context.input(0);
  const Inferred b = context.input(1);
  if (!a || !b || a->dims.size() != 2 || b->dims.size() != 2) return std::nullopt;
  const bool turn_a = int_attribute(context.node, "transA", 0) != 0;
  const bool turn_b = int_attribute(context.node, "transB", 0) != 0;
  return Known{a->dtype, {a->dims[turn_a ? 1 : 0], b->dims[turn_b ? 0 : 1]}};
}

Inferred matmul(const Context& context) {
  Inferred a = context.input(0);
  const Inferred b = context.input(1);
  if (!a || !b || a->dims.size() < 2 || b->dims.size() != 2) return std::nullopt;
  a->dims.back() = b->dims[1];
  return a;
}

Inferred quantized(const Context& context) {
  Inferred out = context.input(0);
  const Inferred zero = context.input(2);
  if (out) out->dtype = zero ? zero->dtype : DType::u8;
  return out;
}

Inferred dequantized(const Context& context) {
  Inferred out = context.input(0);
  const Inferred scale = context.input(1);
  if (out) out->dtype = scale ? scale->dtype : DType::f32;
  return out;
}

Inferred resize(const Context& context) {
  Inferred out = context.input(0);
  const auto& inputs = context.node.inputs;
  if (!out) return std::nullopt;
  const auto* sizes = inputs.size() > 3 ? detail::constant_of(context.graph, inputs[3]) : nullptr;
  const auto* scales = inputs.size() > 2 ? detail::constant_of(context.graph, inputs[2]) : nullptr;
  if (sizes != nullptr && sizes->elements() == static_cast<std::int64_t>(out->dims.size())) {
    out->dims = to_ints(sizes->view());
    return out;
  }
  if (scales == nullptr || scales->elements() != static_cast<std::int64_t>(out->dims.size())) {
    return std::nullopt;
  }
  const auto factors = to_floats(scales->view());
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const double extent = static_cast<double>(out->dims[i]) * static_cast<double>(factors[i]);
    if (out->dims[i] < 0 || !(extent >= 0 && extent < 1e9)) return std::nullopt;
    out->dims[i] = static_cast<std::int64_t>(extent);
  }
  return out;
}

/// Layout operators: their evaluator run on zeros (constants as they are) tells the shape.
Inferred by_evaluation(const Context& context) {
  std::vector<tensor::Tensor> zeros;
  zeros.reserve(context.node.inputs.size());
  std::vector<const tensor::Tensor*> inputs;
  for (std::size_t i = 0; i < context.node.inputs.size(); ++i) {
    const std::string& name = context.node.inputs[i];
    if (const auto* constant = detail::constant_of(context.graph, name)) {
      inputs.push_back(constant);
      continue;
    }
    const Inferred known = context.input(i);
    const auto shape = known ? tensor::Shape::make(known->dims)
                             : Result<tensor::Shape>(fail(ErrorCode::not_found, "shape"));
    // Only the first input, or the parts of a Concat, may be unknown in value.
    const bool data = i == 0 || context.node.op == "Concat";
    if (!shape || !data || shape->elements() > context.options.folded_elements_max) {
      return std::nullopt;
    }
    inputs.push_back(&zeros.emplace_back(known->dtype, *shape));
  }
  const auto result =
      evaluate_node(context.node, inputs, {.elements_max = context.options.folded_elements_max});
  if (!result || result->empty()) return std::nullopt;
  return Known{result->front().dtype(), detail::dims_of(result->front())};
}

Inferred cast_to(const Context& context) {
  Inferred out = context.input(0);
  if (!out) return std::nullopt;
  const tensor::Tensor nothing(out->dtype, tensor::Shape{0});
  const tensor::Tensor* input = &nothing;
  const auto result = evaluate_node(context.node, {&input, 1});
  if (!result) return std::nullopt;
  out->dtype = result->front().dtype();
  return out;
}

Rule rule_of(const std::string& op) {
  static const std::map<std::string, Rule> kRules{{"Conv", conv},
                                                  {"MaxPool", pool},
                                                  {"AveragePool", pool},
                                                  {"Gemm", gemm},
                                                  {"MatMul", matmul},
                                                  {"GlobalAveragePool", global_pool},
                                                  {"Add", elementwise},
                                                  {"Sub", elementwise},
                                                  {"Mul", elementwise},
                                                  {"Div", elementwise},
                                                  {"Min", elementwise},
                                                  {"Max", elementwise},
                                                  {"Sum", elementwise},
                                                  {"Relu", same},
                                                  {"Clip", same},
                                                  {"Sigmoid", same},
                                                  {"Tanh", same},
                                                  {"LeakyRelu", same},
                                                  {"HardSigmoid", same},
                                                  {"HardSwish", same},
                                                  {"BatchNormalization", same},
                                                  {"Softmax", same},
                                                  {"Identity", same},
                                                  {"Dropout", same},
                                                  {"Exp", same},
                                                  {"Log", same},
                                                  {"Sqrt", same},
                                                  {"Neg", same},
                                                  {"Abs", same},
                                                  {"Floor", same},
                                                  {"Ceil", same},
                                                  {"Erf", same},
                                                  {"PRelu", same},
                                                  {"Resize", resize},
                                                  {"QuantizeLinear", quantized},
                                                  {"DequantizeLinear", dequantized},
                                                  {"Cast", cast_to},
                                                  {"Reshape", by_evaluation},
                                                  {"Flatten", by_evaluation},
                                                  {"Squeeze", by_evaluation},
                                                  {"Unsqueeze", by_evaluation},
                                                  {"Transpose", by_evaluation},
                                                  {"Concat", by_evaluation},
                                                  {"Slice", by_evaluation},
                                                  {"Gather", by_evaluation},
                                                  {"Shape", by_evaluation},
                                                  {"Constant", by_evaluation},
                                                  {"ConstantOfShape", by_evaluation}};
  const auto found = kRules.find(op);
  return found == kRules.end() ? nullptr : found->second;
}

}  // namespace

Status infer_shapes(Graph& graph, const PassOptions& options) {
  for (const Node& node : graph.nodes) {
    const Rule rule = node.domain.empty() ? rule_of(node.op) : nullptr;
    if (rule == nullptr || node.outputs.empty() || node.outputs[0].empty()) continue;
    const Inferred known = rule({graph, node, options});
    if (!known || !tensor::Shape::make(Dims(known->dims.size(), 0))) continue;
    graph.values[node.outputs[0]] = {
        .name = node.outputs[0], .dtype = known->dtype, .has_shape = true, .dims = known->dims};
  }
  return {};
}

}  // namespace aiflow::graph
