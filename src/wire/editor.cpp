// SPDX-License-Identifier: Apache-2.0
// Generated from api/editor.yaml by tools/codegen; do not edit.
#include "wire/editor.h"

#include "wire/detail/codec.h"

namespace aiflow::wire {

Status read_value(const json::Value& value, OperatorField& out);
Status read_value(const json::Value& value, OperatorInfo& out);
Status read_value(const json::Value& value, OperatorCatalogue& out);
Status read_value(const json::Value& value, DagText& out);
Status read_value(const json::Value& value, DagStep& out);
Status read_value(const json::Value& value, DagNeed& out);
Status read_value(const json::Value& value, DagProblem& out);
Status read_value(const json::Value& value, DagCheck& out);
Status read_value(const json::Value& value, DagFileText& out);
Status read_value(const json::Value& value, DagFileVersion& out);

json::Value to_json(const OperatorField& value) {
  json::Object out;
  out.reserve(9);
  detail::put(out, "name", value.name);
  detail::put(out, "kinds", value.kinds);
  detail::put(out, "required", value.required);
  detail::put(out, "default", value.default_);
  detail::put(out, "doc", value.doc);
  detail::put(out, "choices", value.choices);
  detail::put(out, "templated", value.templated);
  detail::put(out, "is_open", value.is_open);
  detail::put(out, "minimum", value.minimum);
  return json::Value(std::move(out));
}

Result<OperatorField> parse_operator_field(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("OperatorField");
  OperatorField out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "kinds", out.kinds));
  AIFLOW_TRY(detail::get(value, "required", out.required));
  AIFLOW_TRY(detail::get(value, "default", out.default_));
  AIFLOW_TRY(detail::get(value, "doc", out.doc));
  AIFLOW_TRY(detail::get(value, "choices", out.choices));
  AIFLOW_TRY(detail::get(value, "templated", out.templated));
  AIFLOW_TRY(detail::get(value, "is_open", out.is_open));
  AIFLOW_TRY(detail::get(value, "minimum", out.minimum));
  return out;
}

Status read_value(const json::Value& value, OperatorField& out) {
  AIFLOW_ASSIGN(out, parse_operator_field(value));
  return {};
}

json::Value to_json(const OperatorInfo& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "name", value.name);
  detail::put(out, "group", value.group);
  detail::put(out, "doc", value.doc);
  detail::put(out, "fields", value.fields);
  return json::Value(std::move(out));
}

Result<OperatorInfo> parse_operator_info(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("OperatorInfo");
  OperatorInfo out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "group", out.group));
  AIFLOW_TRY(detail::get(value, "doc", out.doc));
  AIFLOW_TRY(detail::get(value, "fields", out.fields));
  return out;
}

Status read_value(const json::Value& value, OperatorInfo& out) {
  AIFLOW_ASSIGN(out, parse_operator_info(value));
  return {};
}

json::Value to_json(const OperatorCatalogue& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "operators", value.operators);
  detail::put(out, "common", value.common);
  detail::put(out, "dag", value.dag);
  return json::Value(std::move(out));
}

Result<OperatorCatalogue> parse_operator_catalogue(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("OperatorCatalogue");
  OperatorCatalogue out;
  AIFLOW_TRY(detail::get(value, "operators", out.operators));
  AIFLOW_TRY(detail::get(value, "common", out.common));
  AIFLOW_TRY(detail::get(value, "dag", out.dag));
  return out;
}

Status read_value(const json::Value& value, OperatorCatalogue& out) {
  AIFLOW_ASSIGN(out, parse_operator_catalogue(value));
  return {};
}

json::Value to_json(const DagText& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "content", value.content);
  return json::Value(std::move(out));
}

Result<DagText> parse_dag_text(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagText");
  DagText out;
  AIFLOW_TRY(detail::get(value, "content", out.content));
  return out;
}

Status read_value(const json::Value& value, DagText& out) {
  AIFLOW_ASSIGN(out, parse_dag_text(value));
  return {};
}

json::Value to_json(const DagStep& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "tasks", value.tasks);
  return json::Value(std::move(out));
}

Result<DagStep> parse_dag_step(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagStep");
  DagStep out;
  AIFLOW_TRY(detail::get(value, "tasks", out.tasks));
  return out;
}

Status read_value(const json::Value& value, DagStep& out) {
  AIFLOW_ASSIGN(out, parse_dag_step(value));
  return {};
}

json::Value to_json(const DagNeed& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "kind", value.kind);
  detail::put(out, "name", value.name);
  detail::put(out, "is_there", value.is_there);
  detail::put(out, "tasks", value.tasks);
  return json::Value(std::move(out));
}

Result<DagNeed> parse_dag_need(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagNeed");
  DagNeed out;
  AIFLOW_TRY(detail::get(value, "kind", out.kind));
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "is_there", out.is_there));
  AIFLOW_TRY(detail::get(value, "tasks", out.tasks));
  return out;
}

Status read_value(const json::Value& value, DagNeed& out) {
  AIFLOW_ASSIGN(out, parse_dag_need(value));
  return {};
}

json::Value to_json(const DagProblem& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "message", value.message);
  detail::put(out, "line", value.line);
  detail::put(out, "column", value.column);
  detail::put(out, "path", value.path);
  return json::Value(std::move(out));
}

Result<DagProblem> parse_dag_problem(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagProblem");
  DagProblem out;
  AIFLOW_TRY(detail::get(value, "message", out.message));
  AIFLOW_TRY(detail::get(value, "line", out.line));
  AIFLOW_TRY(detail::get(value, "column", out.column));
  AIFLOW_TRY(detail::get(value, "path", out.path));
  return out;
}

Status read_value(const json::Value& value, DagProblem& out) {
  AIFLOW_ASSIGN(out, parse_dag_problem(value));
  return {};
}

json::Value to_json(const DagCheck& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "problems", value.problems);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "is_taken", value.is_taken);
  detail::put(out, "steps", value.steps);
  detail::put(out, "needs", value.needs);
  return json::Value(std::move(out));
}

Result<DagCheck> parse_dag_check(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagCheck");
  DagCheck out;
  AIFLOW_TRY(detail::get(value, "problems", out.problems));
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "is_taken", out.is_taken));
  AIFLOW_TRY(detail::get(value, "steps", out.steps));
  AIFLOW_TRY(detail::get(value, "needs", out.needs));
  return out;
}

Status read_value(const json::Value& value, DagCheck& out) {
  AIFLOW_ASSIGN(out, parse_dag_check(value));
  return {};
}

json::Value to_json(const DagFileText& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "file", value.file);
  detail::put(out, "content", value.content);
  detail::put(out, "version", value.version);
  detail::put(out, "saved_at", value.saved_at);
  detail::put(out, "saved_by", value.saved_by);
  return json::Value(std::move(out));
}

Result<DagFileText> parse_dag_file_text(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagFileText");
  DagFileText out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "file", out.file));
  AIFLOW_TRY(detail::get(value, "content", out.content));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "saved_at", out.saved_at));
  AIFLOW_TRY(detail::get(value, "saved_by", out.saved_by));
  return out;
}

Status read_value(const json::Value& value, DagFileText& out) {
  AIFLOW_ASSIGN(out, parse_dag_file_text(value));
  return {};
}

json::Value to_json(const DagFileVersion& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "version_number", value.version_number);
  detail::put(out, "cause", value.cause);
  detail::put(out, "saved_at", value.saved_at);
  detail::put(out, "saved_by", value.saved_by);
  detail::put(out, "content", value.content);
  return json::Value(std::move(out));
}

Result<DagFileVersion> parse_dag_file_version(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagFileVersion");
  DagFileVersion out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "version_number", out.version_number));
  AIFLOW_TRY(detail::get(value, "cause", out.cause));
  AIFLOW_TRY(detail::get(value, "saved_at", out.saved_at));
  AIFLOW_TRY(detail::get(value, "saved_by", out.saved_by));
  AIFLOW_TRY(detail::get(value, "content", out.content));
  return out;
}

Status read_value(const json::Value& value, DagFileVersion& out) {
  AIFLOW_ASSIGN(out, parse_dag_file_version(value));
  return {};
}

}  // namespace aiflow::wire
