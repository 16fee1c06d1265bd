// SPDX-License-Identifier: Apache-2.0
#include "conductor/detail/jobs.h"

#include "base/assert.h"
#include "base/clock.h"
#include "conductor/log_path.h"
#include "params/params.h"

namespace aiflow::conductor {
namespace detail {
namespace {

/// Airflow's names, so that scripts written for it find what they look for, and ours.
void add_context(wire::Job& job, const JobParts& parts) {
  const auto add = [&](const std::string& name, const std::string& value) {
    job.env["AIFLOW_CTX_" + name] = value;
    job.env["AIRFLOW_CTX_" + name] = value;
  };
  add("DAG_ID", job.key.dag_id);
  add("DAG_RUN_ID", job.key.run_id);
  add("TASK_ID", job.key.task_id);
  add("TRY_NUMBER", std::to_string(job.try_number));
  add("DAG_OWNER", parts.definition.dag.owner);
  if (parts.run.logical_date) {
    add("LOGICAL_DATE", format_time(*parts.run.logical_date));
    add("EXECUTION_DATE", format_time(*parts.run.logical_date));
  }
  job.env["AIFLOW_HOME"] = parts.data_dir.string();
  job.env["AIFLOW_API_SOCKET"] = (parts.data_dir / "run" / "api.sock").string();
}

json::Value parse_or_empty(const std::string& text) {
  auto value = json::parse(text);
  return value && value->is_object() ? *std::move(value) : json::object({});
}

/// How a try goes on whose trigger has spoken.
std::optional<wire::Resume> resume_of(const sched::TaskInstanceRow& task) {
  const auto& deferral = task.deferral.value;
  if (deferral == nullptr || !deferral->fired) return std::nullopt;
  wire::Resume resume{.next_method = deferral->next_method,
                      .next_kwargs = parse_or_empty(deferral->next_kwargs),
                      .event = {},
                      .error = std::nullopt,
                      .timed_out = deferral->timed_out};
  if (!deferral->error.empty()) resume.error = deferral->error;
  if (auto event = json::parse(deferral->event)) resume.event = *std::move(event);
  return resume;
}

}  // namespace

wire::Job make_job(const JobParts& parts) {
  const dag::Task* task = parts.definition.find(parts.task.key.task_id);
  AIFLOW_ASSERT(task != nullptr);
  wire::Job job;
  job.key = store::to_wire(to_store(parts.task.key));
  job.try_number = parts.task.try_number;
  job.epoch = parts.task.epoch;
  job.operator_ = task->operator_kind;
  job.dag_file = parts.dag_file;
  job.payload = parse_or_empty(task->payload);
  job.conf = parse_or_empty(parts.run.conf);
  const json::Value dag_params = parse_or_empty(parts.definition.dag.params);
  const json::Value own_params = parse_or_empty(task->params);
  job.params = params::merge({&dag_params, &own_params}, *job.conf);
  job.logical_date = parts.run.logical_date;
  job.data_interval_start = parts.run.interval_start;
  job.data_interval_end = parts.run.interval_end;
  job.run_type = std::string(to_string(parts.run.run_type));
  if (task->execution_timeout) {
    job.execution_timeout_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(*task->execution_timeout).count();
  }
  job.log_path =
      log_path(parts.data_dir / "logs", to_store(parts.task.key), parts.task.try_number).string();
  job.max_tries = parts.task.max_tries;
  if (!parts.use_cache) job.use_cache = false;
  job.first_started_at = parts.task.started_at;
  job.resume = resume_of(parts.task);
  add_context(job, parts);
  return job;
}

}  // namespace detail

std::filesystem::path log_path(const std::filesystem::path& logs, const store::TaskKey& key,
                               int try_number) {
  const auto folder =
      logs / key.dag_id.value / key.run_id.value / ("try" + std::to_string(try_number));
  if (key.map_index < 0) return folder / (key.task_id.value + ".log");
  return folder / "mapped" / key.task_id.value / (std::to_string(key.map_index) + ".log");
}

}  // namespace aiflow::conductor
