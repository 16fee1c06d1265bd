// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <optional>
#include <utility>

#include "graph/detail/pass_support.h"
#include "graph/pass.h"

namespace aiflow::graph {
namespace {

using tensor::DType;
using tensor::Tensor;

/// y[c] = x[c] * scale[c] + shift[c]
struct Affine {
  std::vector<double> scale;
  std::vector<double> shift;
};

std::optional<std::vector<float>> channel_values(const Graph& graph, const std::string& name,
                                                 std::size_t channels) {
  const Tensor* value = detail::constant_of(graph, name);
  if (value == nullptr || value->dtype() != DType::f32) return std::nullopt;
  auto values = to_floats(value->view());
  return values.size() == channels ? std::optional(std::move(values)) : std::nullopt;
}

std::optional<Affine> of_batch_norm(const Graph& graph, const Node& node, std::size_t channels) {
  if (node.inputs.size() != 5 || node.outputs.size() != 1) return std::nullopt;
  std::vector<std::vector<float>> parts;  // scale, bias, mean, variance
  for (std::size_t i = 1; i < 5; ++i) {
    auto part = channel_values(graph, node.inputs[i], channels);
    if (!part) return std::nullopt;
    parts.push_back(*std::move(part));
  }
  const double epsilon = static_cast<double>(float_attribute(node, "epsilon", 1e-5F));
  Affine out;
  for (std::size_t c = 0; c < channels; ++c) {
    const double deviation = std::sqrt(static_cast<double>(parts[3][c]) + epsilon);
    if (!(deviation > 0)) return std::nullopt;
    out.scale.push_back(static_cast<double>(parts[0][c]) / deviation);
    out.shift.push_back(static_cast<double>(parts[1][c]) -
                        static_cast<double>(parts[2][c]) * out.scale.back());
  }
  return out;
}

/// The constant operand of a Mul or Add as one number per channel: a scalar, [C,1,1] or [1,C,1,1].
std::optional<std::vector<float>> operand(const Graph& graph, const std::string& name,
                                          std::size_t channels) {
  const Tensor* value = detail::constant_of(graph, name);
  if (value == nullptr || value->dtype() != DType::f32) return std::nullopt;
  const auto dims = value->shape().dims();
  if (value->elements() == 1 && dims.size() <= 4) {
    return std::vector<float>(channels, to_floats(value->view())[0]);
  }
  const auto count = static_cast<std::int64_t>(channels);
  const bool three = dims.size() == 3 && dims[0] == count && dims[1] == 1 && dims[2] == 1;
  const bool four =
      dims.size() == 4 && dims[0] == 1 && dims[1] == count && dims[2] == 1 && dims[3] == 1;
  if (!three && !four) return std::nullopt;
  return to_floats(value->view());
}

std::optional<Affine> of_arithmetic(const Graph& graph, const Node& node, const std::string& conv,
                                    std::size_t channels) {
  if (node.inputs.size() != 2 || node.inputs[0] == node.inputs[1]) return std::nullopt;
  const auto values = operand(graph, node.inputs[node.inputs[0] == conv ? 1 : 0], channels);
  if (!values) return std::nullopt;
  const std::vector<double> numbers(values->begin(), values->end());
  if (node.op == "Mul") return Affine{numbers, std::vector<double>(channels, 0)};
  return Affine{std::vector<double>(channels, 1), numbers};
}

std::optional<Affine> affine_of(const Graph& graph, const Node& node, const std::string& conv,
                                std::size_t channels) {
  if (!node.domain.empty()) return std::nullopt;
  if (node.op == "BatchNormalization") return of_batch_norm(graph, node, channels);
  if (node.op == "Mul" || node.op == "Add") return of_arithmetic(graph, node, conv, channels);
  return std::nullopt;
}

/// Multiplies the affine step into the convolution. New constants get new names: the old ones may
/// have other users.
void absorb(Graph& graph, Node& conv, const Affine& affine) {
  const std::size_t channels = affine.scale.size();
  Tensor weights = graph.initializers.at(conv.inputs[1]);
  const auto values = weights.data<float>();
  const std::size_t per_channel = values.size() / channels;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(static_cast<double>(values[i]) * affine.scale[i / per_channel]);
  }
  std::vector<float> bias(channels, 0);
  if (conv.inputs.size() > 2 && !conv.inputs[2].empty()) {
    bias = to_floats(graph.initializers.at(conv.inputs[2]).view());
  }
  for (std::size_t c = 0; c < channels; ++c) {
    bias[c] = static_cast<float>(static_cast<double>(bias[c]) * affine.scale[c] + affine.shift[c]);
  }
  const std::string weight_name = fresh_name(graph, conv.inputs[1] + "/folded");
  graph.initializers.emplace(weight_name, std::move(weights));
  const std::string bias_name = fresh_name(graph, weight_name + "/bias");
  const tensor::Shape line{static_cast<std::int64_t>(channels)};
  graph.initializers.emplace(bias_name, Tensor::of<float>(line, bias));
  conv.inputs = {conv.inputs[0], weight_name, bias_name};
}

bool has_constant_weights(const Graph& graph, const Node& node) {
  if (node.op != "Conv" || !node.domain.empty() || node.inputs.size() < 2) return false;
  const Tensor* weights = detail::constant_of(graph, node.inputs[1]);
  if (weights == nullptr || weights->dtype() != DType::f32 || weights->shape().rank() < 3 ||
      weights->elements() == 0) {
    return false;
  }
  const bool has_bias = node.inputs.size() > 2 && !node.inputs[2].empty();
  const auto channels = static_cast<std::size_t>(weights->shape()[0]);
  return !has_bias || channel_values(graph, node.inputs[2], channels).has_value();
}

/// Absorbs one step after the convolution; false when there is none.
bool absorb_next(Graph& graph, std::size_t index, std::vector<bool>& erase) {
  Node& conv = graph.nodes[index];
  const Links links(graph);
  const std::string output = conv.outputs[0];
  const std::ptrdiff_t next = links.only_consumer(output);
  if (next < 0 || erase[static_cast<std::size_t>(next)]) return false;
  const Node& step = graph.nodes[static_cast<std::size_t>(next)];
  const auto channels = static_cast<std::size_t>(graph.initializers.at(conv.inputs[1]).shape()[0]);
  const auto affine = affine_of(graph, step, output, channels);
  if (!affine) return false;
  absorb(graph, conv, *affine);
  conv.outputs[0] = step.outputs[0];
  graph.values.erase(output);
  erase[static_cast<std::size_t>(next)] = true;
  // An erased node must not look like a second user of anything.
  Node& gone = graph.nodes[static_cast<std::size_t>(next)];
  gone.inputs.clear();
  gone.outputs.clear();
  return true;
}

}  // namespace

Status fold_batch_norm(Graph& graph, const PassOptions& /*options*/) {
  std::vector<bool> erase(graph.nodes.size(), false);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (erase[i] || !has_constant_weights(graph, graph.nodes[i])) continue;
    while (absorb_next(graph, i, erase)) {
    }
  }
  detail::erase_nodes(graph, erase);
  return sort_nodes(graph);
}

}  // namespace aiflow::graph
