// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "sched/detail/decide.h"
#include "sched/step.h"

namespace aiflow::sched {
namespace detail {
namespace {

constexpr std::size_t kNamesShown = 3;

/// "'a', 'b' (3 of 10 instances), 'c' and 4 more" of the tasks that have instances which `wanted`
/// picks and which concern `at`.
template <class Wanted>
std::string names(const Run& run, InstanceIndex at, std::span<const TaskIndex> tasks,
                  const Wanted& wanted) {
  std::string text;
  std::size_t count = 0;
  for (const TaskIndex task : tasks) {
    std::size_t related = 0;
    std::size_t picked = 0;
    run.each_related(at, task, [&](InstanceIndex one) {
      ++related;
      picked += wanted(run.instances[one].state) ? 1 : 0;
    });
    if (picked == 0 || ++count > kNamesShown) continue;
    text += (count > 1 ? ", " : "") + quoted(run.version->task(task).task_id.value);
    if (related == 1) continue;
    text += " (" + std::to_string(picked) + " of " + std::to_string(related) + " instances)";
  }
  if (count > kNamesShown) text += " and " + std::to_string(count - kNamesShown) + " more";
  return text;
}

bool is_open(TaskState state) { return !is_finished(state); }

std::string upstream_text(const Run& run, InstanceIndex at, TaskState to) {
  const auto upstream = run.version->topology.upstream(run.instances[at].task);
  const auto rule = std::string(to_string(run.spec(at).trigger_rule));
  if (to == TaskState::upstream_failed) {
    const std::string failed = names(run, at, upstream, is_failed);
    if (!failed.empty()) return "upstream " + failed + " failed";
  }
  if (to == TaskState::skipped) {
    const auto is_skipped = [](TaskState state) { return state == TaskState::skipped; };
    const std::string skipped = names(run, at, upstream, is_skipped);
    if (!skipped.empty()) return "upstream " + skipped + " was skipped (rule " + rule + ")";
  }
  return "its upstreams' states do not satisfy the rule " + rule;
}

std::string open_text(const Run& run, InstanceIndex at, std::span<const TaskIndex> tasks,
                      const std::string& what) {
  const std::string open = names(run, at, tasks, is_open);
  return open.empty() ? "waiting: " + what + " is not satisfied yet"
                      : "waiting for " + what + " " + open;
}

std::string past_text(const Run& run, InstanceIndex at) {
  const Run* past = previous_run(run);
  const bool downstream = run.spec(at).wait_for_downstream;
  return std::string("waiting: ") + (downstream ? "wait_for_downstream" : "depends_on_past") +
         " and run " + quoted(past == nullptr ? "" : past->row.key.run_id.value) +
         " has not succeeded here";
}

std::string due_text(const Instance& instance) {
  const std::string at = instance.next_try_at ? " until " + format_time(*instance.next_try_at) : "";
  const bool retry = instance.state == TaskState::up_for_retry;
  return std::string(retry ? "waiting for the next try" : "waiting for the next check") + at;
}

std::string pool_text(const Model& model, const dag::Task& spec, Limit limit) {
  const std::string pool = "pool " + quoted(spec.pool.value);
  if (limit == Limit::pool_unknown) return "waiting: " + pool + " does not exist";
  const std::int32_t slots = model.pools.at(spec.pool).slots.value_or(0);
  if (limit == Limit::pool_full) {
    return "waiting: " + pool + " is full (" + std::to_string(slots) + " slots)";
  }
  return "waiting: it needs " + std::to_string(spec.pool_slots) + " slots of " + pool +
         ", which has only " + std::to_string(slots);
}

std::string task_limit_text(const char* name, std::optional<std::int32_t> limit) {
  return std::string("waiting: limit ") + name + " " + std::to_string(limit.value_or(0)) +
         " reached";
}

std::string limit_text(const Model& model, const Run& run, const dag::Task& spec, Limit limit) {
  const dag::Dag& definition = *run.version->definition;
  switch (limit) {
    case Limit::none: return "ready: it is queued with the next step";
    case Limit::pause_after_refusal: return "waiting: the executor refused it a moment ago";
    case Limit::dag_paused: return "waiting: the DAG is paused";
    case Limit::no_worker: return "waiting: no worker is connected";
    case Limit::parallelism:
      return "waiting: all " + std::to_string(model.slots) + " slots of the workers are taken";
    case Limit::max_active_tasks:
      return "waiting: DAG limit max_active_tasks " + std::to_string(definition.max_active_tasks) +
             " reached";
    case Limit::tis_per_dag:
      return task_limit_text("max_active_tis_per_dag", spec.max_active_tis_per_dag);
    case Limit::tis_per_dagrun:
      return task_limit_text("max_active_tis_per_dagrun", spec.max_active_tis_per_dagrun);
    case Limit::pool_unknown:
    case Limit::pool_too_small:
    case Limit::pool_full: return pool_text(model, spec, limit);
  }
  return "";
}

std::string run_queued_text(const Run& run) {
  if (run.owner->row.paused) return "waiting: the DAG is paused";
  if (const Backfill* backfill = std::as_const(*run.owner).backfill_of(run)) {
    const std::string name = "backfill " + std::to_string(backfill->row.id.value);
    if (backfill->open() && backfill->row.paused) return "waiting: " + name + " is paused";
    return "waiting: the run is queued, max_active_runs " +
           std::to_string(backfill->row.range.max_active_runs) + " of " + name;
  }
  const std::int32_t limit = run.owner->current().definition->max_active_runs;
  return "waiting: the run is queued, DAG limit max_active_runs " + std::to_string(limit);
}

}  // namespace

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string name_of(const Run& run, InstanceIndex at) {
  const std::string name = quoted(run.spec(at).task_id.value);
  const std::int32_t map_index = run.instances[at].map_index;
  return map_index < 0 ? name : name + " [" + std::to_string(map_index) + "]";
}

std::string describe(const Run& run, InstanceIndex at, const Verdict& verdict) {
  const dag::Topology& topology = run.version->topology;
  const TaskIndex task = run.instances[at].task;
  const std::string relative =
      verdict.task == kNoTask ? "" : quoted(run.version->task(verdict.task).task_id.value);
  switch (verdict.reason) {
    case Reason::not_schedulable: return run.instances[at].cause;
    case Reason::run_queued: return run_queued_text(run);
    case Reason::run_ended: return "the run has ended";
    case Reason::timer: return due_text(run.instances[at]);
    case Reason::setup_open: return open_text(run, at, topology.indirect_setups(task), "setup");
    case Reason::rule_open: return open_text(run, at, topology.upstream(task), "upstream");
    case Reason::scope_open:
      return open_text(run, at, topology.teardown_scope(task), "task in the teardown's scope");
    case Reason::map_source_open: return "waiting for " + relative + ", over which it is mapped";
    case Reason::past_open: return past_text(run, at);
    case Reason::paused: return "waiting: the DAG is paused";
    case Reason::map_source_failed: return relative + ", over which it is mapped, failed";
    case Reason::map_source_skipped: return relative + ", over which it is mapped, was skipped";
    case Reason::map_no_value: return relative + " returned no list or dict to map over";
    case Reason::map_empty: return "there is nothing to map over";
    case Reason::map_too_long:
      return "it would have more than " + std::to_string(kInstancesMax) + " instances";
    case Reason::branch_not_followed: return "branch " + relative + " did not follow it";
    case Reason::short_circuit: return "short circuit " + relative + " skipped it";
    case Reason::setup_failed:
      return "setup " + names(run, at, topology.indirect_setups(task), is_failed) + " failed";
    case Reason::setup_skipped: return "a setup above it was skipped";
    case Reason::rule: return upstream_text(run, at, verdict.state);
    case Reason::ready:
      if (topology.upstream(task).empty()) return "it has no upstream";
      return "rule " + std::string(to_string(run.spec(at).trigger_rule)) + " is satisfied";
  }
  return "";
}

std::string describe_limit(const Model& model, const Run& run, InstanceIndex at) {
  const dag::Task& spec = run.spec(at);
  Limit limit = run.instances[at].due != kNoTime ? Limit::pause_after_refusal : Limit::none;
  if (limit == Limit::none) limit = run_limit(model, run);
  if (limit == Limit::none) {
    const std::uint32_t bucket = run.version->bucket_of[run.instances[at].task];
    limit = bucket_limit(model, run, run.version->buckets[bucket]);
  }
  return limit_text(model, run, spec, limit);
}

}  // namespace detail

std::string explain(const State& state, const TaskKey& key) {
  const detail::Model& model = state.model();
  const detail::Run* run = model.find_run({key.dag_id, key.run_id});
  const auto at = run == nullptr ? std::nullopt : run->find(key.task_id, key.map_index);
  if (!at) return "no such task instance is known";
  const detail::Instance& instance = run->instances[*at];
  if (instance.state == TaskState::scheduled) return detail::describe_limit(model, *run, *at);
  if (instance.state == TaskState::queued) return "queued: a worker has not started it yet";
  if (instance.state == TaskState::deferred && instance.next_try_at) {
    return instance.cause + "; its trigger times out at " + format_time(*instance.next_try_at);
  }
  if (detail::is_schedulable(instance.state)) {
    return detail::describe(*run, *at, detail::decide(*run, *at));
  }
  return instance.cause;
}

}  // namespace aiflow::sched
