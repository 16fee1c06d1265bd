// SPDX-License-Identifier: Apache-2.0
#include "graph/detail/quantize_weights.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "graph/detail/test_graphs.h"
#include "graph/quantize.h"

using namespace aiflow;
using namespace aiflow::graph;
using detail::RandomNet;

namespace {

/// x [1,4,9,9], never negative -> Conv "first" -> Relu -> Conv "last" -> y.
Graph two_convolutions() {
  RandomNet source(11);
  Graph graph;
  graph.inputs = {{.name = "x", .has_shape = true, .dims = {1, 4, 9, 9}}};
  graph.initializers.emplace("w1", source.random(tensor::Shape{6, 4, 1, 1}));
  graph.initializers.emplace("w2", source.random(tensor::Shape{3, 6, 1, 1}));
  graph.nodes = {{.name = "first",
                  .op = "Conv",
                  .domain = "",
                  .inputs = {"x", "w1"},
                  .outputs = {"a"},
                  .attributes = {}},
                 {.name = "relu",
                  .op = "Relu",
                  .domain = "",
                  .inputs = {"a"},
                  .outputs = {"b"},
                  .attributes = {}},
                 {.name = "last",
                  .op = "Conv",
                  .domain = "",
                  .inputs = {"b", "w2"},
                  .outputs = {"y"},
                  .attributes = {}}};
  graph.outputs = {{.name = "y", .has_shape = true, .dims = {1, 3, 9, 9}}};
  return graph;
}

Bindings input_of(std::uint64_t seed) {
  Bindings inputs;
  inputs["x"] = RandomNet(seed).random(tensor::Shape{1, 4, 9, 9}, 0, 1);
  return inputs;
}

std::vector<float> means_of(const tensor::Tensor& value) {
  const auto data = value.data<float>();
  const auto channels = static_cast<std::size_t>(value.shape()[1]);
  const std::size_t step = data.size() / channels;
  std::vector<float> out;
  for (std::size_t c = 0; c < channels; ++c) {
    const auto part = data.subspan(c * step, step);
    out.push_back(std::reduce(part.begin(), part.end()) / static_cast<float>(step));
  }
  return out;
}

/// Ranges and channel means of one input's run.
QuantizeOptions calibrated(const Graph& graph) {
  QuantizeOptions options;
  const auto values = evaluate(graph, input_of(1));
  REQUIRE(values);
  for (const std::string& name : calibration_values(graph, options)) {
    RangeCollector collector;
    collector.add(values->at(name).data<float>());
    options.ranges[name] = collector.min_max();
    options.channel_means[name] = means_of(values->at(name));
  }
  return options;
}

/// How far the output channels' means are off, on the whole.
float mean_drift(const Graph& graph, const QuantizeOptions& options) {
  Graph small = graph;
  REQUIRE(quantize(small, options));
  const auto expected = means_of(evaluate(graph, input_of(1))->at("y"));
  const auto found = means_of(evaluate(small, input_of(1))->at("y"));
  float sum = 0;
  for (std::size_t c = 0; c < expected.size(); ++c) sum += std::fabs(expected[c] - found[c]);
  return sum;
}

const Node& node_named(const Graph& graph, const std::string& name) {
  return *std::ranges::find(graph.nodes, name, &Node::name);
}

}  // namespace

TEST_CASE("neighbouring weights never sum to more than int16 holds, and use more than 7 bits") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto weights = RandomNet(seed).random(tensor::Shape{5, 7, 3, 3});
    const auto quantized =
        detail::quantize_weights(weights, {.axis = 0, .pairs_fit_int16 = true, .scale_floor = {}});
    const auto stored = quantized.values.data<std::int8_t>();
    int largest = 0;
    for (std::size_t i = 0; i < stored.size(); ++i) {
      largest = std::max(largest, std::abs(int{stored[i]}));
      // The next one in the window, and the same place of the next input channel.
      for (const std::size_t step : {std::size_t{1}, std::size_t{9}}) {
        if (i % 63 + step >= 63) continue;
        const int next = stored[i + step];
        const int sum = 255 * (std::max<int>(stored[i], 0) + std::max(next, 0));
        const int negative = 255 * (std::min<int>(stored[i], 0) + std::min(next, 0));
        CHECK(sum <= 32767);
        CHECK(negative >= -32768);
      }
    }
    CHECK(largest > 64);
  }
}

TEST_CASE("a known mean of the inputs keeps the outputs' means") {
  const Graph graph = two_convolutions();
  const QuantizeOptions corrected = calibrated(graph);
  QuantizeOptions plain = corrected;
  plain.channel_means.clear();
  CHECK(mean_drift(graph, corrected) < 0.5F * mean_drift(graph, plain));
}

TEST_CASE("before an output that needs fine steps only the weights are quantised") {
  Graph graph = two_convolutions();
  QuantizeOptions options = calibrated(graph);
  options.float_outputs = {"y"};
  const Graph original = graph;
  const auto summary = quantize(graph, options);
  REQUIRE(summary);
  CHECK(summary->nodes_quantized == 1);
  CHECK(summary->nodes_weights_only == 1);
  CHECK(summary->nodes_float == 0);
  CHECK(std::ranges::count(graph.nodes, "QuantizeLinear", &Node::op) == 2);
  CHECK(node_named(graph, "last").outputs[0] == "y");
  CHECK_FALSE(graph.initializers.contains("w2"));
  Graph again = graph;
  REQUIRE(quantize(again, options));
  CHECK(again == graph);
}

TEST_CASE("a last join of values is not rounded a second time") {
  Graph graph = two_convolutions();
  graph.nodes.push_back({.name = "join",
                         .op = "Concat",
                         .domain = "",
                         .inputs = {"b", "y"},
                         .outputs = {"z"},
                         .attributes = {{"axis", std::int64_t{1}}}});
  graph.outputs = {{.name = "z", .has_shape = true, .dims = {1, 9, 9, 9}}};
  REQUIRE(quantize(graph, calibrated(graph)));
  CHECK(node_named(graph, "join").outputs[0] == "z");
  CHECK(std::ranges::count(graph.nodes, "QuantizeLinear", &Node::op) == 3);
}
