// SPDX-License-Identifier: Apache-2.0
#include "optimize/variants.h"

#include <algorithm>
#include <utility>

#include "graph/onnx_io.h"
#include "graph/pass.h"

namespace aiflow::optimize {
namespace {

constexpr const char* kMethodKey = "aiflow.method";

std::int64_t number(std::size_t n) { return static_cast<std::int64_t>(n); }

Variant finish(std::string name, graph::Graph graph, json::Value method) {
  method.set("nodes", number(graph.nodes.size()));
  graph.metadata[kMethodKey] = json::write(method);
  auto bytes = graph::write_onnx(graph);
  return {std::move(name), std::move(bytes), std::move(method)};
}

}  // namespace

Result<Variant> make_fp32(const graph::Graph& graph) {
  return finish(
      "fp32-simplified", graph,
      json::object({{"kind", "fp32"},
                    {"passes", json::Array{"clean_inputs", "infer_shapes", "fold_constants",
                                           "fold_batch_norm", "remove_identity", "remove_dead"}}}));
}

Result<Variant> make_fp16(const graph::Graph& graph) {
  graph::Graph half = graph;
  AIFLOW_TRY(graph::convert_fp16(half));
  return finish("fp16", std::move(half),
                json::object({{"kind", "fp16"}, {"weights", "fp16"}, {"activations", "fp16"}}));
}

Result<Variant> make_int8(const graph::Graph& graph, const Calibration& calibration,
                          const Int8Options& options) {
  graph::QuantizeOptions quantize{.ranges = calibration.ranges,
                                  .channel_means = calibration.channel_means,
                                  .reduce_range = options.reduce_range,
                                  .float_outputs = options.float_outputs};
  json::Array outputs;
  for (const std::string& name : options.float_outputs) outputs.emplace_back(name);
  json::Array prefixes;
  for (const std::string& prefix : options.float_prefixes) prefixes.emplace_back(prefix);
  for (const graph::Node& node : graph.nodes) {
    const bool named = std::ranges::any_of(options.float_prefixes, [&](const std::string& prefix) {
      return node.name.starts_with(prefix);
    });
    if (named) quantize.float_nodes.insert(node.name);
  }
  graph::Graph small = graph;
  AIFLOW_ASSIGN(const auto summary, graph::quantize(small, quantize));
  if (summary.nodes_quantized == 0) {
    return fail(ErrorCode::invalid_argument, "no node of the model can be quantised");
  }
  return finish("int8", std::move(small),
                json::object({{"kind", "int8"},
                              {"scheme", "static QDQ"},
                              {"weights", "int8 symmetric per channel"},
                              {"weight_bits", 8},
                              {"pairs_fit_int16", options.reduce_range},
                              {"activations", "uint8 asymmetric per tensor"},
                              {"range", calibration.percent < 100 ? "percentile" : "min-max"},
                              {"percentile", calibration.percent},
                              {"bias_correction", !calibration.channel_means.empty()},
                              {"calibration", calibration.source},
                              {"calibration_frames", number(calibration.frames)},
                              {"float_outputs", std::move(outputs)},
                              {"float_nodes", std::move(prefixes)},
                              {"nodes_quantized", number(summary.nodes_quantized)},
                              {"nodes_weights_only", number(summary.nodes_weights_only)},
                              {"nodes_float", number(summary.nodes_float)}}));
}

json::Value method_of(const graph::Graph& graph) {
  const auto found = graph.metadata.find(kMethodKey);
  if (found == graph.metadata.end()) return json::object({});
  auto parsed = json::parse(found->second);
  return parsed && parsed->is_object() ? *std::move(parsed) : json::object({});
}

}  // namespace aiflow::optimize
