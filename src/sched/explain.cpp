// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "base/run_as.h"
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
      picked += wanted(counted_state(run.instances[one])) ? 1 : 0;
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
  const dag::Task& spec = run.spec(at);
  const bool downstream = spec.wait_for_downstream;
  if (past != nullptr && !past->version->topology.find(spec.task_id)) {
    return "waiting: depends_on_past and run " + quoted(past->row.key.run_id.value) +
           " had no such task (ignore_first_depends_on_past is False)";
  }
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
  const std::int32_t slots = model.pools.at(spec.pool).row.value_or(PoolRow{}).slots;
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

std::string place_text(const Placement& placement) {
  const std::string words = describe(placement);
  return words.empty() ? "the default queue" : words;
}

/// What it asks for, and of a user the option by which a worker serves it.
std::string unserved_text(const Placement& placement) {
  std::string text = place_text(placement);
  for (const auto& [label, value] : placement.labels) {
    if (const auto user = user_of_label(label)) {
      text += " (start one with --run-as-users " + *user + ")";
    }
  }
  return text;
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
    case Limit::place_unserved:
      return "waiting: no connected worker serves " + unserved_text(spec.placement);
    case Limit::place_full:
      return "waiting: all " + std::to_string(model.slots_for(spec.placement)) + " slots for " +
             place_text(spec.placement) + " are taken";
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

std::string put_off_text(const Run& run) {
  return "waiting: the run starts at " + format_time(run.row.run_after);
}

std::string run_queued_text(const Run& run) {
  if (run.put_off) return put_off_text(run);
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

std::string by(const std::string& verb, const std::string& user) {
  return user.empty() ? verb : verb + " by " + user;
}

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
    case Reason::service_open: return open_text(run, at, topology.services_above(task), "service");
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
    case Reason::service_failed: return "service " + relative + ", which it needs, failed";
    case Reason::service_skipped: return "service " + relative + ", which it needs, was skipped";
    case Reason::rule: return upstream_text(run, at, verdict.state);
    case Reason::ready:
      if (topology.upstream(task).empty()) return "it has no upstream";
      return "rule " + std::string(to_string(run.spec(at).trigger_rule)) + " is satisfied";
  }
  return "";
}

Limit limit_of(const Model& model, const Run& run, InstanceIndex at) {
  Limit limit = run.instances[at].due != kNoTime ? Limit::pause_after_refusal : Limit::none;
  if (limit == Limit::none) limit = run_limit(model, run);
  if (limit == Limit::none) {
    const std::uint32_t bucket = run.version->bucket_of[run.instances[at].task];
    limit = bucket_limit(model, run, run.version->buckets[bucket]);
  }
  return limit;
}

namespace {

std::string_view code_of(Reason reason) {
  switch (reason) {
    case Reason::not_schedulable: return "state";
    case Reason::run_queued: return "run_queued";
    case Reason::run_ended: return "run_ended";
    case Reason::timer: return "timer";
    case Reason::setup_open: return "setup_open";
    case Reason::service_open: return "service_open";
    case Reason::rule_open: return "rule_open";
    case Reason::scope_open: return "scope_open";
    case Reason::map_source_open: return "map_source_open";
    case Reason::past_open: return "past_open";
    case Reason::paused: return "dag_paused";
    case Reason::ready: return "ready";
    default: return "state";  // a move: it is done in the step that finds it
  }
}

std::string_view code_of(Limit limit) {
  switch (limit) {
    case Limit::none: return "ready";
    case Limit::pause_after_refusal: return "refused";
    case Limit::dag_paused: return "dag_paused";
    case Limit::no_worker: return "no_worker";
    case Limit::parallelism: return "parallelism";
    case Limit::place_unserved: return "place_unserved";
    case Limit::place_full: return "place_full";
    case Limit::max_active_tasks: return "max_active_tasks";
    case Limit::tis_per_dag: return "tis_per_dag";
    case Limit::tis_per_dagrun: return "tis_per_dagrun";
    case Limit::pool_unknown: return "pool_unknown";
    case Limit::pool_too_small: return "pool_too_small";
    case Limit::pool_full: return "pool_full";
  }
  return "state";
}

using Params = std::vector<std::pair<std::string, std::string>>;

Params params_of(const Run& run, InstanceIndex at, const Verdict& verdict) {
  const dag::Topology& topology = run.version->topology;
  const Instance& instance = run.instances[at];
  const auto open = [&](std::span<const TaskIndex> tasks) {
    return Params{{"tasks", names(run, at, tasks, is_open)}};
  };
  switch (verdict.reason) {
    case Reason::setup_open: return open(topology.indirect_setups(instance.task));
    case Reason::service_open: return open(topology.services_above(instance.task));
    case Reason::rule_open: return open(topology.upstream(instance.task));
    case Reason::scope_open: return open(topology.teardown_scope(instance.task));
    case Reason::map_source_open:
      return {{"tasks", quoted(run.version->task(verdict.task).task_id.value)}};
    case Reason::timer:
      return {{"until", instance.next_try_at ? format_time(*instance.next_try_at) : ""}};
    case Reason::past_open: {
      const Run* past = previous_run(run);
      return {{"run", past == nullptr ? "" : past->row.key.run_id.value}};
    }
    case Reason::run_queued:
      return {{"limit", std::to_string(run.owner->current().definition->max_active_runs)}};
    default: return {};
  }
}

Params params_of(const Model& model, const Run& run, InstanceIndex at, Limit limit) {
  const dag::Task& spec = run.spec(at);
  const auto number = [](const std::optional<int>& value) {
    return std::to_string(value.value_or(0));
  };
  switch (limit) {
    case Limit::parallelism: return {{"limit", std::to_string(model.slots)}};
    case Limit::place_unserved: return {{"place", unserved_text(spec.placement)}};
    case Limit::place_full:
      return {{"place", place_text(spec.placement)},
              {"limit", std::to_string(model.slots_for(spec.placement))}};
    case Limit::max_active_tasks:
      return {{"limit", std::to_string(run.version->definition->max_active_tasks)}};
    case Limit::tis_per_dag: return {{"limit", number(spec.max_active_tis_per_dag)}};
    case Limit::tis_per_dagrun: return {{"limit", number(spec.max_active_tis_per_dagrun)}};
    case Limit::pool_unknown: return {{"pool", spec.pool.value}};
    case Limit::pool_too_small:
    case Limit::pool_full:
      return {{"pool", spec.pool.value},
              {"limit", std::to_string(model.pools.at(spec.pool).row.value_or(PoolRow{}).slots)},
              {"needed", std::to_string(spec.pool_slots)}};
    default: return {};
  }
}

Explanation explain_scheduled(const Model& model, const Run& run, InstanceIndex at) {
  const Limit limit = limit_of(model, run, at);
  return {std::string(code_of(limit)), params_of(model, run, at, limit),
          limit_text(model, run, run.spec(at), limit)};
}

/// "2 running, 3 waiting"
std::string left_text(const Run& run) {
  std::string text;
  for (const TaskState state : kAllTaskStates) {
    if (is_finished(state) || run.count(state) == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(run.count(state)) + " " +
            std::string(to_string(state));
  }
  return text;
}

Explanation explain_queued(const Run& run) {
  const DagState& dag_state = *run.owner;
  if (run.put_off) {
    return {"run_after", {{"at", format_time(run.row.run_after)}}, put_off_text(run)};
  }
  const std::string limit = std::to_string(dag_state.current().definition->max_active_runs);
  if (dag_state.row.paused) return {"dag_paused", {}, "waiting: the DAG is paused"};
  return {"max_active_runs",
          {{"limit", limit}, {"running", std::to_string(dag_state.runs_running)}},
          "waiting: " + std::to_string(dag_state.runs_running) +
              " runs are running, DAG limit max_active_runs " + limit};
}

}  // namespace
}  // namespace detail

Explanation explain(const State& state, const TaskKey& key) {
  const detail::Model& model = state.model();
  const detail::Run* run = model.find_run({key.dag_id, key.run_id});
  const auto at = run == nullptr ? std::nullopt : run->find(key.task_id, key.map_index);
  if (!at) return {"unknown", {}, "no such task instance is known"};
  const detail::Instance& instance = run->instances[*at];
  if (instance.state == TaskState::scheduled) return detail::explain_scheduled(model, *run, *at);
  if (instance.state == TaskState::deferred && instance.next_try_at) {
    return {"state",
            {},
            instance.cause + "; its trigger times out at " + format_time(*instance.next_try_at)};
  }
  if (instance.state == TaskState::queued) {
    if (instance.cause == detail::kGivenOut) {
      return {"queued", {}, "queued: a worker has not started it yet"};
    }
    return {"attempt_waits", {{"reason", instance.cause}}, "queued: " + instance.cause};
  }
  const bool waits =
      instance.state == TaskState::up_for_retry || instance.state == TaskState::up_for_reschedule;
  if (waits && instance.next_try_at) {
    return {"timer",
            {{"until", format_time(*instance.next_try_at)}},
            instance.cause + "; " + detail::due_text(instance)};
  }
  if (!detail::is_schedulable(instance.state)) return {"state", {}, instance.cause};
  const detail::Verdict verdict = detail::decide(*run, *at);
  if (verdict.reason == detail::Reason::run_queued && run->put_off) {
    return detail::explain_queued(*run);
  }
  return {std::string(detail::code_of(verdict.reason)), detail::params_of(*run, *at, verdict),
          detail::describe(*run, *at, verdict)};
}

Explanation explain(const State& state, const RunKey& key) {
  const detail::Run* run = state.model().find_run(key);
  if (run == nullptr) return {"unknown", {}, "no such run is known"};
  if (run->row.state == RunState::queued) return detail::explain_queued(*run);
  if (run->row.state != RunState::running) return {"state", {}, run->row.cause};
  const std::string left = detail::left_text(*run);
  return {"running",
          {{"left", left}, {"unfinished", std::to_string(run->unfinished())}},
          "running; " + std::to_string(run->unfinished()) + " of " +
              std::to_string(run->instances.size()) + " task instances are left: " + left};
}

Explanation explain(const State& state, const DagId& dag_id) {
  const detail::DagState* dag_state = state.model().find_dag(dag_id);
  if (dag_state == nullptr) return {"unknown", {}, "no such DAG is known"};
  const DagRow& row = dag_state->row;
  const dag::Dag& definition = *dag_state->current().definition;
  if (!row.active) return {"file_gone", {}, "no next run: its file is gone"};
  if (definition.schedule.kind == dag::ScheduleKind::none) {
    return {"no_schedule", {}, "no next run: it has no schedule, it is started by hand"};
  }
  if (!row.next_tick) return {"schedule_over", {}, "no next run: its schedule has ended"};
  const std::string at = format_time(row.next_tick->run_after);
  if (row.paused) {
    return {"dag_paused", {{"at", at}}, "no next run while it is paused: " + row.cause};
  }
  const std::int32_t open = dag_state->runs_queued + dag_state->runs_running;
  if (open >= definition.max_active_runs) {
    const std::string limit = std::to_string(definition.max_active_runs);
    return {"max_active_runs",
            {{"limit", limit}, {"running", std::to_string(open)}, {"at", at}},
            "the run of " + at + " waits: " + std::to_string(open) +
                " runs are open, DAG limit max_active_runs " + limit};
  }
  return {"scheduled", {{"at", at}}, "the next run is made at " + at};
}

}  // namespace aiflow::sched
