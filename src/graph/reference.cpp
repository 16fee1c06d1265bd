// SPDX-License-Identifier: Apache-2.0
#include "graph/reference.h"

#include <algorithm>
#include <utility>

#include "graph/detail/evaluators.h"

namespace aiflow::graph {
namespace {

detail::Evaluator find_evaluator(const Node& node) {
  if (!node.domain.empty()) return nullptr;
  for (const auto* table : {&detail::elementwise_evaluators(), &detail::layout_evaluators(),
                            &detail::index_evaluators(), &detail::neural_evaluators()}) {
    const auto found = table->find(node.op);
    if (found != table->end()) return found->second;
  }
  return nullptr;
}

Status run_node(const Node& node, Bindings& values, const EvaluateLimits& limits) {
  std::vector<const tensor::Tensor*> inputs;
  for (const std::string& name : node.inputs) {
    const auto found = values.find(name);
    if (!name.empty() && found == values.end()) {
      return fail(ErrorCode::not_found, describe(node) + ": the value '" + name + "' is missing");
    }
    inputs.push_back(name.empty() ? nullptr : &found->second);
  }
  AIFLOW_ASSIGN(auto results, evaluate_node(node, inputs, limits));
  for (std::size_t i = 0; i < std::min(results.size(), node.outputs.size()); ++i) {
    if (!node.outputs[i].empty()) values[node.outputs[i]] = std::move(results[i]);
  }
  return {};
}

}  // namespace

Result<std::vector<tensor::Tensor>> evaluate_node(const Node& node,
                                                  std::span<const tensor::Tensor* const> inputs,
                                                  const EvaluateLimits& limits) {
  const detail::Evaluator evaluator = find_evaluator(node);
  if (evaluator == nullptr) {
    return fail(ErrorCode::not_found, describe(node) + ": the operator is not known here");
  }
  auto results = evaluator({node, inputs, limits});
  if (!results) return fail(std::move(results).error().with_context(describe(node)));
  return results;
}

Result<Bindings> evaluate(const Graph& graph, const Bindings& inputs,
                          const EvaluateLimits& limits) {
  Bindings values = graph.initializers;
  for (const auto& [name, value] : inputs) values.insert_or_assign(name, value);
  for (const Node& node : graph.nodes) AIFLOW_TRY(run_node(node, values, limits));
  return values;
}

namespace detail {

Result<const tensor::Tensor*> Call::input(std::size_t index) const {
  if (has(index)) return inputs[index];
  return wrong("input " + std::to_string(index) + " is absent");
}

Result<tensor::Shape> Call::result_shape(const Dims& dims) const {
  AIFLOW_ASSIGN(auto shape, tensor::Shape::make(dims));
  if (shape.elements() <= limits.elements_max) return shape;
  return wrong("the result " + to_string(shape) + " is too large");
}

Dims Call::ints(std::size_t index, const std::string& attribute) const {
  if (has(index)) return tensor::to_ints(inputs[index]->view());
  return ints_attribute(node, attribute);
}

Dims dims_of(const tensor::Tensor& value) {
  const auto dims = value.shape().dims();
  return {dims.begin(), dims.end()};
}

Result<std::size_t> normal_axis(std::int64_t axis, std::size_t rank) {
  const auto limit = static_cast<std::int64_t>(rank);
  if (axis < -limit || axis >= limit) {
    return wrong("the axis " + std::to_string(axis) + " does not exist");
  }
  return static_cast<std::size_t>(axis < 0 ? axis + limit : axis);
}

bool is_float(tensor::DType dtype) {
  using enum tensor::DType;
  return dtype == f32 || dtype == f64 || dtype == f16 || dtype == bf16;
}

tensor::Tensor float_tensor(tensor::DType dtype, const tensor::Shape& shape,
                            const std::vector<float>& values) {
  auto out = tensor::Tensor::of<float>(shape, values);
  return dtype == tensor::DType::f32 ? out : tensor::cast(out.view(), dtype);
}

}  // namespace detail
}  // namespace aiflow::graph
