// SPDX-License-Identifier: Apache-2.0
#include "graph/quantize.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "graph/detail/pass_support.h"
#include "graph/detail/quantize_plan.h"
#include "graph/detail/quantize_weights.h"
#include "graph/pass.h"

namespace aiflow::graph {
namespace {

using detail::PlannedNode;
using detail::QuantizePlan;
using tensor::Shape;
using tensor::Tensor;

/// real = (stored - zero) * scale
struct Params {
  float scale = 1;
  std::uint8_t zero = 0;
};

Params params_of(Range range) {
  // 0 must be exact: paddings and Relu depend on it.
  const double low = std::min(static_cast<double>(range.min), 0.0);
  const double high = std::max(static_cast<double>(range.max), 0.0);
  const double scale = (high - low) / 255;
  if (!(scale > 1e-30)) return {};
  const double zero = std::clamp(std::nearbyint(-low / scale), 0.0, 255.0);
  return {static_cast<float>(scale), static_cast<std::uint8_t>(zero)};
}

class Quantizer {
 public:
  Quantizer(Graph& graph, const QuantizeOptions& options, QuantizePlan plan)
      : graph_(graph), options_(options), plan_(std::move(plan)) {}

  Status run() {
    for (const PlannedNode& planned : plan_.nodes) {
      if (planned.weights_only) {
        quantize_weights_only(planned.node);
        continue;
      }
      quantize_inputs(planned);
      const Node& node = graph_.nodes[planned.node];
      if (detail::has_weights(node)) quantize_constants(planned.node);
      quantize_output(planned);
    }
    std::vector<bool> erase(graph_.nodes.size(), false);
    for (const PlannedNode& planned : plan_.nodes) {
      if (planned.activation) erase[*planned.activation] = true;
    }
    detail::erase_nodes(graph_, erase);
    for (Node& node : added_) graph_.nodes.push_back(std::move(node));
    AIFLOW_TRY(sort_nodes(graph_));
    AIFLOW_TRY(remove_dead(graph_));
    AIFLOW_TRY(infer_shapes(graph_));
    return check(graph_);
  }

 private:
  std::string constant(const std::string& stem, Tensor value) {
    std::string name = fresh_name(graph_, stem);
    graph_.initializers.emplace(name, std::move(value));
    return name;
  }

  /// Adds QuantizeLinear and DequantizeLinear between `from` and `to`.
  void add_pair(const std::string& from, const std::string& to, const Params& params) {
    const std::string stem = to == from ? from + "/q" : to;
    const std::string scale = constant(stem + "/scale", Tensor::scalar(params.scale));
    const std::string zero = constant(stem + "/zero_point", Tensor::scalar(params.zero));
    const std::string stored = stem + "/quantized";
    added_.push_back({.name = stem + "/quantize",
                      .op = "QuantizeLinear",
                      .domain = "",
                      .inputs = {from, scale, zero},
                      .outputs = {stored},
                      .attributes = {}});
    added_.push_back({.name = stem + "/dequantize",
                      .op = "DequantizeLinear",
                      .domain = "",
                      .inputs = {stored, scale, zero},
                      .outputs = {to},
                      .attributes = {}});
  }

  /// Inputs made in float get a pair of their own, which only quantised nodes read.
  void quantize_inputs(const PlannedNode& planned) {
    for (const std::size_t position : planned.data_inputs) {
      const std::string name = graph_.nodes[planned.node].inputs[position];
      if (params_.contains(name)) continue;  // made by a quantised node
      const auto [entry, is_new] = entries_.try_emplace(name);
      if (is_new) {
        entry->second.params = params_of(options_.ranges.at(name));
        entry->second.value = fresh_name(graph_, name + "/dequantized");
        add_pair(name, entry->second.value, entry->second.params);
      }
      graph_.nodes[planned.node].inputs[position] = entry->second.value;
    }
  }

  Params params_of_input(const std::string& name) const {
    const auto made = params_.find(name);
    if (made != params_.end()) return made->second;
    for (const auto& [from, entry] : entries_) {
      if (entry.value == name) return entry.params;
    }
    return {};
  }

  /// The value's name in the graph as it came: channel_means knows no other.
  std::string float_name(const std::string& name) const {
    for (const auto& [from, entry] : entries_) {
      if (entry.value == name) return from;
    }
    return name;
  }

  /// Weights in 8 bits, everything else in float: an engine unpacks them when it loads the model.
  void quantize_weights_only(std::size_t index) {
    Node& node = graph_.nodes[index];
    const std::size_t axis = detail::channel_axis(node);
    const auto weights = detail::quantize_weights(graph_.initializers.at(node.inputs[1]),
                                                  {.axis = axis, .scale_floor = {}});
    const bool has_bias = node.inputs.size() > 2 && !node.inputs[2].empty();
    std::vector<float> bias;
    if (has_bias) bias = to_floats(graph_.initializers.at(node.inputs[2]).view());
    correct_bias(node, weights, axis, bias);
    const Shape line{static_cast<std::int64_t>(weights.scales.size())};
    const std::string stem = node.outputs[0];
    node.inputs[1] = dequantized(
        stem + "/weight", weights.values,
        {Tensor::of<float>(line, weights.scales), Tensor(tensor::DType::i8, line)}, axis);
    if (bias.empty()) return;
    node.inputs.resize(3);
    node.inputs[2] = constant(stem + "/bias", Tensor::of<float>(line, bias));
  }

  void quantize_constants(std::size_t index) {
    Node& node = graph_.nodes[index];
    const Tensor& source = graph_.initializers.at(node.inputs[1]);
    const float input_scale = params_of_input(node.inputs[0]).scale;
    std::vector<float> bias;
    if (node.inputs.size() > 2 && !node.inputs[2].empty()) {
      bias = to_floats(graph_.initializers.at(node.inputs[2]).view());
    }
    std::vector<float> floor = bias;
    for (float& value : floor) value = std::fabs(value) / input_scale * 0x1p-30F;
    const std::size_t axis = detail::channel_axis(node);
    // The kernels of depthwise convolutions sum in 32 bits.
    const bool pairs = options_.reduce_range && !detail::is_depthwise(node, source);
    const auto weights = detail::quantize_weights(
        source, {.axis = axis, .pairs_fit_int16 = pairs, .scale_floor = std::move(floor)});
    correct_bias(node, weights, axis, bias);
    const std::string stem = node.outputs[0];
    const Shape line{static_cast<std::int64_t>(weights.scales.size())};
    node.inputs[1] = dequantized(
        stem + "/weight", weights.values,
        {Tensor::of<float>(line, weights.scales), Tensor(tensor::DType::i8, line)}, axis);
    if (!bias.empty()) set_bias(node, bias, weights.scales, input_scale);
  }

  /// Adds what the rounding of the weights takes from each channel's mean.
  void correct_bias(const Node& node, const detail::QuantizedWeights& weights, std::size_t axis,
                    std::vector<float>& bias) const {
    const auto means = options_.channel_means.find(float_name(node.inputs[0]));
    if (means == options_.channel_means.end() || node.op == "MatMul") return;
    const auto errors =
        detail::mean_errors(graph_.initializers.at(node.inputs[1]), weights, axis, means->second);
    if (bias.empty()) bias.assign(errors.size(), 0);
    for (std::size_t c = 0; c < errors.size(); ++c) bias[c] += errors[c];
  }

  void set_bias(Node& node, const std::vector<float>& bias, std::vector<float> scales,
                float input_scale) {
    const Shape line{static_cast<std::int64_t>(bias.size())};
    std::vector<std::int32_t> values(bias.size());
    for (std::size_t c = 0; c < bias.size(); ++c) {
      scales[c] *= input_scale;
      const double steps = std::nearbyint(static_cast<double>(bias[c]) / scales[c]);
      values[c] = static_cast<std::int32_t>(std::clamp(steps, -0x1p30, 0x1p30));
    }
    node.inputs.resize(3);
    node.inputs[2] =
        dequantized(node.outputs[0] + "/bias", Tensor::of<std::int32_t>(line, values),
                    {Tensor::of<float>(line, scales), Tensor(tensor::DType::i32, line)}, 0);
  }

  struct Scheme {
    Tensor scales;
    Tensor zeros;
  };

  std::string dequantized(const std::string& stem, Tensor values, Scheme scheme, std::size_t axis) {
    const std::string stored = constant(stem + "/quantized", std::move(values));
    const std::string scale = constant(stem + "/scale", std::move(scheme.scales));
    const std::string zero = constant(stem + "/zero_point", std::move(scheme.zeros));
    const std::string out = fresh_name(graph_, stem + "/dequantized");
    added_.push_back({.name = stem + "/dequantize",
                      .op = "DequantizeLinear",
                      .domain = "",
                      .inputs = {stored, scale, zero},
                      .outputs = {out},
                      .attributes = {{"axis", static_cast<std::int64_t>(axis)}}});
    return out;
  }

  /// The pair's result takes the value's name, so consumers and graph outputs stay as they are.
  void quantize_output(const PlannedNode& planned) {
    Node& node = graph_.nodes[planned.node];
    Params params;
    if (planned.passes_through) {
      params = params_of_input(node.inputs[0]);
    } else {
      Range range = options_.ranges.at(planned.output);
      if (planned.activation) range.min = 0;
      if (planned.limit) range.max = std::min(range.max, *planned.limit);
      params = params_of(range);
    }
    params_[planned.output] = params;
    const std::string raw = fresh_name(graph_, planned.output + "/float");
    node.outputs[0] = raw;
    add_pair(raw, planned.output, params);
  }

  struct Entry {
    Params params;
    std::string value;
  };

  Graph& graph_;
  const QuantizeOptions& options_;
  QuantizePlan plan_;
  std::map<std::string, Params> params_;  ///< of values that quantised nodes make
  std::map<std::string, Entry> entries_;  ///< of values made in float
  std::vector<Node> added_;
};

bool is_quantized(const Graph& graph) {
  return std::ranges::find(graph.nodes, "DequantizeLinear", &Node::op) != graph.nodes.end();
}

std::size_t count_float_work(const Graph& graph, const QuantizeOptions& options) {
  return static_cast<std::size_t>(std::ranges::count_if(
      graph.nodes, [&](const Node& node) { return options.ops.contains(node.op); }));
}

}  // namespace

std::vector<std::string> calibration_values(const Graph& graph, const QuantizeOptions& options) {
  const QuantizePlan plan = QuantizePlan::make(graph, options, nullptr);
  std::set<std::string> made;
  std::set<std::string> names;
  for (const PlannedNode& planned : plan.nodes) {
    if (planned.weights_only) continue;
    if (!planned.passes_through) names.insert(planned.output);
    for (const std::size_t position : planned.data_inputs) {
      const std::string& input = graph.nodes[planned.node].inputs[position];
      if (!made.contains(input)) names.insert(input);
    }
    made.insert(planned.output);
  }
  return {names.begin(), names.end()};
}

Graph expose_values(const Graph& graph, std::span<const std::string> values) {
  Graph out = graph;
  for (const std::string& name : values) {
    const auto same = [&](const ValueInfo& info) { return info.name == name; };
    if (std::ranges::any_of(out.outputs, same) || std::ranges::any_of(out.inputs, same)) continue;
    const ValueInfo* known = find_value(graph, name);
    ValueInfo info = known == nullptr ? ValueInfo{} : *known;
    info.name = name;
    out.values.erase(name);
    out.outputs.push_back(std::move(info));
  }
  return out;
}

Result<QuantizeSummary> quantize(Graph& graph, const QuantizeOptions& options) {
  QuantizeSummary summary;
  if (is_quantized(graph)) return summary;
  if (graph.opset < 13) {
    return fail(ErrorCode::invalid_argument,
                "the model has opset " + std::to_string(graph.opset) +
                    "; INT8 with one scale per channel needs opset 13 or later");
  }
  QuantizePlan plan = QuantizePlan::make(graph, options, &options.ranges);
  summary.nodes_weights_only =
      static_cast<std::size_t>(std::ranges::count(plan.nodes, true, &PlannedNode::weights_only));
  summary.nodes_quantized = plan.nodes.size() - summary.nodes_weights_only;
  summary.nodes_float = count_float_work(graph, options) - plan.nodes.size();
  summary.unranged = plan.unranged;
  if (plan.nodes.empty()) return summary;
  AIFLOW_TRY(Quantizer(graph, options, std::move(plan)).run());
  return summary;
}

}  // namespace aiflow::graph
