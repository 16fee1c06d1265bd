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
void add_context(wire::Job& job, const Definition& definition, const std::filesystem::path& home) {
  const auto add = [&](const std::string& name, const std::string& value) {
    job.env["AIFLOW_CTX_" + name] = value;
    job.env["AIRFLOW_CTX_" + name] = value;
  };
  add("DAG_ID", job.key.dag_id);
  add("DAG_RUN_ID", job.key.run_id);
  add("TASK_ID", job.key.task_id);
  add("TRY_NUMBER", std::to_string(job.try_number));
  add("DAG_OWNER", definition.dag.owner);
  if (job.logical_date) {
    add("LOGICAL_DATE", format_time(*job.logical_date));
    add("EXECUTION_DATE", format_time(*job.logical_date));
  }
  job.env["AIFLOW_HOME"] = home.string();
  job.env["AIFLOW_API_SOCKET"] = (home / "run" / "api.sock").string();
}

/// What a job has from its run.
void add_run(wire::Job& job, const sched::RunRow& run) {
  job.logical_date = run.logical_date;
  job.data_interval_start = run.interval_start;
  job.data_interval_end = run.interval_end;
  job.run_type = std::string(to_string(run.run_type));
}

/// With these methods a task goes on as a pod, and after it (sdk/python/aiflow/operators/pod.py).
constexpr std::string_view kRunPod = "run_pod";
constexpr std::string_view kPodEnded = "pod_ended";

/// A callback that takes longer is ended.
constexpr std::int64_t kNoticeTimeoutMs = 300'000;

json::Value parse_or_empty(const std::string& text) {
  auto value = json::parse(text);
  return value && value->is_object() ? *std::move(value) : json::object({});
}

void add_place(wire::Job& job, const dag::Task& task) {
  job.queue = task.placement.queue;
  job.placement = task.placement.labels;
  if (task.resources != dag::Resources{}) {
    job.resources = wire::JobResources{.cpus = task.resources.cpus,
                                       .memory_bytes = task.resources.memory_bytes,
                                       .pids = task.resources.pids};
  }
  if (!task.run_as_user.empty()) job.run_as_user = task.run_as_user;
  if (task.executor_config != "{}") job.executor_config = parse_or_empty(task.executor_config);
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
  add_run(job, parts.run);
  if (task->execution_timeout) {
    job.execution_timeout_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(*task->execution_timeout).count();
  }
  job.log_path =
      log_path(parts.data_dir / "logs", to_store(parts.task.key), parts.task.try_number).string();
  job.max_tries = parts.task.max_tries;
  if (!parts.use_cache) job.use_cache = false;
  job.first_started_at = parts.task.started_at;
  add_place(job, *task);
  job.executor = executor_of(*task, parts.task);
  job.resume = resume_of(parts.task);
  add_context(job, parts.definition, parts.data_dir);
  return job;
}

std::string executor_of(const dag::Task& task, const sched::TaskInstanceRow& row) {
  const std::string& wanted = task.placement.executor;
  const std::string local = Placement{}.executor;
  if (wanted == local) return wanted;
  const auto& deferral = row.deferral.value;
  const bool goes_on = deferral != nullptr && deferral->fired;
  if (goes_on && deferral->next_method == kRunPod) return wanted;
  if (goes_on && deferral->next_method == kPodEnded) return local;
  const json::Value payload = parse_or_empty(task.payload);
  const json::Value* prepares = payload.find("prepares_on_worker");
  return prepares != nullptr && prepares->is_bool() && prepares->as_bool() ? local : wanted;
}

store::TaskKey notice_key(const store::RunKey& run, const std::string& name) {
  return {.dag_id = run.dag_id, .run_id = run.run_id, .task_id = TaskId{"@" + name}};
}

bool is_notice(const wire::TaskKey& key) { return key.task_id.starts_with('@'); }

wire::Job make_notice_job(const NoticeParts& parts) {
  const store::NoticeRow& notice = parts.notice;
  wire::Job job;
  job.key = store::to_wire(notice_key(notice.run, notice.name));
  job.try_number = job.epoch = notice.attempts;
  job.operator_ = "callback";
  job.executor = "local";
  job.queue = "default";
  job.dag_file = parts.dag_file;
  job.payload = json::object(
      {{"kind", notice.kind}, {"deadline", notice.deadline}, {"reason", notice.reason}});
  if (notice.due_at) job.payload.set("due_at", format_time(*notice.due_at));
  job.conf = parse_or_empty(parts.run.conf);
  const json::Value dag_params = parse_or_empty(parts.definition.dag.params);
  job.params = params::merge({&dag_params}, *job.conf);
  add_run(job, parts.run);
  job.execution_timeout_ms = kNoticeTimeoutMs;
  job.log_path = notice_log_path(parts.data_dir / "logs", notice.run, notice.name, notice.attempts);
  add_context(job, parts.definition, parts.data_dir);
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

std::filesystem::path notice_log_path(const std::filesystem::path& logs, const store::RunKey& run,
                                      const std::string& name, int attempt) {
  return logs / run.dag_id.value / run.run_id.value / "callbacks" /
         (name + "." + std::to_string(attempt) + ".log");
}

}  // namespace aiflow::conductor
