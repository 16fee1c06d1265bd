// SPDX-License-Identifier: Apache-2.0
#include "conductor/dag_from_spec.h"

#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "base/run_as.h"
#include "dag/validate.h"
#include "json/value.h"

namespace aiflow::conductor {
namespace {

/// 100 years: keeps sums of times far from overflow.
constexpr std::int64_t kDurationMsMax = std::int64_t{100} * 366 * 86'400'000;

struct Named {
  std::string what;
  Error operator()(const std::string& problem) const {
    return Error{ErrorCode::invalid_argument, what + " " + problem};
  }
};

Result<Duration> duration(std::int64_t ms, const Named& name) {
  if (ms < 0 || ms > kDurationMsMax) return fail(name("is not a duration from 0 to 100 years"));
  return std::chrono::milliseconds(ms);
}

Result<std::optional<Duration>> optional_duration(const std::optional<std::int64_t>& ms,
                                                  const Named& name) {
  if (!ms) return std::optional<Duration>{};
  AIFLOW_ASSIGN(const Duration value, duration(*ms, name));
  return std::optional(value);
}

Result<int> integer(std::int64_t value, const Named& name) {
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) {
    return fail(name("is out of range"));
  }
  return static_cast<int>(value);
}

Result<std::optional<int>> optional_integer(const std::optional<std::int64_t>& value,
                                            const Named& name) {
  if (!value) return std::optional<int>{};
  AIFLOW_ASSIGN(const int number, integer(*value, name));
  return std::optional(number);
}

Result<dag::ScheduleKind> schedule_kind(const std::string& text) {
  using enum dag::ScheduleKind;
  constexpr std::array<std::pair<std::string_view, dag::ScheduleKind>, 7> kKinds = {
      {{"none", none},
       {"once", once},
       {"cron", cron},
       {"interval", interval},
       {"continuous", continuous},
       {"events", events},
       {"assets", none}}};
  for (const auto& [name, kind] : kKinds) {
    if (name == text) return kind;
  }
  return fail(ErrorCode::invalid_argument, "schedule kind '" + text + "' is not known");
}

Result<std::vector<dag::AssetNode>> asset_nodes(
    const std::optional<std::vector<wire::AssetNode>>& spec) {
  std::vector<dag::AssetNode> nodes;
  for (const wire::AssetNode& from : spec.value_or(std::vector<wire::AssetNode>{})) {
    dag::AssetNode node{.name = {from.name.value_or("")}};
    if (from.kind == "any") node.kind = dag::AssetKind::any;
    if (from.kind == "all") node.kind = dag::AssetKind::all;
    if (node.kind == dag::AssetKind::asset && from.kind != "asset") {
      return fail(ErrorCode::invalid_argument, "assets: kind '" + from.kind + "' is not known");
    }
    for (const std::int64_t part : from.parts) {
      if (part < 0 || part >= std::ssize(nodes)) {
        return fail(ErrorCode::invalid_argument, "assets: a node stands before its part");
      }
      node.parts.push_back(static_cast<std::uint32_t>(part));
    }
    nodes.push_back(std::move(node));
  }
  return nodes;
}

Result<dag::Schedule> schedule(const wire::ScheduleSpec& spec) {
  dag::Schedule made{.cron = spec.cron.value_or(""), .text = spec.text};
  AIFLOW_ASSIGN(made.kind, schedule_kind(spec.kind));
  AIFLOW_ASSIGN(made.interval, duration(spec.interval_ms.value_or(0), {"schedule interval"}));
  const std::int64_t months = spec.interval_months.value_or(0);
  if (months < 0 || months > 1200) return fail(Named{"schedule interval"}("is over 1200 months"));
  made.interval_months = static_cast<int>(months);
  made.more_crons = spec.more_crons.value_or(std::vector<std::string>{});
  made.data_interval = spec.data_interval;
  AIFLOW_ASSIGN(made.span, duration(spec.span_ms.value_or(0), {"data interval"}));
  made.timezone = spec.timezone.value_or("");
  if (spec.run_immediately_ms == -1) {
    made.run_immediately = Duration::max();
  } else {
    AIFLOW_ASSIGN(made.run_immediately,
                  optional_duration(spec.run_immediately_ms, {"run_immediately"}));
  }
  made.events = spec.events.value_or(std::vector<WallTime>{});
  made.restrict_to_events = spec.restrict_to_events.value_or(false);
  AIFLOW_ASSIGN(made.assets, asset_nodes(spec.assets));
  return made;
}

Result<dag::WeightRule> weight_rule(const std::string& text) {
  if (text == "downstream") return dag::WeightRule::downstream;
  if (text == "upstream") return dag::WeightRule::upstream;
  if (text == "absolute") return dag::WeightRule::absolute;
  return fail(ErrorCode::invalid_argument, "weight_rule '" + text + "' is not known");
}

Result<dag::MapKind> map_kind(const std::string& text) {
  if (text == "literal") return dag::MapKind::literal;
  if (text == "xcom") return dag::MapKind::xcom;
  if (text == "product") return dag::MapKind::product;
  if (text == "zip") return dag::MapKind::zip;
  if (text == "zip_longest") return dag::MapKind::zip_longest;
  if (text == "concat") return dag::MapKind::concat;
  return fail(ErrorCode::invalid_argument, "expand: kind '" + text + "' is not known");
}

Result<std::vector<dag::MapNode>> map_nodes(const std::optional<std::vector<wire::MapNode>>& spec) {
  std::vector<dag::MapNode> nodes;
  for (const wire::MapNode& from : spec.value_or(std::vector<wire::MapNode>{})) {
    dag::MapNode node{.length = from.length.value_or(0),
                      .task_id = TaskId{from.task_id.value_or("")}};
    AIFLOW_ASSIGN(node.kind, map_kind(from.kind));
    for (const std::int64_t part : from.parts) {
      if (part < 0 || part >= std::ssize(nodes)) {
        return fail(ErrorCode::invalid_argument, "expand: a node stands before its part");
      }
      node.parts.push_back(static_cast<std::uint32_t>(part));
    }
    nodes.push_back(std::move(node));
  }
  return nodes;
}

/// Texts and flags, which need no check here.
dag::Task plain_fields(const wire::TaskSpec& spec) {
  dag::Task task;
  task.task_id = TaskId{spec.task_id};
  task.label = spec.label;
  task.operator_kind = spec.operator_;
  task.operator_name = spec.operator_name;
  task.group = spec.group;
  for (const std::string& upstream : spec.upstream) task.upstream.push_back(TaskId{upstream});
  task.trigger_rule = spec.trigger_rule;
  task.payload = json::write(spec.payload);
  if (spec.params && spec.params->is_object()) task.params = json::write(*spec.params);
  task.retry_exponential_backoff = spec.retry_exponential_backoff;
  task.pool = PoolName{spec.pool};
  task.depends_on_past = spec.depends_on_past;
  task.wait_for_downstream = spec.wait_for_downstream;
  task.ignore_first_depends_on_past = spec.ignore_first_depends_on_past.value_or(true);
  task.is_setup = spec.is_setup;
  task.is_teardown = spec.is_teardown;
  task.on_failure_fail_dagrun = spec.on_failure_fail_dagrun;
  task.start_date = spec.start_date;
  task.end_date = spec.end_date;
  task.doc_md = spec.doc_md;
  task.owner = spec.owner;
  task.is_branch = spec.is_branch;
  task.is_service = spec.is_service.value_or(false);
  for (const std::string& name : spec.outlets.value_or(std::vector<std::string>{})) {
    task.outlets.push_back({name});
  }
  task.is_short_circuit = spec.is_short_circuit;
  task.placement = {.executor = spec.executor.value_or("local"),
                    .queue = spec.queue.value_or("default"),
                    .labels = spec.placement.value_or(Labels{})};
  // Containers and pods have any user: theirs is no worker's business.
  const std::string& executor = task.placement.executor;
  const bool is_process =
      (executor == "local" || executor == "redis") && spec.operator_ != "docker";
  if (spec.run_as_user && is_process) {
    task.placement.labels[run_as_label(*spec.run_as_user)] = kRunAsValue;
  }
  task.run_as_user = spec.run_as_user.value_or("");
  if (spec.executor_config) task.executor_config = json::write(*spec.executor_config);
  task.ignore_downstream_trigger_rules = spec.ignore_downstream_trigger_rules;
  return task;
}

constexpr std::int64_t kMemoryBytesMin = 4 << 20;

Result<dag::Resources> resources(const std::optional<wire::Resources>& spec, const Named& name) {
  if (!spec) return dag::Resources{};
  dag::Resources made{.cpus = spec->cpus, .memory_bytes = spec->memory_bytes, .pids = spec->pids};
  if (made.cpus && !(*made.cpus >= 0.01 && *made.cpus <= 4096)) {
    return fail(name("cpus is not from 0.01 to 4096"));
  }
  if (made.memory_bytes && *made.memory_bytes < kMemoryBytesMin) {
    return fail(name("memory is less than 4 MiB"));
  }
  if (made.pids && (*made.pids < 1 || *made.pids > 4'194'304)) {
    return fail(name("pids is not from 1 to 4194304"));
  }
  return made;
}

Result<dag::Task> task(const wire::TaskSpec& spec) {
  const auto name = [&](const char* field) {
    return Named{"task '" + spec.task_id + "': " + field};
  };
  dag::Task made = plain_fields(spec);
  AIFLOW_ASSIGN(made.retries, integer(spec.retries, name("retries")));
  AIFLOW_ASSIGN(made.retry_delay, duration(spec.retry_delay_ms, name("retry_delay")));
  AIFLOW_ASSIGN(made.max_retry_delay,
                optional_duration(spec.max_retry_delay_ms, name("max_retry_delay")));
  AIFLOW_ASSIGN(made.execution_timeout,
                optional_duration(spec.execution_timeout_ms, name("execution_timeout")));
  AIFLOW_ASSIGN(const auto grace, optional_duration(spec.stop_grace_ms, name("stop_grace")));
  made.stop_grace = grace.value_or(made.stop_grace);
  AIFLOW_ASSIGN(made.pool_slots, integer(spec.pool_slots, name("pool_slots")));
  AIFLOW_ASSIGN(made.priority_weight, integer(spec.priority_weight, name("priority_weight")));
  AIFLOW_ASSIGN(made.weight_rule, weight_rule(spec.weight_rule));
  AIFLOW_ASSIGN(made.resources, resources(spec.resources, name("resources")));
  AIFLOW_ASSIGN(made.expand, map_nodes(spec.expand));
  AIFLOW_ASSIGN(made.max_active_tis_per_dag,
                optional_integer(spec.max_active_tis_per_dag, name("max_active_tis_per_dag")));
  AIFLOW_ASSIGN(
      made.max_active_tis_per_dagrun,
      optional_integer(spec.max_active_tis_per_dagrun, name("max_active_tis_per_dagrun")));
  return made;
}

Result<dag::Deadline> deadline(const wire::DeadlineSpec& spec) {
  const Named name{"deadline '" + spec.name + "':"};
  dag::Deadline made{.name = spec.name};
  if (spec.interval_ms < -kDurationMsMax || spec.interval_ms > kDurationMsMax) {
    return fail(name("its interval is over 100 years"));
  }
  made.interval = std::chrono::milliseconds(spec.interval_ms);
  if (spec.reference == "logical_date") {
    made.reference = dag::DeadlineReference::logical_date;
  } else if (spec.reference == "queued_at") {
    made.reference = dag::DeadlineReference::queued_at;
  } else if (spec.reference == "fixed" && spec.at) {
    made.reference = dag::DeadlineReference::fixed;
    made.at = *spec.at;
  } else if (spec.reference == "average_runtime") {
    made.reference = dag::DeadlineReference::average_runtime;
    const auto max = spec.max_runs.value_or(0);
    const auto min = spec.min_runs.value_or(max);
    if (min < 1 || max < min || max > dag::kAveragedRunsMax) {
      return fail(name("it counts 1 to 1000 runs, and its min_runs are not above its max_runs"));
    }
    made.runs_max = static_cast<int>(max);
    made.runs_min = static_cast<int>(min);
  } else {
    return fail(name("its reference '" + spec.reference + "' is not known"));
  }
  return made;
}

Result<std::vector<dag::Deadline>> deadlines(
    const std::optional<std::vector<wire::DeadlineSpec>>& specs) {
  std::vector<dag::Deadline> made;
  if (!specs) return made;
  if (specs->size() > dag::kDeadlinesMax) {
    return fail(ErrorCode::invalid_argument, "it has more than 16 deadlines");
  }
  for (const wire::DeadlineSpec& spec : *specs) {
    AIFLOW_ASSIGN(made.emplace_back(), deadline(spec));
  }
  return made;
}

Result<dag::Dag> convert(const wire::DagSpec& spec) {
  dag::Dag made;
  made.dag_id = DagId{spec.dag_id};
  made.description = spec.description;
  made.doc_md = spec.doc_md;
  made.tags = spec.tags;
  made.owner = spec.owner;
  AIFLOW_ASSIGN(made.schedule, schedule(spec.schedule));
  made.start_date = spec.start_date;
  made.end_date = spec.end_date;
  made.timezone = spec.timezone;
  made.catchup = spec.catchup;
  AIFLOW_ASSIGN(made.max_active_tasks, integer(spec.max_active_tasks, {"max_active_tasks"}));
  AIFLOW_ASSIGN(made.max_active_runs, integer(spec.max_active_runs, {"max_active_runs"}));
  AIFLOW_ASSIGN(made.max_consecutive_failed_dag_runs,
                integer(spec.max_consecutive_failed_dag_runs, {"max_consecutive_failed_dag_runs"}));
  AIFLOW_ASSIGN(made.dagrun_timeout, optional_duration(spec.dagrun_timeout_ms, {"dagrun_timeout"}));
  made.is_paused_upon_creation = spec.is_paused_upon_creation;
  made.fail_fast = spec.fail_fast;
  AIFLOW_ASSIGN(made.compat, integer(spec.compat, {"compat"}));
  made.params = json::write(spec.params);
  made.has_success_callback = spec.has_success_callback.value_or(false);
  made.has_failure_callback = spec.has_failure_callback.value_or(false);
  AIFLOW_ASSIGN(made.deadlines, deadlines(spec.deadlines));
  for (const wire::TaskSpec& one : spec.tasks) {
    AIFLOW_ASSIGN(dag::Task converted, task(one));
    made.tasks.push_back(std::move(converted));
  }
  for (const wire::TaskGroupSpec& group : spec.task_groups) {
    AIFLOW_ASSIGN(auto expand, map_nodes(group.expand));
    made.task_groups.push_back({.group_id = group.group_id,
                                .label = group.label,
                                .parent = group.parent,
                                .tooltip = group.tooltip,
                                .expand = std::move(expand)});
  }
  made.source_hash = spec.source_hash;
  return made;
}

}  // namespace

Result<dag::Dag> dag_from_spec(const wire::DagSpec& spec) {
  const std::string context = "dag '" + spec.dag_id + "'";
  auto made = convert(spec);
  if (!made) return fail(std::move(made).error().with_context(context));
  if (Status valid = dag::validate(*made); !valid) return fail(std::move(valid).error());
  return std::move(*made);
}

}  // namespace aiflow::conductor
