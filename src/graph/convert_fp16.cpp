// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>

#include "graph/detail/pass_support.h"
#include "graph/pass.h"

namespace aiflow::graph {
namespace {

using tensor::DType;
using tensor::Tensor;

constexpr std::int64_t kOnnxFloat = 1;
constexpr std::int64_t kOnnxFloat16 = 10;
constexpr float kHalfMax = 65504;

class Converter {
 public:
  Converter(Graph& graph, const Fp16Options& options)
      : graph_(graph), options_(options), nested_(detail::nested_reads(graph)) {}

  Status run() {
    AIFLOW_TRY(infer_shapes(graph_));
    mark_nodes();
    const std::size_t count = graph_.nodes.size();
    for (std::size_t i = 0; i < count; ++i) AIFLOW_TRY(convert_node(i));
    convert_outputs();
    for (Node& cast : casts_) graph_.nodes.push_back(std::move(cast));
    AIFLOW_TRY(sort_nodes(graph_));
    return remove_dead(graph_);
  }

 private:
  bool is_float(const std::string& name) const {
    return detail::dtype_of_value(graph_, name) == DType::f32;
  }

  /// Runs in FP16: all it makes is known to be FP32 now, and nothing says it must stay so. Casts
  /// and quantisation say their type themselves.
  bool may_convert(const Node& node) const {
    if (!node.domain.empty() || node.op == "Cast" || options_.float_ops.contains(node.op) ||
        options_.float_nodes.contains(node.name)) {
      return false;
    }
    const auto fixed = [&](const std::string& output) {
      return !is_float(output) || nested_.contains(output);
    };
    const bool reads_float =
        std::ranges::any_of(node.inputs, [&](const std::string& input) { return is_float(input); });
    return reads_float && std::ranges::none_of(node.outputs, fixed);
  }

  void mark_nodes() {
    for (const Node& node : graph_.nodes) {
      half_nodes_.push_back(may_convert(node));
      if (half_nodes_.back()) half_values_.insert(node.outputs.begin(), node.outputs.end());
    }
    for (const Node& node : graph_.nodes) {
      for (const std::string& input : node.inputs) {
        if (is_float(input)) floats_.insert(input);
      }
    }
  }

  Status convert_node(std::size_t index) {
    for (std::string& input : graph_.nodes[index].inputs) {
      if (!floats_.contains(input)) continue;
      const bool want_half = half_nodes_[index];
      if (want_half == half_values_.contains(input)) continue;
      const std::string node_name = describe(graph_.nodes[index]);
      if (graph_.initializers.contains(input)) {
        auto name = half_constant(input);
        if (!name) return fail(std::move(name).error().with_context(node_name));
        input = *std::move(name);
      } else {
        input = cast_of(input, want_half);
      }
    }
    return {};
  }

  Result<std::string> half_constant(const std::string& name) {
    const auto [entry, is_new] = renamed_.try_emplace({name, true});
    if (!is_new) return entry->second;
    const Tensor& value = graph_.initializers.at(name);
    const auto too_large = [](float x) { return std::isfinite(x) && std::fabs(x) > kHalfMax; };
    if (std::ranges::any_of(to_floats(value.view()), too_large)) {
      return fail(ErrorCode::invalid_argument,
                  "the constant '" + name + "' does not fit FP16; keep the node in float");
    }
    Tensor half = tensor::cast(value.view(), DType::f16);
    entry->second = fresh_name(graph_, name + "/fp16");
    graph_.initializers.emplace(entry->second, std::move(half));
    return entry->second;
  }

  void add_cast(const std::string& from, const std::string& to, bool to_half) {
    casts_.push_back({.name = to + "/cast",
                      .op = "Cast",
                      .domain = "",
                      .inputs = {from},
                      .outputs = {to},
                      .attributes = {{"to", to_half ? kOnnxFloat16 : kOnnxFloat}}});
  }

  void note(const std::string& name, const std::string& like, DType dtype) {
    const ValueInfo* known = find_value(graph_, like);
    ValueInfo info = known == nullptr ? ValueInfo{} : *known;
    info.name = name;
    info.dtype = dtype;
    graph_.values[name] = std::move(info);
  }

  std::string cast_of(const std::string& name, bool to_half) {
    const auto [entry, is_new] = renamed_.try_emplace({name, to_half});
    if (!is_new) return entry->second;
    entry->second = fresh_name(graph_, name + (to_half ? "/fp16" : "/fp32"));
    add_cast(name, entry->second, to_half);
    note(entry->second, name, to_half ? DType::f16 : DType::f32);
    return entry->second;
  }

  /// Graph outputs stay FP32 under their names; what made them makes a half of another name.
  void convert_outputs() {
    const std::set<std::string> outputs = Links(graph_).graph_outputs;
    for (const std::string& name : half_values_) {
      if (!outputs.contains(name)) {
        note(name, name, DType::f16);
        continue;
      }
      const std::string half = fresh_name(graph_, name + "/half");
      for (Node& node : graph_.nodes) {
        std::ranges::replace(node.outputs, name, half);
        std::ranges::replace(node.inputs, name, half);
      }
      for (Node& cast : casts_) std::ranges::replace(cast.inputs, name, half);
      note(half, name, DType::f16);
      add_cast(half, name, false);
    }
  }

  Graph& graph_;
  const Fp16Options& options_;
  std::set<std::string> nested_;
  std::vector<bool> half_nodes_;
  std::set<std::string> half_values_;
  std::set<std::string> floats_;
  std::map<std::pair<std::string, bool>, std::string> renamed_;
  std::vector<Node> casts_;
};

}  // namespace

Status convert_fp16(Graph& graph, const Fp16Options& options) {
  return Converter(graph, options).run();
}

}  // namespace aiflow::graph
