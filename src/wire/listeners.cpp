// SPDX-License-Identifier: Apache-2.0
// Generated from api/listeners.yaml by tools/codegen; do not edit.
#include "wire/listeners.h"

#include "wire/detail/codec.h"

namespace aiflow::wire {

Status read_value(const json::Value& value, WorkerAddress& out);

json::Value to_json(const WorkerAddress& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "url", value.url);
  detail::put(out, "is_separate", value.is_separate);
  detail::put(out, "is_local", value.is_local);
  return json::Value(std::move(out));
}

Result<WorkerAddress> parse_worker_address(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("WorkerAddress");
  WorkerAddress out;
  AIFLOW_TRY(detail::get(value, "url", out.url));
  AIFLOW_TRY(detail::get(value, "is_separate", out.is_separate));
  AIFLOW_TRY(detail::get(value, "is_local", out.is_local));
  return out;
}

Status read_value(const json::Value& value, WorkerAddress& out) {
  AIFLOW_ASSIGN(out, parse_worker_address(value));
  return {};
}

}  // namespace aiflow::wire
