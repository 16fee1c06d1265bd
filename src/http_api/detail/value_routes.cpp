// SPDX-License-Identifier: Apache-2.0
// Variables and connections that the server keeps.
#include "http_api/detail/call.h"

namespace aiflow::http_api::detail {
namespace {

/// Addresses without a project are of the default one.
service::ValueId id_in(Call& call, std::string_view name_parameter) {
  service::ValueId id{.name = call.param(name_parameter)};
  const auto project = call.parameters.find("project");
  if (project != call.parameters.end()) id.project = project->second;
  call.about(name_parameter == "conn_id" ? "connection" : "variable",
             id.project == store::kDefaultProject ? id.name : id.project + "/" + id.name);
  return id;
}

/// Of the task's own project; without one there is nothing for it.
Result<net::Response> for_task(Call& call, const std::string& kind, const std::string& name) {
  if (call.who.projects.empty()) return fail(ErrorCode::not_found, "the task's DAG is gone");
  AIFLOW_ASSIGN(const auto value,
                call.parts.values.for_task(
                    kind, {.project = call.who.projects.begin()->first, .name = name}));
  return one(value);
}

Result<net::Response> list_variables(Call& call) {
  AIFLOW_ASSIGN(const auto variables, call.parts.values.variables(call.sight));
  return page_of(call, variables);
}

Result<net::Response> put_variable(Call& call) {
  const auto id = id_in(call, "variable_key");
  return with_body(call, wire::parse_variable_set,
                   [&](const wire::VariableSet& wanted) -> Result<net::Response> {
                     AIFLOW_ASSIGN(const auto variable,
                                   call.parts.values.set_variable(id, wanted, call.who.username));
                     return one(variable);
                   });
}

Result<net::Response> delete_variable(Call& call) {
  AIFLOW_TRY(call.parts.values.remove("variable", id_in(call, "variable_key")));
  return nothing();
}

Result<net::Response> list_connections(Call& call) {
  AIFLOW_ASSIGN(const auto connections, call.parts.values.connections(call.sight));
  return page_of(call, connections);
}

Result<net::Response> put_connection(Call& call) {
  const auto id = id_in(call, "conn_id");
  return with_body(call, wire::parse_connection_set,
                   [&](const wire::ConnectionSet& wanted) -> Result<net::Response> {
                     AIFLOW_ASSIGN(const auto connection,
                                   call.parts.values.set_connection(id, wanted, call.who.username));
                     return one(connection);
                   });
}

Result<net::Response> delete_connection(Call& call) {
  AIFLOW_TRY(call.parts.values.remove("connection", id_in(call, "conn_id")));
  return nothing();
}

Result<net::Response> get_task_variable(Call& call) {
  return for_task(call, "variable", call.param("variable_key"));
}

Result<net::Response> get_task_connection(Call& call) {
  return for_task(call, "connection", call.param("conn_id"));
}

Result<net::Response> rotate_secrets_key(Call& call) {
  AIFLOW_ASSIGN(const auto rotated, call.parts.values.rotate());
  return one(rotated);
}

/// For an export. Secrets do not travel over the network, not even to an admin.
Result<net::Response> open_values(Call& call) {
  if (call.who.kind != service::Principal::Kind::local_admin) {
    return fail(ErrorCode::denied,
                "secrets are exported on the server's machine alone: aiflow connections export");
  }
  AIFLOW_ASSIGN(const auto values, call.parts.values.open_all());
  return one(values);
}

}  // namespace

void add_value_routes(Table& table) {
  using wire::Route;
  at(table, Route::list_variables) = list_variables;
  at(table, Route::put_variable) = put_variable;
  at(table, Route::delete_variable) = delete_variable;
  at(table, Route::put_project_variable) = put_variable;
  at(table, Route::delete_project_variable) = delete_variable;
  at(table, Route::list_connections) = list_connections;
  at(table, Route::put_connection) = put_connection;
  at(table, Route::delete_connection) = delete_connection;
  at(table, Route::put_project_connection) = put_connection;
  at(table, Route::delete_project_connection) = delete_connection;
  at(table, Route::get_task_variable) = get_task_variable;
  at(table, Route::get_task_connection) = get_task_connection;
  at(table, Route::rotate_secrets_key) = rotate_secrets_key;
  at(table, Route::open_values) = open_values;
}

}  // namespace aiflow::http_api::detail
