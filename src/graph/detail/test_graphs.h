// SPDX-License-Identifier: Apache-2.0
// Random small networks for the tests of this library.
#pragma once

#include <string>
#include <vector>

#include "base/prng.h"
#include "graph/graph.h"
#include "graph/reference.h"

namespace aiflow::graph::detail {

/// A classifier-like network of several convolution blocks: plain and depthwise, with and without
/// bias, batch normalisation, per-channel Mul and Add, Relu, Clip, residual Add, Identity, Dropout,
/// Concat, pools; then a shape calculation, Reshape and Gemm. Same seed, same network.
class RandomNet {
 public:
  explicit RandomNet(std::uint64_t seed) : prng_(seed) {}

  Graph make() {
    graph_.name = "random";
    graph_.inputs = {{.name = "x", .has_shape = true, .dims = {1, 4, 9, 9}}};
    std::string value = "x";
    channels_ = 4;
    const auto blocks = 2 + prng_.below(3);
    for (std::uint64_t i = 0; i < blocks; ++i) value = block(value);
    value = head(value);
    graph_.outputs = {{.name = value, .has_shape = true, .dims = {1, 5}}};
    return graph_;
  }

  tensor::Tensor random(tensor::Shape shape, float low = -1, float high = 1) {
    tensor::Tensor out(tensor::DType::f32, std::move(shape));
    for (float& v : out.data<float>()) {
      v = low + (high - low) * static_cast<float>(prng_.unit());
    }
    return out;
  }

 private:
  std::string fresh(const std::string& stem) { return stem + std::to_string(counter_++); }

  std::string constant(tensor::Tensor value) {
    std::string name = fresh("c");
    graph_.initializers.emplace(name, std::move(value));
    return name;
  }

  std::string add(const std::string& op, std::vector<std::string> inputs,
                  std::map<std::string, AttributeValue> attributes = {}) {
    std::string out = fresh("v");
    graph_.nodes.push_back({.name = op + out,
                            .op = op,
                            .domain = "",
                            .inputs = std::move(inputs),
                            .outputs = {out},
                            .attributes = std::move(attributes)});
    return out;
  }

  std::string conv(const std::string& value) {
    const bool depthwise = prng_.chance(0.3);
    const std::int64_t kernel = prng_.chance(0.5) ? 3 : 1;
    const auto out = depthwise ? channels_ : static_cast<std::int64_t>(2 + prng_.below(5));
    const tensor::Shape shape{out, depthwise ? 1 : channels_, kernel, kernel};
    std::vector<std::string> inputs{value, constant(random(shape))};
    if (prng_.chance(0.5)) inputs.push_back(constant(random(tensor::Shape{out})));
    std::map<std::string, AttributeValue> attributes;
    attributes["group"] = depthwise ? channels_ : std::int64_t{1};
    attributes["pads"] = std::vector<std::int64_t>(4, kernel / 2);
    channels_ = out;
    return add("Conv", inputs, attributes);
  }

  std::string batch_norm(const std::string& value) {
    const tensor::Shape line{channels_};
    return add("BatchNormalization",
               {value, constant(random(line, 0.5F, 1.5F)), constant(random(line)),
                constant(random(line)), constant(random(line, 0.2F, 2))});
  }

  std::string activation(const std::string& value) {
    switch (prng_.below(4)) {
      case 0: return add("Relu", {value});
      case 1:
        return add("Clip", {value, constant(tensor::Tensor::scalar(0.0F)),
                            constant(tensor::Tensor::scalar(6.0F))});
      case 2: return add("Sigmoid", {value});
      default: return value;
    }
  }

  std::string block(const std::string& start) {
    std::string value = conv(start);
    if (prng_.chance(0.5)) value = batch_norm(value);
    const tensor::Shape per_channel{channels_, 1, 1};
    if (prng_.chance(0.3)) value = add("Mul", {value, constant(random(per_channel))});
    if (prng_.chance(0.3)) value = add("Add", {constant(random(per_channel)), value});
    value = activation(value);
    if (prng_.chance(0.3)) value = add("Identity", {value});
    if (prng_.chance(0.3)) value = add("Dropout", {value});
    if (prng_.chance(0.4)) value = add("Add", {value, conv_like(value)});
    if (prng_.chance(0.3)) {
      value = add("Concat", {value, add("Relu", {value})}, {{"axis", std::int64_t{1}}});
      channels_ *= 2;
    }
    if (prng_.chance(0.3)) {
      const std::vector<std::int64_t> two{3, 3};
      value = add(prng_.chance(0.5) ? "MaxPool" : "AveragePool", {value},
                  {{"kernel_shape", two}, {"pads", std::vector<std::int64_t>(4, 1)}});
    }
    return value;
  }

  /// A convolution that keeps the number of channels, for a residual.
  std::string conv_like(const std::string& value) {
    return add("Conv", {value, constant(random(tensor::Shape{channels_, channels_, 1, 1}))});
  }

  std::string head(std::string value) {
    using Line = std::vector<std::int64_t>;
    value = add("Transpose", {value}, {{"perm", Line{0, 2, 3, 1}}});
    value = add("Transpose", {value}, {{"perm", Line{0, 3, 1, 2}}});
    value = add("GlobalAveragePool", {value});
    const std::string shape = add("Shape", {value});
    const std::string first = constant(tensor::Tensor::scalar(std::int64_t{0}));
    const std::string batch = add("Gather", {shape, first});
    const std::string axes = constant(tensor::Tensor::of<std::int64_t>(tensor::Shape{1}, Line{0}));
    const std::string row = add("Unsqueeze", {batch, axes});
    const std::string rest = add(
        "Constant", {}, {{"value", tensor::Tensor::of<std::int64_t>(tensor::Shape{1}, Line{-1})}});
    const std::string target = add("Concat", {row, rest}, {{"axis", std::int64_t{0}}});
    value = add("Reshape", {value, target});
    value = add(
        "Gemm",
        {value, constant(random(tensor::Shape{5, channels_})), constant(random(tensor::Shape{5}))},
        {{"transB", std::int64_t{1}}});
    return add("Softmax", {value}, {{"axis", std::int64_t{1}}});
  }

  Prng prng_;
  Graph graph_;
  std::int64_t channels_ = 0;
  int counter_ = 0;
};

/// The graph's only output for a random input of this seed.
inline tensor::Tensor run_random(const Graph& graph, std::uint64_t seed) {
  RandomNet source(seed);
  const auto& dims = graph.inputs.at(0).dims;
  auto shape = tensor::Shape::make(dims);
  Bindings inputs;
  inputs["x"] = source.random(*std::move(shape));
  auto values = evaluate(graph, inputs);
  if (!values) return {};
  return values->at(graph.outputs.at(0).name);
}

inline float largest_difference(const tensor::Tensor& a, const tensor::Tensor& b) {
  if (!(a.shape() == b.shape()) || a.elements() == 0) return 1e9F;
  const auto x = to_floats(a.view());
  const auto y = to_floats(b.view());
  float worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float difference = x[i] > y[i] ? x[i] - y[i] : y[i] - x[i];
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}

}  // namespace aiflow::graph::detail
