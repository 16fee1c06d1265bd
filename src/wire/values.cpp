// SPDX-License-Identifier: Apache-2.0
// Generated from api/values.yaml by tools/codegen; do not edit.
#include "wire/values.h"

#include "wire/detail/codec.h"

namespace aiflow::wire {

Status read_value(const json::Value& value, Variable& out);
Status read_value(const json::Value& value, VariableSet& out);
Status read_value(const json::Value& value, Connection& out);
Status read_value(const json::Value& value, ConnectionSet& out);
Status read_value(const json::Value& value, TaskValue& out);
Status read_value(const json::Value& value, KeyRotated& out);
Status read_value(const json::Value& value, OpenValue& out);
Status read_value(const json::Value& value, OpenValues& out);

json::Value to_json(const Variable& value) {
  json::Object out;
  out.reserve(8);
  detail::put(out, "project", value.project);
  detail::put(out, "key", value.key);
  detail::put(out, "value", value.value);
  detail::put(out, "is_secret", value.is_secret);
  detail::put(out, "description", value.description);
  detail::put(out, "updated_at", value.updated_at);
  detail::put(out, "updated_by", value.updated_by);
  detail::put(out, "problem", value.problem);
  return json::Value(std::move(out));
}

Result<Variable> parse_variable(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Variable");
  Variable out;
  AIFLOW_TRY(detail::get(value, "project", out.project));
  AIFLOW_TRY(detail::get(value, "key", out.key));
  AIFLOW_TRY(detail::get(value, "value", out.value));
  AIFLOW_TRY(detail::get(value, "is_secret", out.is_secret));
  AIFLOW_TRY(detail::get(value, "description", out.description));
  AIFLOW_TRY(detail::get(value, "updated_at", out.updated_at));
  AIFLOW_TRY(detail::get(value, "updated_by", out.updated_by));
  AIFLOW_TRY(detail::get(value, "problem", out.problem));
  return out;
}

Status read_value(const json::Value& value, Variable& out) {
  AIFLOW_ASSIGN(out, parse_variable(value));
  return {};
}

json::Value to_json(const VariableSet& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "value", value.value);
  detail::put(out, "is_secret", value.is_secret);
  detail::put(out, "description", value.description);
  return json::Value(std::move(out));
}

Result<VariableSet> parse_variable_set(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("VariableSet");
  VariableSet out;
  AIFLOW_TRY(detail::get(value, "value", out.value));
  AIFLOW_TRY(detail::get(value, "is_secret", out.is_secret));
  AIFLOW_TRY(detail::get(value, "description", out.description));
  return out;
}

Status read_value(const json::Value& value, VariableSet& out) {
  AIFLOW_ASSIGN(out, parse_variable_set(value));
  return {};
}

json::Value to_json(const Connection& value) {
  json::Object out;
  out.reserve(8);
  detail::put(out, "project", value.project);
  detail::put(out, "conn_id", value.conn_id);
  detail::put(out, "conn_type", value.conn_type);
  detail::put(out, "host", value.host);
  detail::put(out, "description", value.description);
  detail::put(out, "updated_at", value.updated_at);
  detail::put(out, "updated_by", value.updated_by);
  detail::put(out, "problem", value.problem);
  return json::Value(std::move(out));
}

Result<Connection> parse_connection(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Connection");
  Connection out;
  AIFLOW_TRY(detail::get(value, "project", out.project));
  AIFLOW_TRY(detail::get(value, "conn_id", out.conn_id));
  AIFLOW_TRY(detail::get(value, "conn_type", out.conn_type));
  AIFLOW_TRY(detail::get(value, "host", out.host));
  AIFLOW_TRY(detail::get(value, "description", out.description));
  AIFLOW_TRY(detail::get(value, "updated_at", out.updated_at));
  AIFLOW_TRY(detail::get(value, "updated_by", out.updated_by));
  AIFLOW_TRY(detail::get(value, "problem", out.problem));
  return out;
}

Status read_value(const json::Value& value, Connection& out) {
  AIFLOW_ASSIGN(out, parse_connection(value));
  return {};
}

json::Value to_json(const ConnectionSet& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "text", value.text);
  detail::put(out, "description", value.description);
  return json::Value(std::move(out));
}

Result<ConnectionSet> parse_connection_set(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ConnectionSet");
  ConnectionSet out;
  AIFLOW_TRY(detail::get(value, "text", out.text));
  AIFLOW_TRY(detail::get(value, "description", out.description));
  return out;
}

Status read_value(const json::Value& value, ConnectionSet& out) {
  AIFLOW_ASSIGN(out, parse_connection_set(value));
  return {};
}

json::Value to_json(const TaskValue& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "text", value.text);
  detail::put(out, "is_secret", value.is_secret);
  return json::Value(std::move(out));
}

Result<TaskValue> parse_task_value(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TaskValue");
  TaskValue out;
  AIFLOW_TRY(detail::get(value, "text", out.text));
  AIFLOW_TRY(detail::get(value, "is_secret", out.is_secret));
  return out;
}

Status read_value(const json::Value& value, TaskValue& out) {
  AIFLOW_ASSIGN(out, parse_task_value(value));
  return {};
}

json::Value to_json(const KeyRotated& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "key_id", value.key_id);
  detail::put(out, "count", value.count);
  return json::Value(std::move(out));
}

Result<KeyRotated> parse_key_rotated(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("KeyRotated");
  KeyRotated out;
  AIFLOW_TRY(detail::get(value, "key_id", out.key_id));
  AIFLOW_TRY(detail::get(value, "count", out.count));
  return out;
}

Status read_value(const json::Value& value, KeyRotated& out) {
  AIFLOW_ASSIGN(out, parse_key_rotated(value));
  return {};
}

json::Value to_json(const OpenValue& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "project", value.project);
  detail::put(out, "kind", value.kind);
  detail::put(out, "name", value.name);
  detail::put(out, "text", value.text);
  detail::put(out, "is_secret", value.is_secret);
  detail::put(out, "description", value.description);
  return json::Value(std::move(out));
}

Result<OpenValue> parse_open_value(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("OpenValue");
  OpenValue out;
  AIFLOW_TRY(detail::get(value, "project", out.project));
  AIFLOW_TRY(detail::get(value, "kind", out.kind));
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "text", out.text));
  AIFLOW_TRY(detail::get(value, "is_secret", out.is_secret));
  AIFLOW_TRY(detail::get(value, "description", out.description));
  return out;
}

Status read_value(const json::Value& value, OpenValue& out) {
  AIFLOW_ASSIGN(out, parse_open_value(value));
  return {};
}

json::Value to_json(const OpenValues& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "items", value.items);
  return json::Value(std::move(out));
}

Result<OpenValues> parse_open_values(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("OpenValues");
  OpenValues out;
  AIFLOW_TRY(detail::get(value, "items", out.items));
  return out;
}

Status read_value(const json::Value& value, OpenValues& out) {
  AIFLOW_ASSIGN(out, parse_open_values(value));
  return {};
}

}  // namespace aiflow::wire
