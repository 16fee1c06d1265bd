// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "app/optimize/arguments.h"
#include "app/optimize/commands.h"
#include "app/optimize/model_files.h"

namespace aiflow::app {
namespace {

Result<json::Value> check_model(const std::string& model) {
  AIFLOW_ASSIGN(const graph::Graph graph, read_model(model));
  if (auto known = graph::check_known(graph); !known) {
    return fail(std::move(known).error().with_context("'" + model + "'"));
  }
  std::map<std::string, std::int64_t> operators;
  for (const graph::Node& node : graph.nodes) {
    ++operators[node.domain.empty() ? node.op : node.domain + "." + node.op];
  }
  json::Value counts = json::object({});
  for (const auto& [name, count] : operators) counts.set(name, count);
  return json::object({{"command", "check"},
                       {"model", model},
                       {"opset", graph.opset},
                       {"nodes", graph.nodes.size()},
                       {"constant_bytes", graph::constant_bytes(graph)},
                       {"operators", std::move(counts)}});
}

}  // namespace

Result<Job> parse_check(std::span<const std::string> words) {
  AIFLOW_ASSIGN(const Arguments arguments, Arguments::parse(words, {"--model"}));
  AIFLOW_ASSIGN(const std::string model, arguments.text("--model"));
  return Job([model] { return check_model(model); });
}

}  // namespace aiflow::app
