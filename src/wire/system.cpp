// SPDX-License-Identifier: Apache-2.0
// Generated from api/system.yaml by tools/codegen; do not edit.
#include "wire/system.h"

#include "wire/detail/codec.h"

namespace aiflow::wire {

Status read_value(const json::Value& value, QueueWait& out);
Status read_value(const json::Value& value, SystemSample& out);
Status read_value(const json::Value& value, SystemHistory& out);

json::Value to_json(const QueueWait& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "queue", value.queue);
  detail::put(out, "waiting", value.waiting);
  detail::put(out, "since", value.since);
  return json::Value(std::move(out));
}

Result<QueueWait> parse_queue_wait(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("QueueWait");
  QueueWait out;
  AIFLOW_TRY(detail::get(value, "queue", out.queue));
  AIFLOW_TRY(detail::get(value, "waiting", out.waiting));
  AIFLOW_TRY(detail::get(value, "since", out.since));
  return out;
}

Status read_value(const json::Value& value, QueueWait& out) {
  AIFLOW_ASSIGN(out, parse_queue_wait(value));
  return {};
}

json::Value to_json(const SystemSample& value) {
  json::Object out;
  out.reserve(21);
  detail::put(out, "at", value.at);
  detail::put(out, "cpu_cores", value.cpu_cores);
  detail::put(out, "resident_bytes", value.resident_bytes);
  detail::put(out, "host_cpu", value.host_cpu);
  detail::put(out, "host_memory_bytes", value.host_memory_bytes);
  detail::put(out, "host_memory_used_bytes", value.host_memory_used_bytes);
  detail::put(out, "disk_free_bytes", value.disk_free_bytes);
  detail::put(out, "database_bytes", value.database_bytes);
  detail::put(out, "scheduler_waiting", value.scheduler_waiting);
  detail::put(out, "queues", value.queues);
  detail::put(out, "outbox", value.outbox);
  detail::put(out, "event_streams", value.event_streams);
  detail::put(out, "http_connections", value.http_connections);
  detail::put(out, "workers", value.workers);
  detail::put(out, "tasks", value.tasks);
  detail::put(out, "runs", value.runs);
  detail::put(out, "steps", value.steps);
  detail::put(out, "decide_p50_ms", value.decide_p50_ms);
  detail::put(out, "decide_p99_ms", value.decide_p99_ms);
  detail::put(out, "commit_p50_ms", value.commit_p50_ms);
  detail::put(out, "commit_p99_ms", value.commit_p99_ms);
  return json::Value(std::move(out));
}

Result<SystemSample> parse_system_sample(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("SystemSample");
  SystemSample out;
  AIFLOW_TRY(detail::get(value, "at", out.at));
  AIFLOW_TRY(detail::get(value, "cpu_cores", out.cpu_cores));
  AIFLOW_TRY(detail::get(value, "resident_bytes", out.resident_bytes));
  AIFLOW_TRY(detail::get(value, "host_cpu", out.host_cpu));
  AIFLOW_TRY(detail::get(value, "host_memory_bytes", out.host_memory_bytes));
  AIFLOW_TRY(detail::get(value, "host_memory_used_bytes", out.host_memory_used_bytes));
  AIFLOW_TRY(detail::get(value, "disk_free_bytes", out.disk_free_bytes));
  AIFLOW_TRY(detail::get(value, "database_bytes", out.database_bytes));
  AIFLOW_TRY(detail::get(value, "scheduler_waiting", out.scheduler_waiting));
  AIFLOW_TRY(detail::get(value, "queues", out.queues));
  AIFLOW_TRY(detail::get(value, "outbox", out.outbox));
  AIFLOW_TRY(detail::get(value, "event_streams", out.event_streams));
  AIFLOW_TRY(detail::get(value, "http_connections", out.http_connections));
  AIFLOW_TRY(detail::get(value, "workers", out.workers));
  AIFLOW_TRY(detail::get(value, "tasks", out.tasks));
  AIFLOW_TRY(detail::get(value, "runs", out.runs));
  AIFLOW_TRY(detail::get(value, "steps", out.steps));
  AIFLOW_TRY(detail::get(value, "decide_p50_ms", out.decide_p50_ms));
  AIFLOW_TRY(detail::get(value, "decide_p99_ms", out.decide_p99_ms));
  AIFLOW_TRY(detail::get(value, "commit_p50_ms", out.commit_p50_ms));
  AIFLOW_TRY(detail::get(value, "commit_p99_ms", out.commit_p99_ms));
  return out;
}

Status read_value(const json::Value& value, SystemSample& out) {
  AIFLOW_ASSIGN(out, parse_system_sample(value));
  return {};
}

json::Value to_json(const SystemHistory& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "seconds", value.seconds);
  detail::put(out, "minutes", value.minutes);
  return json::Value(std::move(out));
}

Result<SystemHistory> parse_system_history(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("SystemHistory");
  SystemHistory out;
  AIFLOW_TRY(detail::get(value, "seconds", out.seconds));
  AIFLOW_TRY(detail::get(value, "minutes", out.minutes));
  return out;
}

Status read_value(const json::Value& value, SystemHistory& out) {
  AIFLOW_ASSIGN(out, parse_system_history(value));
  return {};
}

}  // namespace aiflow::wire
