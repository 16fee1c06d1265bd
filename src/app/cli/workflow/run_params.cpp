// SPDX-License-Identifier: Apache-2.0
#include "app/cli/workflow/run_params.h"

#include <iostream>
#include <set>

#include "app/cli/commands.h"
#include "params/typed.h"

namespace aiflow::app {
namespace {

/// One param of the DAG or, with `task`, of a task.
struct Known {
  std::string task;
  std::string name;
  json::Value param;
};

void add_params(const json::Value& params, const std::string& task, std::vector<Known>& all) {
  if (!params.is_object()) return;
  for (const auto& [name, param] : params.as_object()) {
    all.push_back({.task = task, .name = name, .param = param});
  }
}

Result<std::vector<Known>> known_params(ApiClient& client, const Invocation& in) {
  AIFLOW_ASSIGN(const auto answer, client.get(api_path({"dags", in.text("dag_id"), "graph"})));
  AIFLOW_ASSIGN(const auto graph, wire::parse_dag_graph(answer));
  std::vector<Known> all;
  add_params(graph.params, "", all);
  for (const auto& node : graph.nodes) {
    if (node.params) add_params(*node.params, node.id, all);
  }
  return all;
}

std::string text_of(const json::Value* value) {
  if (value == nullptr || value->is_null()) return "";
  return value->is_string() ? value->as_string() : json::write(*value);
}

/// As in the table, for programs.
json::Value as_json(const Known& one) {
  json::Value value = json::object({{"name", one.name}});
  if (!one.task.empty()) value.set("task_id", one.task);
  value.set("type", params::type_of(one.param));
  value.set("required", params::is_required(one.param));
  for (const std::string_view key : {"value", "description", "schema"}) {
    if (const auto* member = one.param.find(key)) value.set(key, *member);
  }
  return value;
}

std::vector<std::string> row_of(const Known& one) {
  const auto* value = one.param.find("value");
  const bool required = params::is_required(one.param);
  const bool is_null = value != nullptr && value->is_null();
  return {one.task.empty() ? one.name : one.name + " (task " + one.task + ")",
          params::type_of(one.param),
          value == nullptr || (is_null && required) ? "-" : json::write(*value),
          required ? "yes" : "no", text_of(one.param.find("description"))};
}

Result<const Known*> find_param(const std::vector<Known>& all, const std::string& dag_id,
                                const std::string& name) {
  std::set<std::string> names;  // tasks may have params of the same name
  for (const Known& one : all) {
    if (one.name == name) return &one;
    names.insert(one.name);
  }
  std::string listed;
  for (const std::string& one : names) listed += (listed.empty() ? "" : ", ") + one;
  const std::string has = names.empty() ? "it has none" : "it has " + listed;
  return fail(ErrorCode::invalid_argument, "--param: dag '" + dag_id + "' has no param '" + name +
                                               "'; " + has +
                                               " (other keys of a run's conf go into --conf)");
}

}  // namespace

Status list_params(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto all, known_params(client, in));
  if (in.flag("--json")) {
    json::Array items;
    for (const Known& one : all) items.push_back(as_json(one));
    std::cout << json::write_pretty(items) << "\n";
    return {};
  }
  if (all.empty()) {
    std::cout << "dag '" << in.text("dag_id") << "' has no params\n";
    return {};
  }
  Table table{.header = {"PARAM", "TYPE", "DEFAULT", "REQUIRED", "DESCRIPTION"}, .rows = {}};
  for (const Known& one : all) table.rows.push_back(row_of(one));
  std::cout << render(table);
  return {};
}

Result<json::Value> run_conf(ApiClient& client, const Invocation& in) {
  json::Value conf = json::object({});
  if (in.given("--conf")) {
    AIFLOW_ASSIGN(conf, parse_object(in.text("--conf"), "--conf"));
  }
  if (in.list("--param").empty()) return conf;
  AIFLOW_ASSIGN(const auto all, known_params(client, in));
  for (const std::string& typed : in.list("--param")) {
    const auto equals = typed.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorCode::invalid_argument,
                  "--param is NAME=VALUE, such as --param day=3, not '" + typed + "'");
    }
    const std::string name = typed.substr(0, equals);
    AIFLOW_ASSIGN(const Known* known, find_param(all, in.text("dag_id"), name));
    auto value = params::value_from_text(known->param, typed.substr(equals + 1));
    if (!value) return fail(std::move(value).error().with_context("--param " + name));
    conf.set(name, *std::move(value));
  }
  return conf;
}

}  // namespace aiflow::app
