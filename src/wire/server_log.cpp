// SPDX-License-Identifier: Apache-2.0
// Generated from api/server_log.yaml by tools/codegen; do not edit.
#include "wire/server_log.h"

#include "wire/detail/codec.h"

namespace aiflow::wire {

Status read_value(const json::Value& value, ServerLogLine& out);
Status read_value(const json::Value& value, ServerLogPage& out);

json::Value to_json(const ServerLogLine& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "id", value.id);
  detail::put(out, "at", value.at);
  detail::put(out, "level", value.level);
  detail::put(out, "text", value.text);
  return json::Value(std::move(out));
}

Result<ServerLogLine> parse_server_log_line(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ServerLogLine");
  ServerLogLine out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "at", out.at));
  AIFLOW_TRY(detail::get(value, "level", out.level));
  AIFLOW_TRY(detail::get(value, "text", out.text));
  return out;
}

Status read_value(const json::Value& value, ServerLogLine& out) {
  AIFLOW_ASSIGN(out, parse_server_log_line(value));
  return {};
}

json::Value to_json(const ServerLogPage& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "items", value.items);
  detail::put(out, "before_cursor", value.before_cursor);
  detail::put(out, "after_cursor", value.after_cursor);
  detail::put(out, "missed", value.missed);
  return json::Value(std::move(out));
}

Result<ServerLogPage> parse_server_log_page(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ServerLogPage");
  ServerLogPage out;
  AIFLOW_TRY(detail::get(value, "items", out.items));
  AIFLOW_TRY(detail::get(value, "before_cursor", out.before_cursor));
  AIFLOW_TRY(detail::get(value, "after_cursor", out.after_cursor));
  AIFLOW_TRY(detail::get(value, "missed", out.missed));
  return out;
}

Status read_value(const json::Value& value, ServerLogPage& out) {
  AIFLOW_ASSIGN(out, parse_server_log_page(value));
  return {};
}

}  // namespace aiflow::wire
