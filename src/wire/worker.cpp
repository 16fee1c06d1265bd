// SPDX-License-Identifier: Apache-2.0
// Generated from api/worker.yaml by tools/codegen; do not edit.
#include "wire/worker.h"

#include "wire/detail/codec.h"

namespace aiflow::wire {

Status read_value(const json::Value& value, TaskKey& out);
Status read_value(const json::Value& value, TriggeringEvent& out);
Status read_value(const json::Value& value, JobResources& out);
Status read_value(const json::Value& value, Resume& out);
Status read_value(const json::Value& value, IslandTask& out);
Status read_value(const json::Value& value, IslandXCom& out);
Status read_value(const json::Value& value, IslandPart& out);
Status read_value(const json::Value& value, Job& out);
Status read_value(const json::Value& value, Deferral& out);
Status read_value(const json::Value& value, XComEntry& out);
Status read_value(const json::Value& value, AssetEmit& out);
Status read_value(const json::Value& value, AttemptRef& out);
Status read_value(const json::Value& value, HeldPack& out);
Status read_value(const json::Value& value, Hello& out);
Status read_value(const json::Value& value, Started& out);
Status read_value(const json::Value& value, AttemptSample& out);
Status read_value(const json::Value& value, AttemptUsage& out);
Status read_value(const json::Value& value, Usage& out);
Status read_value(const json::Value& value, Heartbeat& out);
Status read_value(const json::Value& value, Progress& out);
Status read_value(const json::Value& value, Finished& out);
Status read_value(const json::Value& value, XComGet& out);
Status read_value(const json::Value& value, HelloOk& out);
Status read_value(const json::Value& value, Picture& out);
Status read_value(const json::Value& value, HeartbeatOk& out);
Status read_value(const json::Value& value, Delivery& out);
Status read_value(const json::Value& value, Start& out);
Status read_value(const json::Value& value, LogPiece& out);
Status read_value(const json::Value& value, LogTaken& out);
Status read_value(const json::Value& value, BundleGet& out);
Status read_value(const json::Value& value, BundlePiece& out);
Status read_value(const json::Value& value, Cancel& out);
Status read_value(const json::Value& value, Ack& out);
Status read_value(const json::Value& value, XComValue& out);
Status read_value(const json::Value& value, Drain& out);
Status read_value(const json::Value& value, ServerStops& out);
Status read_value(const json::Value& value, Lanes& out);
Status read_value(const json::Value& value, ClaimEntry& out);
Status read_value(const json::Value& value, Claim& out);
Status read_value(const json::Value& value, Unclaimed& out);
Status read_value(const json::Value& value, HelloAgain& out);
Status read_value(const json::Value& value, Left& out);
Status read_value(const json::Value& value, SentAttempt& out);
Status read_value(const json::Value& value, LeftBehind& out);
Status read_value(const json::Value& value, TaskStart& out);
Status read_value(const json::Value& value, TaskXComPush& out);
Status read_value(const json::Value& value, TaskXComGet& out);
Status read_value(const json::Value& value, TaskXComValue& out);
Status read_value(const json::Value& value, TaskRendered& out);
Status read_value(const json::Value& value, TaskUsage& out);
Status read_value(const json::Value& value, TaskDone& out);
Status read_value(const json::Value& value, ZygoteFork& out);
Status read_value(const json::Value& value, ZygoteForked& out);
Status read_value(const json::Value& value, ZygoteOrphaned& out);
Status read_value(const json::Value& value, ZygoteExited& out);
Status read_value(const json::Value& value, ContainerMount& out);
Status read_value(const json::Value& value, ContainerUlimit& out);
Status read_value(const json::Value& value, ContainerSpec& out);

json::Value to_json(const TaskKey& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "run_id", value.run_id);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "map_index", value.map_index);
  return json::Value(std::move(out));
}

Result<TaskKey> parse_task_key(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TaskKey");
  TaskKey out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "run_id", out.run_id));
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "map_index", out.map_index));
  return out;
}

Status read_value(const json::Value& value, TaskKey& out) {
  AIFLOW_ASSIGN(out, parse_task_key(value));
  return {};
}

json::Value to_json(const TriggeringEvent& value) {
  json::Object out;
  out.reserve(8);
  detail::put(out, "name", value.name);
  detail::put(out, "uri", value.uri);
  detail::put(out, "extra", value.extra);
  detail::put(out, "timestamp", value.timestamp);
  detail::put(out, "source_dag_id", value.source_dag_id);
  detail::put(out, "source_run_id", value.source_run_id);
  detail::put(out, "source_task_id", value.source_task_id);
  detail::put(out, "source_map_index", value.source_map_index);
  return json::Value(std::move(out));
}

Result<TriggeringEvent> parse_triggering_event(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TriggeringEvent");
  TriggeringEvent out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "uri", out.uri));
  AIFLOW_TRY(detail::get(value, "extra", out.extra));
  AIFLOW_TRY(detail::get(value, "timestamp", out.timestamp));
  AIFLOW_TRY(detail::get(value, "source_dag_id", out.source_dag_id));
  AIFLOW_TRY(detail::get(value, "source_run_id", out.source_run_id));
  AIFLOW_TRY(detail::get(value, "source_task_id", out.source_task_id));
  AIFLOW_TRY(detail::get(value, "source_map_index", out.source_map_index));
  return out;
}

Status read_value(const json::Value& value, TriggeringEvent& out) {
  AIFLOW_ASSIGN(out, parse_triggering_event(value));
  return {};
}

json::Value to_json(const JobResources& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "cpus", value.cpus);
  detail::put(out, "memory_bytes", value.memory_bytes);
  detail::put(out, "pids", value.pids);
  return json::Value(std::move(out));
}

Result<JobResources> parse_job_resources(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("JobResources");
  JobResources out;
  AIFLOW_TRY(detail::get(value, "cpus", out.cpus));
  AIFLOW_TRY(detail::get(value, "memory_bytes", out.memory_bytes));
  AIFLOW_TRY(detail::get(value, "pids", out.pids));
  return out;
}

Status read_value(const json::Value& value, JobResources& out) {
  AIFLOW_ASSIGN(out, parse_job_resources(value));
  return {};
}

json::Value to_json(const Resume& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "next_method", value.next_method);
  detail::put(out, "next_kwargs", value.next_kwargs);
  detail::put(out, "event", value.event);
  detail::put(out, "error", value.error);
  detail::put(out, "timed_out", value.timed_out);
  return json::Value(std::move(out));
}

Result<Resume> parse_resume(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Resume");
  Resume out;
  AIFLOW_TRY(detail::get(value, "next_method", out.next_method));
  AIFLOW_TRY(detail::get(value, "next_kwargs", out.next_kwargs));
  AIFLOW_TRY(detail::get(value, "event", out.event));
  AIFLOW_TRY(detail::get(value, "error", out.error));
  AIFLOW_TRY(detail::get(value, "timed_out", out.timed_out));
  return out;
}

Status read_value(const json::Value& value, Resume& out) {
  AIFLOW_ASSIGN(out, parse_resume(value));
  return {};
}

json::Value to_json(const IslandTask& value) {
  json::Object out;
  out.reserve(12);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "map_index", value.map_index);
  detail::put(out, "state", value.state);
  detail::put(out, "try_number", value.try_number);
  detail::put(out, "max_tries", value.max_tries);
  detail::put(out, "epoch", value.epoch);
  detail::put(out, "weight", value.weight);
  detail::put(out, "next_try_at", value.next_try_at);
  detail::put(out, "epoch_floor", value.epoch_floor);
  detail::put(out, "branch_followed", value.branch_followed);
  detail::put(out, "skip_all_downstream", value.skip_all_downstream);
  detail::put(out, "return_length", value.return_length);
  return json::Value(std::move(out));
}

Result<IslandTask> parse_island_task(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("IslandTask");
  IslandTask out;
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "map_index", out.map_index));
  AIFLOW_TRY(detail::get(value, "state", out.state));
  AIFLOW_TRY(detail::get(value, "try_number", out.try_number));
  AIFLOW_TRY(detail::get(value, "max_tries", out.max_tries));
  AIFLOW_TRY(detail::get(value, "epoch", out.epoch));
  AIFLOW_TRY(detail::get(value, "weight", out.weight));
  AIFLOW_TRY(detail::get(value, "next_try_at", out.next_try_at));
  AIFLOW_TRY(detail::get(value, "epoch_floor", out.epoch_floor));
  AIFLOW_TRY(detail::get(value, "branch_followed", out.branch_followed));
  AIFLOW_TRY(detail::get(value, "skip_all_downstream", out.skip_all_downstream));
  AIFLOW_TRY(detail::get(value, "return_length", out.return_length));
  return out;
}

Status read_value(const json::Value& value, IslandTask& out) {
  AIFLOW_ASSIGN(out, parse_island_task(value));
  return {};
}

json::Value to_json(const IslandXCom& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "map_index", value.map_index);
  detail::put(out, "key", value.key);
  detail::put(out, "value", value.value);
  return json::Value(std::move(out));
}

Result<IslandXCom> parse_island_xcom(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("IslandXCom");
  IslandXCom out;
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "map_index", out.map_index));
  AIFLOW_TRY(detail::get(value, "key", out.key));
  AIFLOW_TRY(detail::get(value, "value", out.value));
  return out;
}

Status read_value(const json::Value& value, IslandXCom& out) {
  AIFLOW_ASSIGN(out, parse_island_xcom(value));
  return {};
}

json::Value to_json(const IslandPart& value) {
  json::Object out;
  out.reserve(8);
  detail::put(out, "made_at", value.made_at);
  detail::put(out, "dag_version", value.dag_version);
  detail::put(out, "run_number", value.run_number);
  detail::put(out, "dag", value.dag);
  detail::put(out, "tasks", value.tasks);
  detail::put(out, "jobs", value.jobs);
  detail::put(out, "xcoms", value.xcoms);
  detail::put(out, "paused", value.paused);
  return json::Value(std::move(out));
}

Result<IslandPart> parse_island_part(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("IslandPart");
  IslandPart out;
  AIFLOW_TRY(detail::get(value, "made_at", out.made_at));
  AIFLOW_TRY(detail::get(value, "dag_version", out.dag_version));
  AIFLOW_TRY(detail::get(value, "run_number", out.run_number));
  AIFLOW_TRY(detail::get(value, "dag", out.dag));
  AIFLOW_TRY(detail::get(value, "tasks", out.tasks));
  AIFLOW_TRY(detail::get(value, "jobs", out.jobs));
  AIFLOW_TRY(detail::get(value, "xcoms", out.xcoms));
  AIFLOW_TRY(detail::get(value, "paused", out.paused));
  return out;
}

Status read_value(const json::Value& value, IslandPart& out) {
  AIFLOW_ASSIGN(out, parse_island_part(value));
  return {};
}

json::Value to_json(const Job& value) {
  json::Object out;
  out.reserve(29);
  detail::put(out, "key", value.key);
  detail::put(out, "try_number", value.try_number);
  detail::put(out, "epoch", value.epoch);
  detail::put(out, "operator", value.operator_);
  detail::put(out, "dag_file", value.dag_file);
  detail::put(out, "payload", value.payload);
  detail::put(out, "params", value.params);
  detail::put(out, "conf", value.conf);
  detail::put(out, "logical_date", value.logical_date);
  detail::put(out, "data_interval_start", value.data_interval_start);
  detail::put(out, "data_interval_end", value.data_interval_end);
  detail::put(out, "run_type", value.run_type);
  detail::put(out, "execution_timeout_ms", value.execution_timeout_ms);
  detail::put(out, "log_path", value.log_path);
  detail::put(out, "env", value.env);
  detail::put(out, "token", value.token);
  detail::put(out, "max_tries", value.max_tries);
  detail::put(out, "use_cache", value.use_cache);
  detail::put(out, "first_started_at", value.first_started_at);
  detail::put(out, "triggering_asset_events", value.triggering_asset_events);
  detail::put(out, "executor", value.executor);
  detail::put(out, "queue", value.queue);
  detail::put(out, "placement", value.placement);
  detail::put(out, "resources", value.resources);
  detail::put(out, "run_as_user", value.run_as_user);
  detail::put(out, "executor_config", value.executor_config);
  detail::put(out, "resume", value.resume);
  detail::put(out, "island", value.island);
  detail::put(out, "retry_tokens", value.retry_tokens);
  return json::Value(std::move(out));
}

Result<Job> parse_job(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Job");
  Job out;
  AIFLOW_TRY(detail::get(value, "key", out.key));
  AIFLOW_TRY(detail::get(value, "try_number", out.try_number));
  AIFLOW_TRY(detail::get(value, "epoch", out.epoch));
  AIFLOW_TRY(detail::get(value, "operator", out.operator_));
  AIFLOW_TRY(detail::get(value, "dag_file", out.dag_file));
  AIFLOW_TRY(detail::get(value, "payload", out.payload));
  AIFLOW_TRY(detail::get(value, "params", out.params));
  AIFLOW_TRY(detail::get(value, "conf", out.conf));
  AIFLOW_TRY(detail::get(value, "logical_date", out.logical_date));
  AIFLOW_TRY(detail::get(value, "data_interval_start", out.data_interval_start));
  AIFLOW_TRY(detail::get(value, "data_interval_end", out.data_interval_end));
  AIFLOW_TRY(detail::get(value, "run_type", out.run_type));
  AIFLOW_TRY(detail::get(value, "execution_timeout_ms", out.execution_timeout_ms));
  AIFLOW_TRY(detail::get(value, "log_path", out.log_path));
  AIFLOW_TRY(detail::get(value, "env", out.env));
  AIFLOW_TRY(detail::get(value, "token", out.token));
  AIFLOW_TRY(detail::get(value, "max_tries", out.max_tries));
  AIFLOW_TRY(detail::get(value, "use_cache", out.use_cache));
  AIFLOW_TRY(detail::get(value, "first_started_at", out.first_started_at));
  AIFLOW_TRY(detail::get(value, "triggering_asset_events", out.triggering_asset_events));
  AIFLOW_TRY(detail::get(value, "executor", out.executor));
  AIFLOW_TRY(detail::get(value, "queue", out.queue));
  AIFLOW_TRY(detail::get(value, "placement", out.placement));
  AIFLOW_TRY(detail::get(value, "resources", out.resources));
  AIFLOW_TRY(detail::get(value, "run_as_user", out.run_as_user));
  AIFLOW_TRY(detail::get(value, "executor_config", out.executor_config));
  AIFLOW_TRY(detail::get(value, "resume", out.resume));
  AIFLOW_TRY(detail::get(value, "island", out.island));
  AIFLOW_TRY(detail::get(value, "retry_tokens", out.retry_tokens));
  return out;
}

Status read_value(const json::Value& value, Job& out) {
  AIFLOW_ASSIGN(out, parse_job(value));
  return {};
}

json::Value to_json(const Deferral& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "trigger", value.trigger);
  detail::put(out, "next_method", value.next_method);
  detail::put(out, "next_kwargs", value.next_kwargs);
  detail::put(out, "timeout_ms", value.timeout_ms);
  return json::Value(std::move(out));
}

Result<Deferral> parse_deferral(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Deferral");
  Deferral out;
  AIFLOW_TRY(detail::get(value, "trigger", out.trigger));
  AIFLOW_TRY(detail::get(value, "next_method", out.next_method));
  AIFLOW_TRY(detail::get(value, "next_kwargs", out.next_kwargs));
  AIFLOW_TRY(detail::get(value, "timeout_ms", out.timeout_ms));
  return out;
}

Status read_value(const json::Value& value, Deferral& out) {
  AIFLOW_ASSIGN(out, parse_deferral(value));
  return {};
}

json::Value to_json(const XComEntry& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "key", value.key);
  detail::put(out, "value", value.value);
  return json::Value(std::move(out));
}

Result<XComEntry> parse_xcom_entry(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("XComEntry");
  XComEntry out;
  AIFLOW_TRY(detail::get(value, "key", out.key));
  AIFLOW_TRY(detail::get(value, "value", out.value));
  return out;
}

Status read_value(const json::Value& value, XComEntry& out) {
  AIFLOW_ASSIGN(out, parse_xcom_entry(value));
  return {};
}

json::Value to_json(const AssetEmit& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "name", value.name);
  detail::put(out, "uri", value.uri);
  detail::put(out, "extra", value.extra);
  detail::put(out, "alias", value.alias);
  return json::Value(std::move(out));
}

Result<AssetEmit> parse_asset_emit(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("AssetEmit");
  AssetEmit out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "uri", out.uri));
  AIFLOW_TRY(detail::get(value, "extra", out.extra));
  AIFLOW_TRY(detail::get(value, "alias", out.alias));
  return out;
}

Status read_value(const json::Value& value, AssetEmit& out) {
  AIFLOW_ASSIGN(out, parse_asset_emit(value));
  return {};
}

json::Value to_json(const AttemptRef& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "key", value.key);
  detail::put(out, "try_number", value.try_number);
  detail::put(out, "epoch", value.epoch);
  return json::Value(std::move(out));
}

Result<AttemptRef> parse_attempt_ref(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("AttemptRef");
  AttemptRef out;
  AIFLOW_TRY(detail::get(value, "key", out.key));
  AIFLOW_TRY(detail::get(value, "try_number", out.try_number));
  AIFLOW_TRY(detail::get(value, "epoch", out.epoch));
  return out;
}

Status read_value(const json::Value& value, AttemptRef& out) {
  AIFLOW_ASSIGN(out, parse_attempt_ref(value));
  return {};
}

json::Value to_json(const HeldPack& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "name", value.name);
  detail::put(out, "version", value.version);
  detail::put(out, "digest", value.digest);
  detail::put(out, "size", value.size);
  return json::Value(std::move(out));
}

Result<HeldPack> parse_held_pack(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("HeldPack");
  HeldPack out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "digest", out.digest));
  AIFLOW_TRY(detail::get(value, "size", out.size));
  return out;
}

Status read_value(const json::Value& value, HeldPack& out) {
  AIFLOW_ASSIGN(out, parse_held_pack(value));
  return {};
}

json::Value to_json(const Hello& value) {
  json::Object out;
  out.reserve(12);
  detail::put(out, "worker_id", value.worker_id);
  detail::put(out, "slots", value.slots);
  detail::put(out, "pid", value.pid);
  detail::put(out, "version", value.version);
  detail::put(out, "running", value.running);
  detail::put(out, "executors", value.executors);
  detail::put(out, "queues", value.queues);
  detail::put(out, "labels", value.labels);
  detail::put(out, "host", value.host);
  detail::put(out, "cpus", value.cpus);
  detail::put(out, "packs", value.packs);
  detail::put(out, "ahead", value.ahead);
  return json::Value(std::move(out));
}

Result<Hello> parse_hello(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Hello");
  Hello out;
  AIFLOW_TRY(detail::get(value, "worker_id", out.worker_id));
  AIFLOW_TRY(detail::get(value, "slots", out.slots));
  AIFLOW_TRY(detail::get(value, "pid", out.pid));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "running", out.running));
  AIFLOW_TRY(detail::get(value, "executors", out.executors));
  AIFLOW_TRY(detail::get(value, "queues", out.queues));
  AIFLOW_TRY(detail::get(value, "labels", out.labels));
  AIFLOW_TRY(detail::get(value, "host", out.host));
  AIFLOW_TRY(detail::get(value, "cpus", out.cpus));
  AIFLOW_TRY(detail::get(value, "packs", out.packs));
  AIFLOW_TRY(detail::get(value, "ahead", out.ahead));
  return out;
}

Status read_value(const json::Value& value, Hello& out) {
  AIFLOW_ASSIGN(out, parse_hello(value));
  return {};
}

json::Value to_json(const Started& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "seq", value.seq);
  detail::put(out, "attempt", value.attempt);
  detail::put(out, "pid", value.pid);
  detail::put(out, "at", value.at);
  detail::put(out, "rendered", value.rendered);
  return json::Value(std::move(out));
}

Result<Started> parse_started(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Started");
  Started out;
  AIFLOW_TRY(detail::get(value, "seq", out.seq));
  AIFLOW_TRY(detail::get(value, "attempt", out.attempt));
  AIFLOW_TRY(detail::get(value, "pid", out.pid));
  AIFLOW_TRY(detail::get(value, "at", out.at));
  AIFLOW_TRY(detail::get(value, "rendered", out.rendered));
  return out;
}

Status read_value(const json::Value& value, Started& out) {
  AIFLOW_ASSIGN(out, parse_started(value));
  return {};
}

json::Value to_json(const AttemptSample& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "ms", value.ms);
  detail::put(out, "cpu_ms", value.cpu_ms);
  detail::put(out, "memory_bytes", value.memory_bytes);
  return json::Value(std::move(out));
}

Result<AttemptSample> parse_attempt_sample(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("AttemptSample");
  AttemptSample out;
  AIFLOW_TRY(detail::get(value, "ms", out.ms));
  AIFLOW_TRY(detail::get(value, "cpu_ms", out.cpu_ms));
  AIFLOW_TRY(detail::get(value, "memory_bytes", out.memory_bytes));
  return out;
}

Status read_value(const json::Value& value, AttemptSample& out) {
  AIFLOW_ASSIGN(out, parse_attempt_sample(value));
  return {};
}

json::Value to_json(const AttemptUsage& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "cpu_user_ms", value.cpu_user_ms);
  detail::put(out, "cpu_system_ms", value.cpu_system_ms);
  detail::put(out, "memory_peak_bytes", value.memory_peak_bytes);
  detail::put(out, "memory_mean_bytes", value.memory_mean_bytes);
  detail::put(out, "samples", value.samples);
  detail::put(out, "note", value.note);
  return json::Value(std::move(out));
}

Result<AttemptUsage> parse_attempt_usage(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("AttemptUsage");
  AttemptUsage out;
  AIFLOW_TRY(detail::get(value, "cpu_user_ms", out.cpu_user_ms));
  AIFLOW_TRY(detail::get(value, "cpu_system_ms", out.cpu_system_ms));
  AIFLOW_TRY(detail::get(value, "memory_peak_bytes", out.memory_peak_bytes));
  AIFLOW_TRY(detail::get(value, "memory_mean_bytes", out.memory_mean_bytes));
  AIFLOW_TRY(detail::get(value, "samples", out.samples));
  AIFLOW_TRY(detail::get(value, "note", out.note));
  return out;
}

Status read_value(const json::Value& value, AttemptUsage& out) {
  AIFLOW_ASSIGN(out, parse_attempt_usage(value));
  return {};
}

json::Value to_json(const Usage& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "attempt", value.attempt);
  detail::put(out, "sample", value.sample);
  return json::Value(std::move(out));
}

Result<Usage> parse_usage(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Usage");
  Usage out;
  AIFLOW_TRY(detail::get(value, "attempt", out.attempt));
  AIFLOW_TRY(detail::get(value, "sample", out.sample));
  return out;
}

Status read_value(const json::Value& value, Usage& out) {
  AIFLOW_ASSIGN(out, parse_usage(value));
  return {};
}

json::Value to_json(const Heartbeat& value) {
  json::Object out;
  out.reserve(7);
  detail::put(out, "attempts", value.attempts);
  detail::put(out, "seq", value.seq);
  detail::put(out, "load", value.load);
  detail::put(out, "ahead", value.ahead);
  detail::put(out, "cpu_used", value.cpu_used);
  detail::put(out, "memory_bytes", value.memory_bytes);
  detail::put(out, "memory_used_bytes", value.memory_used_bytes);
  return json::Value(std::move(out));
}

Result<Heartbeat> parse_heartbeat(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Heartbeat");
  Heartbeat out;
  AIFLOW_TRY(detail::get(value, "attempts", out.attempts));
  AIFLOW_TRY(detail::get(value, "seq", out.seq));
  AIFLOW_TRY(detail::get(value, "load", out.load));
  AIFLOW_TRY(detail::get(value, "ahead", out.ahead));
  AIFLOW_TRY(detail::get(value, "cpu_used", out.cpu_used));
  AIFLOW_TRY(detail::get(value, "memory_bytes", out.memory_bytes));
  AIFLOW_TRY(detail::get(value, "memory_used_bytes", out.memory_used_bytes));
  return out;
}

Status read_value(const json::Value& value, Heartbeat& out) {
  AIFLOW_ASSIGN(out, parse_heartbeat(value));
  return {};
}

json::Value to_json(const Progress& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "attempt", value.attempt);
  detail::put(out, "done", value.done);
  detail::put(out, "total", value.total);
  detail::put(out, "unit", value.unit);
  detail::put(out, "what", value.what);
  return json::Value(std::move(out));
}

Result<Progress> parse_progress(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Progress");
  Progress out;
  AIFLOW_TRY(detail::get(value, "attempt", out.attempt));
  AIFLOW_TRY(detail::get(value, "done", out.done));
  AIFLOW_TRY(detail::get(value, "total", out.total));
  AIFLOW_TRY(detail::get(value, "unit", out.unit));
  AIFLOW_TRY(detail::get(value, "what", out.what));
  return out;
}

Status read_value(const json::Value& value, Progress& out) {
  AIFLOW_ASSIGN(out, parse_progress(value));
  return {};
}

json::Value to_json(const Finished& value) {
  json::Object out;
  out.reserve(19);
  detail::put(out, "seq", value.seq);
  detail::put(out, "attempt", value.attempt);
  detail::put(out, "outcome", value.outcome);
  detail::put(out, "exit_code", value.exit_code);
  detail::put(out, "signal", value.signal);
  detail::put(out, "cause", value.cause);
  detail::put(out, "started_at", value.started_at);
  detail::put(out, "ended_at", value.ended_at);
  detail::put(out, "xcoms", value.xcoms);
  detail::put(out, "branch", value.branch);
  detail::put(out, "skip_all_downstream", value.skip_all_downstream);
  detail::put(out, "reschedule_at", value.reschedule_at);
  detail::put(out, "deferral", value.deferral);
  detail::put(out, "assets", value.assets);
  detail::put(out, "cache_key", value.cache_key);
  detail::put(out, "cache_ttl_ms", value.cache_ttl_ms);
  detail::put(out, "retry_delay_ms", value.retry_delay_ms);
  detail::put(out, "usage", value.usage);
  detail::put(out, "rendered", value.rendered);
  return json::Value(std::move(out));
}

Result<Finished> parse_finished(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Finished");
  Finished out;
  AIFLOW_TRY(detail::get(value, "seq", out.seq));
  AIFLOW_TRY(detail::get(value, "attempt", out.attempt));
  AIFLOW_TRY(detail::get(value, "outcome", out.outcome));
  AIFLOW_TRY(detail::get(value, "exit_code", out.exit_code));
  AIFLOW_TRY(detail::get(value, "signal", out.signal));
  AIFLOW_TRY(detail::get(value, "cause", out.cause));
  AIFLOW_TRY(detail::get(value, "started_at", out.started_at));
  AIFLOW_TRY(detail::get(value, "ended_at", out.ended_at));
  AIFLOW_TRY(detail::get(value, "xcoms", out.xcoms));
  AIFLOW_TRY(detail::get(value, "branch", out.branch));
  AIFLOW_TRY(detail::get(value, "skip_all_downstream", out.skip_all_downstream));
  AIFLOW_TRY(detail::get(value, "reschedule_at", out.reschedule_at));
  AIFLOW_TRY(detail::get(value, "deferral", out.deferral));
  AIFLOW_TRY(detail::get(value, "assets", out.assets));
  AIFLOW_TRY(detail::get(value, "cache_key", out.cache_key));
  AIFLOW_TRY(detail::get(value, "cache_ttl_ms", out.cache_ttl_ms));
  AIFLOW_TRY(detail::get(value, "retry_delay_ms", out.retry_delay_ms));
  AIFLOW_TRY(detail::get(value, "usage", out.usage));
  AIFLOW_TRY(detail::get(value, "rendered", out.rendered));
  return out;
}

Status read_value(const json::Value& value, Finished& out) {
  AIFLOW_ASSIGN(out, parse_finished(value));
  return {};
}

json::Value to_json(const XComGet& value) {
  json::Object out;
  out.reserve(9);
  detail::put(out, "request_id", value.request_id);
  detail::put(out, "attempt", value.attempt);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "run_id", value.run_id);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "map_index", value.map_index);
  detail::put(out, "key", value.key);
  detail::put(out, "item", value.item);
  detail::put(out, "include_prior_dates", value.include_prior_dates);
  return json::Value(std::move(out));
}

Result<XComGet> parse_xcom_get(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("XComGet");
  XComGet out;
  AIFLOW_TRY(detail::get(value, "request_id", out.request_id));
  AIFLOW_TRY(detail::get(value, "attempt", out.attempt));
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "run_id", out.run_id));
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "map_index", out.map_index));
  AIFLOW_TRY(detail::get(value, "key", out.key));
  AIFLOW_TRY(detail::get(value, "item", out.item));
  AIFLOW_TRY(detail::get(value, "include_prior_dates", out.include_prior_dates));
  return out;
}

Status read_value(const json::Value& value, XComGet& out) {
  AIFLOW_ASSIGN(out, parse_xcom_get(value));
  return {};
}

json::Value to_json(const HelloOk& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "server_id", value.server_id);
  detail::put(out, "heartbeat_ms", value.heartbeat_ms);
  detail::put(out, "lease_ms", value.lease_ms);
  detail::put(out, "island_lease_ms", value.island_lease_ms);
  detail::put(out, "server_pin", value.server_pin);
  detail::put(out, "cordoned", value.cordoned);
  return json::Value(std::move(out));
}

Result<HelloOk> parse_hello_ok(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("HelloOk");
  HelloOk out;
  AIFLOW_TRY(detail::get(value, "server_id", out.server_id));
  AIFLOW_TRY(detail::get(value, "heartbeat_ms", out.heartbeat_ms));
  AIFLOW_TRY(detail::get(value, "lease_ms", out.lease_ms));
  AIFLOW_TRY(detail::get(value, "island_lease_ms", out.island_lease_ms));
  AIFLOW_TRY(detail::get(value, "server_pin", out.server_pin));
  AIFLOW_TRY(detail::get(value, "cordoned", out.cordoned));
  return out;
}

Status read_value(const json::Value& value, HelloOk& out) {
  AIFLOW_ASSIGN(out, parse_hello_ok(value));
  return {};
}

json::Value to_json(const Picture& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "run_id", value.run_id);
  detail::put(out, "made_at", value.made_at);
  detail::put(out, "part", value.part);
  return json::Value(std::move(out));
}

Result<Picture> parse_picture(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Picture");
  Picture out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "run_id", out.run_id));
  AIFLOW_TRY(detail::get(value, "made_at", out.made_at));
  AIFLOW_TRY(detail::get(value, "part", out.part));
  return out;
}

Status read_value(const json::Value& value, Picture& out) {
  AIFLOW_ASSIGN(out, parse_picture(value));
  return {};
}

json::Value to_json(const HeartbeatOk& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "seq", value.seq);
  return json::Value(std::move(out));
}

Result<HeartbeatOk> parse_heartbeat_ok(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("HeartbeatOk");
  HeartbeatOk out;
  AIFLOW_TRY(detail::get(value, "seq", out.seq));
  return out;
}

Status read_value(const json::Value& value, HeartbeatOk& out) {
  AIFLOW_ASSIGN(out, parse_heartbeat_ok(value));
  return {};
}

json::Value to_json(const Delivery& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "bundle", value.bundle);
  detail::put(out, "dag_file", value.dag_file);
  detail::put(out, "log_offset", value.log_offset);
  return json::Value(std::move(out));
}

Result<Delivery> parse_delivery(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Delivery");
  Delivery out;
  AIFLOW_TRY(detail::get(value, "bundle", out.bundle));
  AIFLOW_TRY(detail::get(value, "dag_file", out.dag_file));
  AIFLOW_TRY(detail::get(value, "log_offset", out.log_offset));
  return out;
}

Status read_value(const json::Value& value, Delivery& out) {
  AIFLOW_ASSIGN(out, parse_delivery(value));
  return {};
}

json::Value to_json(const Start& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "job", value.job);
  detail::put(out, "delivery", value.delivery);
  detail::put(out, "trouble", value.trouble);
  return json::Value(std::move(out));
}

Result<Start> parse_start(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Start");
  Start out;
  AIFLOW_TRY(detail::get(value, "job", out.job));
  AIFLOW_TRY(detail::get(value, "delivery", out.delivery));
  AIFLOW_TRY(detail::get(value, "trouble", out.trouble));
  return out;
}

Status read_value(const json::Value& value, Start& out) {
  AIFLOW_ASSIGN(out, parse_start(value));
  return {};
}

json::Value to_json(const LogPiece& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "attempt", value.attempt);
  detail::put(out, "offset", value.offset);
  detail::put(out, "data", value.data);
  return json::Value(std::move(out));
}

Result<LogPiece> parse_log_piece(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("LogPiece");
  LogPiece out;
  AIFLOW_TRY(detail::get(value, "attempt", out.attempt));
  AIFLOW_TRY(detail::get(value, "offset", out.offset));
  AIFLOW_TRY(detail::get(value, "data", out.data));
  return out;
}

Status read_value(const json::Value& value, LogPiece& out) {
  AIFLOW_ASSIGN(out, parse_log_piece(value));
  return {};
}

json::Value to_json(const LogTaken& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "attempt", value.attempt);
  detail::put(out, "offset", value.offset);
  detail::put(out, "error", value.error);
  return json::Value(std::move(out));
}

Result<LogTaken> parse_log_taken(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("LogTaken");
  LogTaken out;
  AIFLOW_TRY(detail::get(value, "attempt", out.attempt));
  AIFLOW_TRY(detail::get(value, "offset", out.offset));
  AIFLOW_TRY(detail::get(value, "error", out.error));
  return out;
}

Status read_value(const json::Value& value, LogTaken& out) {
  AIFLOW_ASSIGN(out, parse_log_taken(value));
  return {};
}

json::Value to_json(const BundleGet& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "bundle", value.bundle);
  detail::put(out, "offset", value.offset);
  return json::Value(std::move(out));
}

Result<BundleGet> parse_bundle_get(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("BundleGet");
  BundleGet out;
  AIFLOW_TRY(detail::get(value, "bundle", out.bundle));
  AIFLOW_TRY(detail::get(value, "offset", out.offset));
  return out;
}

Status read_value(const json::Value& value, BundleGet& out) {
  AIFLOW_ASSIGN(out, parse_bundle_get(value));
  return {};
}

json::Value to_json(const BundlePiece& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "bundle", value.bundle);
  detail::put(out, "offset", value.offset);
  detail::put(out, "size", value.size);
  detail::put(out, "data", value.data);
  detail::put(out, "error", value.error);
  return json::Value(std::move(out));
}

Result<BundlePiece> parse_bundle_piece(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("BundlePiece");
  BundlePiece out;
  AIFLOW_TRY(detail::get(value, "bundle", out.bundle));
  AIFLOW_TRY(detail::get(value, "offset", out.offset));
  AIFLOW_TRY(detail::get(value, "size", out.size));
  AIFLOW_TRY(detail::get(value, "data", out.data));
  AIFLOW_TRY(detail::get(value, "error", out.error));
  return out;
}

Status read_value(const json::Value& value, BundlePiece& out) {
  AIFLOW_ASSIGN(out, parse_bundle_piece(value));
  return {};
}

json::Value to_json(const Cancel& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "attempt", value.attempt);
  detail::put(out, "reason", value.reason);
  detail::put(out, "grace_ms", value.grace_ms);
  return json::Value(std::move(out));
}

Result<Cancel> parse_cancel(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Cancel");
  Cancel out;
  AIFLOW_TRY(detail::get(value, "attempt", out.attempt));
  AIFLOW_TRY(detail::get(value, "reason", out.reason));
  AIFLOW_TRY(detail::get(value, "grace_ms", out.grace_ms));
  return out;
}

Status read_value(const json::Value& value, Cancel& out) {
  AIFLOW_ASSIGN(out, parse_cancel(value));
  return {};
}

json::Value to_json(const Ack& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "seq", value.seq);
  detail::put(out, "accepted", value.accepted);
  detail::put(out, "reason", value.reason);
  return json::Value(std::move(out));
}

Result<Ack> parse_ack(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Ack");
  Ack out;
  AIFLOW_TRY(detail::get(value, "seq", out.seq));
  AIFLOW_TRY(detail::get(value, "accepted", out.accepted));
  AIFLOW_TRY(detail::get(value, "reason", out.reason));
  return out;
}

Status read_value(const json::Value& value, Ack& out) {
  AIFLOW_ASSIGN(out, parse_ack(value));
  return {};
}

json::Value to_json(const XComValue& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "request_id", value.request_id);
  detail::put(out, "found", value.found);
  detail::put(out, "value", value.value);
  detail::put(out, "length", value.length);
  return json::Value(std::move(out));
}

Result<XComValue> parse_xcom_value(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("XComValue");
  XComValue out;
  AIFLOW_TRY(detail::get(value, "request_id", out.request_id));
  AIFLOW_TRY(detail::get(value, "found", out.found));
  AIFLOW_TRY(detail::get(value, "value", out.value));
  AIFLOW_TRY(detail::get(value, "length", out.length));
  return out;
}

Status read_value(const json::Value& value, XComValue& out) {
  AIFLOW_ASSIGN(out, parse_xcom_value(value));
  return {};
}

json::Value to_json(const Drain& /*value*/) {
  json::Object out;
  return json::Value(std::move(out));
}

Result<Drain> parse_drain(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Drain");
  Drain out;
  return out;
}

Status read_value(const json::Value& value, Drain& out) {
  AIFLOW_ASSIGN(out, parse_drain(value));
  return {};
}

json::Value to_json(const ServerStops& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "lease_ms", value.lease_ms);
  return json::Value(std::move(out));
}

Result<ServerStops> parse_server_stops(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ServerStops");
  ServerStops out;
  AIFLOW_TRY(detail::get(value, "lease_ms", out.lease_ms));
  return out;
}

Status read_value(const json::Value& value, ServerStops& out) {
  AIFLOW_ASSIGN(out, parse_server_stops(value));
  return {};
}

json::Value to_json(const Lanes& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "lanes", value.lanes);
  return json::Value(std::move(out));
}

Result<Lanes> parse_lanes(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Lanes");
  Lanes out;
  AIFLOW_TRY(detail::get(value, "lanes", out.lanes));
  return out;
}

Status read_value(const json::Value& value, Lanes& out) {
  AIFLOW_ASSIGN(out, parse_lanes(value));
  return {};
}

json::Value to_json(const ClaimEntry& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "entry", value.entry);
  detail::put(out, "attempt", value.attempt);
  return json::Value(std::move(out));
}

Result<ClaimEntry> parse_claim_entry(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ClaimEntry");
  ClaimEntry out;
  AIFLOW_TRY(detail::get(value, "entry", out.entry));
  AIFLOW_TRY(detail::get(value, "attempt", out.attempt));
  return out;
}

Status read_value(const json::Value& value, ClaimEntry& out) {
  AIFLOW_ASSIGN(out, parse_claim_entry(value));
  return {};
}

json::Value to_json(const Claim& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "lane", value.lane);
  detail::put(out, "entries", value.entries);
  return json::Value(std::move(out));
}

Result<Claim> parse_claim(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Claim");
  Claim out;
  AIFLOW_TRY(detail::get(value, "lane", out.lane));
  AIFLOW_TRY(detail::get(value, "entries", out.entries));
  return out;
}

Status read_value(const json::Value& value, Claim& out) {
  AIFLOW_ASSIGN(out, parse_claim(value));
  return {};
}

json::Value to_json(const Unclaimed& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "entries", value.entries);
  return json::Value(std::move(out));
}

Result<Unclaimed> parse_unclaimed(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Unclaimed");
  Unclaimed out;
  AIFLOW_TRY(detail::get(value, "entries", out.entries));
  return out;
}

Status read_value(const json::Value& value, Unclaimed& out) {
  AIFLOW_ASSIGN(out, parse_unclaimed(value));
  return {};
}

json::Value to_json(const HelloAgain& /*value*/) {
  json::Object out;
  return json::Value(std::move(out));
}

Result<HelloAgain> parse_hello_again(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("HelloAgain");
  HelloAgain out;
  return out;
}

Status read_value(const json::Value& value, HelloAgain& out) {
  AIFLOW_ASSIGN(out, parse_hello_again(value));
  return {};
}

json::Value to_json(const Left& /*value*/) {
  json::Object out;
  return json::Value(std::move(out));
}

Result<Left> parse_left(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Left");
  Left out;
  return out;
}

Status read_value(const json::Value& value, Left& out) {
  AIFLOW_ASSIGN(out, parse_left(value));
  return {};
}

json::Value to_json(const SentAttempt& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "attempt", value.attempt);
  detail::put(out, "worker", value.worker);
  return json::Value(std::move(out));
}

Result<SentAttempt> parse_sent_attempt(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("SentAttempt");
  SentAttempt out;
  AIFLOW_TRY(detail::get(value, "attempt", out.attempt));
  AIFLOW_TRY(detail::get(value, "worker", out.worker));
  return out;
}

Status read_value(const json::Value& value, SentAttempt& out) {
  AIFLOW_ASSIGN(out, parse_sent_attempt(value));
  return {};
}

json::Value to_json(const LeftBehind& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "lease_ms", value.lease_ms);
  detail::put(out, "workers", value.workers);
  detail::put(out, "sent", value.sent);
  return json::Value(std::move(out));
}

Result<LeftBehind> parse_left_behind(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("LeftBehind");
  LeftBehind out;
  AIFLOW_TRY(detail::get(value, "lease_ms", out.lease_ms));
  AIFLOW_TRY(detail::get(value, "workers", out.workers));
  AIFLOW_TRY(detail::get(value, "sent", out.sent));
  return out;
}

Status read_value(const json::Value& value, LeftBehind& out) {
  AIFLOW_ASSIGN(out, parse_left_behind(value));
  return {};
}

json::Value to_json(const TaskStart& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "job", value.job);
  detail::put(out, "takes_rendered", value.takes_rendered);
  return json::Value(std::move(out));
}

Result<TaskStart> parse_task_start(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TaskStart");
  TaskStart out;
  AIFLOW_TRY(detail::get(value, "job", out.job));
  AIFLOW_TRY(detail::get(value, "takes_rendered", out.takes_rendered));
  return out;
}

Status read_value(const json::Value& value, TaskStart& out) {
  AIFLOW_ASSIGN(out, parse_task_start(value));
  return {};
}

json::Value to_json(const TaskXComPush& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "key", value.key);
  detail::put(out, "value", value.value);
  return json::Value(std::move(out));
}

Result<TaskXComPush> parse_task_xcom_push(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TaskXComPush");
  TaskXComPush out;
  AIFLOW_TRY(detail::get(value, "key", out.key));
  AIFLOW_TRY(detail::get(value, "value", out.value));
  return out;
}

Status read_value(const json::Value& value, TaskXComPush& out) {
  AIFLOW_ASSIGN(out, parse_task_xcom_push(value));
  return {};
}

json::Value to_json(const TaskXComGet& value) {
  json::Object out;
  out.reserve(8);
  detail::put(out, "request_id", value.request_id);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "run_id", value.run_id);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "map_index", value.map_index);
  detail::put(out, "key", value.key);
  detail::put(out, "item", value.item);
  detail::put(out, "include_prior_dates", value.include_prior_dates);
  return json::Value(std::move(out));
}

Result<TaskXComGet> parse_task_xcom_get(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TaskXComGet");
  TaskXComGet out;
  AIFLOW_TRY(detail::get(value, "request_id", out.request_id));
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "run_id", out.run_id));
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "map_index", out.map_index));
  AIFLOW_TRY(detail::get(value, "key", out.key));
  AIFLOW_TRY(detail::get(value, "item", out.item));
  AIFLOW_TRY(detail::get(value, "include_prior_dates", out.include_prior_dates));
  return out;
}

Status read_value(const json::Value& value, TaskXComGet& out) {
  AIFLOW_ASSIGN(out, parse_task_xcom_get(value));
  return {};
}

json::Value to_json(const TaskXComValue& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "request_id", value.request_id);
  detail::put(out, "found", value.found);
  detail::put(out, "value", value.value);
  detail::put(out, "length", value.length);
  return json::Value(std::move(out));
}

Result<TaskXComValue> parse_task_xcom_value(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TaskXComValue");
  TaskXComValue out;
  AIFLOW_TRY(detail::get(value, "request_id", out.request_id));
  AIFLOW_TRY(detail::get(value, "found", out.found));
  AIFLOW_TRY(detail::get(value, "value", out.value));
  AIFLOW_TRY(detail::get(value, "length", out.length));
  return out;
}

Status read_value(const json::Value& value, TaskXComValue& out) {
  AIFLOW_ASSIGN(out, parse_task_xcom_value(value));
  return {};
}

json::Value to_json(const TaskRendered& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "fields", value.fields);
  return json::Value(std::move(out));
}

Result<TaskRendered> parse_task_rendered(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TaskRendered");
  TaskRendered out;
  AIFLOW_TRY(detail::get(value, "fields", out.fields));
  return out;
}

Status read_value(const json::Value& value, TaskRendered& out) {
  AIFLOW_ASSIGN(out, parse_task_rendered(value));
  return {};
}

json::Value to_json(const TaskUsage& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "cpu_user_ms", value.cpu_user_ms);
  detail::put(out, "cpu_system_ms", value.cpu_system_ms);
  detail::put(out, "memory_bytes", value.memory_bytes);
  detail::put(out, "memory_peak_bytes", value.memory_peak_bytes);
  return json::Value(std::move(out));
}

Result<TaskUsage> parse_task_usage(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TaskUsage");
  TaskUsage out;
  AIFLOW_TRY(detail::get(value, "cpu_user_ms", out.cpu_user_ms));
  AIFLOW_TRY(detail::get(value, "cpu_system_ms", out.cpu_system_ms));
  AIFLOW_TRY(detail::get(value, "memory_bytes", out.memory_bytes));
  AIFLOW_TRY(detail::get(value, "memory_peak_bytes", out.memory_peak_bytes));
  return out;
}

Status read_value(const json::Value& value, TaskUsage& out) {
  AIFLOW_ASSIGN(out, parse_task_usage(value));
  return {};
}

json::Value to_json(const TaskDone& value) {
  json::Object out;
  out.reserve(10);
  detail::put(out, "outcome", value.outcome);
  detail::put(out, "cause", value.cause);
  detail::put(out, "branch", value.branch);
  detail::put(out, "skip_all_downstream", value.skip_all_downstream);
  detail::put(out, "reschedule_at", value.reschedule_at);
  detail::put(out, "deferral", value.deferral);
  detail::put(out, "assets", value.assets);
  detail::put(out, "cache_key", value.cache_key);
  detail::put(out, "cache_ttl_ms", value.cache_ttl_ms);
  detail::put(out, "retry_delay_ms", value.retry_delay_ms);
  return json::Value(std::move(out));
}

Result<TaskDone> parse_task_done(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TaskDone");
  TaskDone out;
  AIFLOW_TRY(detail::get(value, "outcome", out.outcome));
  AIFLOW_TRY(detail::get(value, "cause", out.cause));
  AIFLOW_TRY(detail::get(value, "branch", out.branch));
  AIFLOW_TRY(detail::get(value, "skip_all_downstream", out.skip_all_downstream));
  AIFLOW_TRY(detail::get(value, "reschedule_at", out.reschedule_at));
  AIFLOW_TRY(detail::get(value, "deferral", out.deferral));
  AIFLOW_TRY(detail::get(value, "assets", out.assets));
  AIFLOW_TRY(detail::get(value, "cache_key", out.cache_key));
  AIFLOW_TRY(detail::get(value, "cache_ttl_ms", out.cache_ttl_ms));
  AIFLOW_TRY(detail::get(value, "retry_delay_ms", out.retry_delay_ms));
  return out;
}

Status read_value(const json::Value& value, TaskDone& out) {
  AIFLOW_ASSIGN(out, parse_task_done(value));
  return {};
}

json::Value to_json(const ZygoteFork& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "request_id", value.request_id);
  detail::put(out, "cwd", value.cwd);
  detail::put(out, "env", value.env);
  detail::put(out, "dag_file", value.dag_file);
  return json::Value(std::move(out));
}

Result<ZygoteFork> parse_zygote_fork(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ZygoteFork");
  ZygoteFork out;
  AIFLOW_TRY(detail::get(value, "request_id", out.request_id));
  AIFLOW_TRY(detail::get(value, "cwd", out.cwd));
  AIFLOW_TRY(detail::get(value, "env", out.env));
  AIFLOW_TRY(detail::get(value, "dag_file", out.dag_file));
  return out;
}

Status read_value(const json::Value& value, ZygoteFork& out) {
  AIFLOW_ASSIGN(out, parse_zygote_fork(value));
  return {};
}

json::Value to_json(const ZygoteForked& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "request_id", value.request_id);
  detail::put(out, "pid", value.pid);
  return json::Value(std::move(out));
}

Result<ZygoteForked> parse_zygote_forked(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ZygoteForked");
  ZygoteForked out;
  AIFLOW_TRY(detail::get(value, "request_id", out.request_id));
  AIFLOW_TRY(detail::get(value, "pid", out.pid));
  return out;
}

Status read_value(const json::Value& value, ZygoteForked& out) {
  AIFLOW_ASSIGN(out, parse_zygote_forked(value));
  return {};
}

json::Value to_json(const ZygoteOrphaned& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "pid", value.pid);
  return json::Value(std::move(out));
}

Result<ZygoteOrphaned> parse_zygote_orphaned(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ZygoteOrphaned");
  ZygoteOrphaned out;
  AIFLOW_TRY(detail::get(value, "pid", out.pid));
  return out;
}

Status read_value(const json::Value& value, ZygoteOrphaned& out) {
  AIFLOW_ASSIGN(out, parse_zygote_orphaned(value));
  return {};
}

json::Value to_json(const ZygoteExited& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "pid", value.pid);
  detail::put(out, "exit_code", value.exit_code);
  detail::put(out, "signal", value.signal);
  detail::put(out, "user_us", value.user_us);
  detail::put(out, "system_us", value.system_us);
  detail::put(out, "resident_kib", value.resident_kib);
  return json::Value(std::move(out));
}

Result<ZygoteExited> parse_zygote_exited(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ZygoteExited");
  ZygoteExited out;
  AIFLOW_TRY(detail::get(value, "pid", out.pid));
  AIFLOW_TRY(detail::get(value, "exit_code", out.exit_code));
  AIFLOW_TRY(detail::get(value, "signal", out.signal));
  AIFLOW_TRY(detail::get(value, "user_us", out.user_us));
  AIFLOW_TRY(detail::get(value, "system_us", out.system_us));
  AIFLOW_TRY(detail::get(value, "resident_kib", out.resident_kib));
  return out;
}

Status read_value(const json::Value& value, ZygoteExited& out) {
  AIFLOW_ASSIGN(out, parse_zygote_exited(value));
  return {};
}

json::Value to_json(const ContainerMount& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "type", value.type);
  detail::put(out, "source", value.source);
  detail::put(out, "target", value.target);
  detail::put(out, "read_only", value.read_only);
  return json::Value(std::move(out));
}

Result<ContainerMount> parse_container_mount(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ContainerMount");
  ContainerMount out;
  AIFLOW_TRY(detail::get(value, "type", out.type));
  AIFLOW_TRY(detail::get(value, "source", out.source));
  AIFLOW_TRY(detail::get(value, "target", out.target));
  AIFLOW_TRY(detail::get(value, "read_only", out.read_only));
  return out;
}

Status read_value(const json::Value& value, ContainerMount& out) {
  AIFLOW_ASSIGN(out, parse_container_mount(value));
  return {};
}

json::Value to_json(const ContainerUlimit& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "name", value.name);
  detail::put(out, "soft", value.soft);
  detail::put(out, "hard", value.hard);
  return json::Value(std::move(out));
}

Result<ContainerUlimit> parse_container_ulimit(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ContainerUlimit");
  ContainerUlimit out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "soft", out.soft));
  AIFLOW_TRY(detail::get(value, "hard", out.hard));
  return out;
}

Status read_value(const json::Value& value, ContainerUlimit& out) {
  AIFLOW_ASSIGN(out, parse_container_ulimit(value));
  return {};
}

json::Value to_json(const ContainerSpec& value) {
  json::Object out;
  out.reserve(28);
  detail::put(out, "image", value.image);
  detail::put(out, "entrypoint", value.entrypoint);
  detail::put(out, "command", value.command);
  detail::put(out, "env", value.env);
  detail::put(out, "mounts", value.mounts);
  detail::put(out, "network_mode", value.network_mode);
  detail::put(out, "cpus", value.cpus);
  detail::put(out, "memory_bytes", value.memory_bytes);
  detail::put(out, "pids", value.pids);
  detail::put(out, "shm_bytes", value.shm_bytes);
  detail::put(out, "user", value.user);
  detail::put(out, "working_dir", value.working_dir);
  detail::put(out, "hostname", value.hostname);
  detail::put(out, "ipc_mode", value.ipc_mode);
  detail::put(out, "cap_add", value.cap_add);
  detail::put(out, "privileged", value.privileged);
  detail::put(out, "dns", value.dns);
  detail::put(out, "dns_search", value.dns_search);
  detail::put(out, "extra_hosts", value.extra_hosts);
  detail::put(out, "ports", value.ports);
  detail::put(out, "ulimits", value.ulimits);
  detail::put(out, "labels", value.labels);
  detail::put(out, "pull", value.pull);
  detail::put(out, "pull_timeout_ms", value.pull_timeout_ms);
  detail::put(out, "remove", value.remove);
  detail::put(out, "skip_exit_codes", value.skip_exit_codes);
  detail::put(out, "registry_auth", value.registry_auth);
  detail::put(out, "socket", value.socket);
  return json::Value(std::move(out));
}

Result<ContainerSpec> parse_container_spec(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ContainerSpec");
  ContainerSpec out;
  AIFLOW_TRY(detail::get(value, "image", out.image));
  AIFLOW_TRY(detail::get(value, "entrypoint", out.entrypoint));
  AIFLOW_TRY(detail::get(value, "command", out.command));
  AIFLOW_TRY(detail::get(value, "env", out.env));
  AIFLOW_TRY(detail::get(value, "mounts", out.mounts));
  AIFLOW_TRY(detail::get(value, "network_mode", out.network_mode));
  AIFLOW_TRY(detail::get(value, "cpus", out.cpus));
  AIFLOW_TRY(detail::get(value, "memory_bytes", out.memory_bytes));
  AIFLOW_TRY(detail::get(value, "pids", out.pids));
  AIFLOW_TRY(detail::get(value, "shm_bytes", out.shm_bytes));
  AIFLOW_TRY(detail::get(value, "user", out.user));
  AIFLOW_TRY(detail::get(value, "working_dir", out.working_dir));
  AIFLOW_TRY(detail::get(value, "hostname", out.hostname));
  AIFLOW_TRY(detail::get(value, "ipc_mode", out.ipc_mode));
  AIFLOW_TRY(detail::get(value, "cap_add", out.cap_add));
  AIFLOW_TRY(detail::get(value, "privileged", out.privileged));
  AIFLOW_TRY(detail::get(value, "dns", out.dns));
  AIFLOW_TRY(detail::get(value, "dns_search", out.dns_search));
  AIFLOW_TRY(detail::get(value, "extra_hosts", out.extra_hosts));
  AIFLOW_TRY(detail::get(value, "ports", out.ports));
  AIFLOW_TRY(detail::get(value, "ulimits", out.ulimits));
  AIFLOW_TRY(detail::get(value, "labels", out.labels));
  AIFLOW_TRY(detail::get(value, "pull", out.pull));
  AIFLOW_TRY(detail::get(value, "pull_timeout_ms", out.pull_timeout_ms));
  AIFLOW_TRY(detail::get(value, "remove", out.remove));
  AIFLOW_TRY(detail::get(value, "skip_exit_codes", out.skip_exit_codes));
  AIFLOW_TRY(detail::get(value, "registry_auth", out.registry_auth));
  AIFLOW_TRY(detail::get(value, "socket", out.socket));
  return out;
}

Status read_value(const json::Value& value, ContainerSpec& out) {
  AIFLOW_ASSIGN(out, parse_container_spec(value));
  return {};
}

}  // namespace aiflow::wire
