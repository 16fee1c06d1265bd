// SPDX-License-Identifier: Apache-2.0
#include "graph/pass.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "graph/detail/test_graphs.h"
#include "graph/onnx_io.h"
#include "graph/quantize.h"

using namespace aiflow;
using namespace aiflow::graph;
using detail::largest_difference;
using detail::RandomNet;
using detail::run_random;

namespace {

constexpr std::uint64_t kNets = 40;

struct NamedPass {
  const char* name;
  Status (*run)(Graph&, const PassOptions&);
};

constexpr NamedPass kPasses[] = {{"infer_shapes", infer_shapes},
                                 {"fold_constants", fold_constants},
                                 {"fold_batch_norm", fold_batch_norm},
                                 {"remove_identity", remove_identity},
                                 {"remove_dead", remove_dead},
                                 {"clean_inputs", clean_inputs},
                                 {"simplify", simplify}};

long count_op(const Graph& graph, const std::string& op) {
  return std::ranges::count(graph.nodes, op, &Node::op);
}

/// Ranges of every calibration value over a few random inputs.
QuantizeOptions calibrated(const Graph& graph) {
  QuantizeOptions options;
  std::map<std::string, RangeCollector> collectors;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    RandomNet source(seed);
    Bindings inputs;
    inputs["x"] = source.random(tensor::Shape{1, 4, 9, 9});
    const auto values = evaluate(graph, inputs);
    REQUIRE(values);
    for (const std::string& name : calibration_values(graph, options)) {
      collectors[name].add(values->at(name).data<float>());
    }
  }
  for (const auto& [name, collector] : collectors) options.ranges[name] = collector.min_max();
  return options;
}

}  // namespace

TEST_CASE("every pass keeps what a random network calculates, and twice is once") {
  for (std::uint64_t seed = 0; seed < kNets; ++seed) {
    const Graph original = RandomNet(seed).make();
    REQUIRE(check(original));
    const auto expected = run_random(original, seed + 1000);
    REQUIRE(expected.elements() == 5);
    for (const NamedPass& pass : kPasses) {
      INFO("pass " << pass.name << ", seed " << seed);
      Graph graph = original;
      REQUIRE(pass.run(graph, {}));
      REQUIRE(check(graph));
      CHECK(largest_difference(run_random(graph, seed + 1000), expected) < 2e-6F);
      Graph again = graph;
      REQUIRE(pass.run(again, {}));
      CHECK(again == graph);
    }
  }
}

TEST_CASE("simplifying leaves no batch norm, identity, dropout or shape calculation") {
  for (std::uint64_t seed = 0; seed < kNets; ++seed) {
    Graph graph = RandomNet(seed).make();
    REQUIRE(simplify(graph));
    INFO("seed " << seed);
    for (const char* op : {"BatchNormalization", "Identity", "Dropout", "Shape", "Gather",
                           "Constant", "Transpose", "Unsqueeze"}) {
      CHECK_MESSAGE(count_op(graph, op) == 0, op);
    }
  }
}

TEST_CASE("fp16 stays near the original and keeps FP32 borders") {
  for (std::uint64_t seed = 0; seed < kNets; ++seed) {
    Graph graph = RandomNet(seed).make();
    REQUIRE(simplify(graph));
    const Graph simple = graph;
    REQUIRE(convert_fp16(graph));
    INFO("seed " << seed);
    REQUIRE(check(graph));
    CHECK(graph.inputs == simple.inputs);
    CHECK(graph.outputs == simple.outputs);
    CHECK(constant_bytes(graph) < constant_bytes(simple) * 6 / 10 + 64);
    Graph again = graph;
    REQUIRE(convert_fp16(again));
    CHECK(again == graph);
  }
}

TEST_CASE("a weight that does not fit fp16 is refused by name") {
  Graph graph;
  graph.inputs = {{.name = "x", .has_shape = true, .dims = {1}}};
  graph.initializers.emplace("huge", tensor::Tensor::scalar(1e6F));
  graph.nodes = {{.name = "m",
                  .op = "Mul",
                  .domain = "",
                  .inputs = {"x", "huge"},
                  .outputs = {"y"},
                  .attributes = {}}};
  graph.outputs = {{.name = "y", .has_shape = true, .dims = {1}}};
  const auto status = convert_fp16(graph);
  REQUIRE_FALSE(status);
  CHECK(status.error().message.find("huge") != std::string::npos);
}

TEST_CASE("int8 stays within the error bound, also with small weights") {
  for (std::uint64_t seed = 0; seed < kNets; ++seed) {
    Graph simple = RandomNet(seed).make();
    REQUIRE(simplify(simple));
    QuantizeOptions options = calibrated(simple);
    for (const bool reduce : {false, true}) {
      INFO("seed " << seed << " reduce " << reduce);
      options.reduce_range = reduce;
      Graph graph = simple;
      const auto summary = quantize(graph, options);
      REQUIRE(summary);
      REQUIRE(check(graph));
      CHECK(summary->nodes_quantized > 0);
      CHECK(summary->unranged.empty());
      // Inputs it was calibrated on; probabilities, so the bound is absolute.
      const float error = largest_difference(run_random(graph, 3), run_random(simple, 3));
      CHECK(error < 0.08F);
      Graph again = graph;
      REQUIRE(quantize(again, options));
      CHECK(again == graph);
    }
  }
}

TEST_CASE("a Clip from zero after a Conv is absorbed into the range") {
  RandomNet source(7);
  Graph graph;
  graph.inputs = {{.name = "x", .has_shape = true, .dims = {1, 4, 9, 9}}};
  graph.initializers.emplace("w", source.random(tensor::Shape{3, 4, 1, 1}, -4, 4));
  graph.initializers.emplace("low", tensor::Tensor::scalar(0.0F));
  graph.initializers.emplace("high", tensor::Tensor::scalar(6.0F));
  graph.nodes = {{.name = "conv",
                  .op = "Conv",
                  .domain = "",
                  .inputs = {"x", "w"},
                  .outputs = {"y"},
                  .attributes = {}},
                 {.name = "clip",
                  .op = "Clip",
                  .domain = "",
                  .inputs = {"y", "low", "high"},
                  .outputs = {"z"},
                  .attributes = {}}};
  graph.outputs = {{.name = "z", .has_shape = true, .dims = {1, 3, 9, 9}}};
  const Graph original = graph;
  REQUIRE(quantize(graph, calibrated(graph)));
  CHECK(count_op(graph, "Clip") == 0);
  CHECK(count_op(graph, "QuantizeLinear") == 2);
  CHECK(largest_difference(run_random(graph, 5), run_random(original, 5)) < 0.1F);

  QuantizeOptions in_float = calibrated(original);
  in_float.float_nodes = {"conv"};
  Graph untouched = original;
  REQUIRE(quantize(untouched, in_float));
  CHECK(untouched == original);
}

TEST_CASE("quantising an old opset says which one it needs") {
  Graph graph = RandomNet(1).make();
  graph.opset = 12;
  const auto result = quantize(graph, {});
  REQUIRE_FALSE(result);
  CHECK(result.error().message.find("opset 13") != std::string::npos);
}

TEST_CASE("passes leave an unknown operator alone, and it is named when asked") {
  Graph graph = RandomNet(3).make();
  const std::string old = graph.outputs[0].name;
  graph.nodes.push_back({.name = "odd",
                         .op = "Frobnicate",
                         .domain = "my.ops",
                         .inputs = {old},
                         .outputs = {"final"},
                         .attributes = {}});
  graph.outputs[0].name = "final";
  REQUIRE(simplify(graph));
  CHECK(count_op(graph, "Frobnicate") == 1);
  const auto status =
      check_supported(graph, {"Conv", "Gemm", "Relu", "Clip", "Sigmoid", "Add", "Concat", "MaxPool",
                              "AveragePool", "Reshape", "GlobalAveragePool", "Softmax", "Mul"});
  REQUIRE_FALSE(status);
  CHECK(status.error().message.find("my.ops.Frobnicate 'odd'") != std::string::npos);
}

TEST_CASE("an operator of no known set is named, in each domain") {
  const auto check = [](std::string op, std::string domain) {
    Graph graph;
    graph.nodes.push_back({.name = "odd",
                           .op = std::move(op),
                           .domain = std::move(domain),
                           .inputs = {"x"},
                           .outputs = {"y"},
                           .attributes = {}});
    const auto status = check_known(graph);
    return status ? std::string() : status.error().message;
  };
  CHECK(check("Abs", "") == "");
  CHECK(check("Xor", "ai.onnx") == "");
  CHECK(check("ZipMap", "ai.onnx.ml") == "");
  CHECK(check("FusedConv", "com.microsoft") == "");
  CHECK(check("Frobnicate", "").find("the operator Frobnicate 'odd' is unknown") == 0);
  CHECK(check("ZipMap", "").find("ZipMap 'odd'") != std::string::npos);
  CHECK(check("Relu", "my.ops").find("my.ops.Relu 'odd'") != std::string::npos);
}

TEST_CASE("initialisers listed as inputs become constants") {
  Graph graph = RandomNet(2).make();
  const std::string weight = graph.initializers.begin()->first;
  graph.inputs.push_back({.name = weight, .has_shape = false, .dims = {}});
  REQUIRE(clean_inputs(graph));
  CHECK(graph.inputs.size() == 1);
}

TEST_CASE("constants that would be huge are not folded") {
  Graph graph;
  const std::vector<std::int64_t> dims{100'000, 100'000};
  graph.initializers.emplace("s", tensor::Tensor::of<std::int64_t>(tensor::Shape{2}, dims));
  graph.nodes = {{.name = "n",
                  .op = "ConstantOfShape",
                  .domain = "",
                  .inputs = {"s"},
                  .outputs = {"a"},
                  .attributes = {}},
                 {.name = "m",
                  .op = "Relu",
                  .domain = "",
                  .inputs = {"a"},
                  .outputs = {"y"},
                  .attributes = {}}};
  graph.outputs = {{.name = "y", .has_shape = false, .dims = {}}};
  REQUIRE(simplify(graph));
  CHECK(graph.nodes.size() == 2);
}

TEST_CASE("a percentile leaves out the outliers, and the range widens as values come") {
  RangeCollector collector;
  std::vector<float> values(10'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) / 10'000;
  collector.add(values);
  collector.add(std::vector<float>{100, -50, std::numeric_limits<float>::infinity()});
  CHECK(collector.min_max() == Range{-50, 100});
  CHECK(collector.not_finite() == 1);
  const Range cut = collector.percentile(99.9);
  CHECK(cut.min > -0.2F);
  CHECK(cut.max < 1.2F);
  CHECK(collector.percentile(100) == collector.min_max());
}
