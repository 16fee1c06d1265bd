// SPDX-License-Identifier: Apache-2.0
#include "sched/detail/decide.h"

#include <algorithm>

#include "sched/planted_bug.h"

namespace aiflow::sched::detail {
namespace {

constexpr Verdict wait_for(Reason reason, TaskIndex task = kNoTask) {
  return {Verdict::Kind::wait, reason, TaskState::no_status, task};
}
constexpr Verdict move_to(TaskState state, Reason reason, TaskIndex task = kNoTask) {
  return {Verdict::Kind::move, reason, state, task};
}

/// A direct upstream that decided to skip this task (branch or short circuit).
Verdict skipped_by_parent(const Run& run, TaskIndex task) {
  if (!run.has_decisions) return {Verdict::Kind::ready, Reason::ready};  // spares a wide fan-in
  for (const TaskIndex parent : run.version->topology.upstream(task)) {
    const Instance& from = run.instances[parent];
    if (!is_finished(from.state)) continue;
    if (from.skip_all_downstream) {
      return move_to(TaskState::skipped, Reason::short_circuit, parent);
    }
    if (!from.branch_followed || planted(PlantedBug::branch_decision_forgotten)) continue;
    const TaskId& id = run.version->task(task).task_id;
    if (std::ranges::find(*from.branch_followed, id) == from.branch_followed->end()) {
      return move_to(TaskState::skipped, Reason::branch_not_followed, parent);
    }
  }
  return {Verdict::Kind::ready, Reason::ready};
}

Verdict setup_constraint(const Run& run, TaskIndex task) {
  const Instance& instance = run.instances[task];
  const auto setups = run.version->topology.indirect_setups(task);
  if (instance.setups_failed > 0) return move_to(TaskState::upstream_failed, Reason::setup_failed);
  if (instance.setups_skipped > 0) return move_to(TaskState::skipped, Reason::setup_skipped);
  if (instance.setups_success < static_cast<std::int32_t>(setups.size())) {
    return wait_for(Reason::setup_open);
  }
  return {Verdict::Kind::ready, Reason::ready};
}

bool good_in(const Run& past, const TaskId& id) {
  const auto index = past.version->topology.find(id);
  if (!index) return true;  // the task is newer than that run
  const TaskState state = past.instances[*index].state;
  return state == TaskState::success || state == TaskState::skipped || state == TaskState::removed;
}

bool past_passes(const Run& run, TaskIndex task) {
  const dag::Task& spec = run.version->task(task);
  if (!spec.depends_on_past && !spec.wait_for_downstream) return true;
  const Run* past = previous_run(run);
  if (past == nullptr) return true;
  if (spec.start_date && past->order().first < *spec.start_date) return true;
  if (!good_in(*past, spec.task_id)) return false;
  if (!spec.wait_for_downstream) return true;
  const auto index = past->version->topology.find(spec.task_id);
  if (!index) return true;
  return std::ranges::all_of(past->version->topology.downstream(*index), [&](TaskIndex child) {
    return good_in(*past, past->version->task(child).task_id);
  });
}

}  // namespace

const Run* previous_run(const Run& run) {
  const auto& runs = run.owner->runs;
  const bool catchup = run.version->definition->catchup;
  for (auto it = runs.find(run.order()); it != runs.begin();) {
    --it;
    if (!catchup || it->second->row.run_type != RunType::manual) return it->second.get();
  }
  return nullptr;
}

Verdict by_relatives(const Run& run, TaskIndex task) {
  const Instance& instance = run.instances[task];
  const dag::Task& spec = run.version->task(task);
  const Verdict parents = skipped_by_parent(run, task);
  if (parents.kind != Verdict::Kind::ready && !spec.is_teardown) return parents;
  if (!spec.is_teardown) {
    const Verdict setups = setup_constraint(run, task);
    if (setups.kind != Verdict::Kind::ready) return setups;
  }
  const auto rule =
      dag::evaluate_rule(spec.trigger_rule, instance.upstream, -1, run.version->definition->compat);
  if (rule.new_state) return move_to(*rule.new_state, Reason::rule);
  if (!rule.runs) return wait_for(Reason::rule_open);
  const auto scope = run.version->topology.teardown_scope(task);
  if (instance.scope_done < static_cast<std::int32_t>(scope.size())) {
    return wait_for(Reason::scope_open);
  }
  return {Verdict::Kind::ready, Reason::ready};
}

Verdict decide(const Run& run, TaskIndex task) {
  const Instance& instance = run.instances[task];
  if (!is_schedulable(instance.state)) return wait_for(Reason::not_schedulable);
  if (run.row.state == RunState::queued) return wait_for(Reason::run_queued);
  if (run.row.state != RunState::running) return wait_for(Reason::run_ended);
  const Verdict relatives = by_relatives(run, task);
  if (relatives.kind != Verdict::Kind::ready) return relatives;
  if (instance.due != kNoTime) return wait_for(Reason::timer);
  if (!past_passes(run, task)) return wait_for(Reason::past_open);
  if (run.owner->row.paused) return wait_for(Reason::paused);
  return relatives;
}

Limit run_limit(const Model& model, const Run& run) {
  const dag::Dag& definition = *run.version->definition;
  if (run.owner->row.paused && !planted(PlantedBug::paused_dag_grants)) return Limit::dag_paused;
  if (model.slots <= 0) return Limit::no_worker;
  if (model.active >= model.capacity()) return Limit::parallelism;
  std::int32_t active = definition.compat == 2 ? run.owner->active : run.active();
  if (planted(PlantedBug::limit_counts_only_running)) {
    active = static_cast<std::int32_t>(run.count(TaskState::running));
  }
  return active >= definition.max_active_tasks ? Limit::max_active_tasks : Limit::none;
}

Limit bucket_limit(const Model& model, const Run& run, const BucketSpec& bucket) {
  if (bucket.limited_task != kNoTask) {
    const dag::Task& spec = run.version->task(bucket.limited_task);
    const std::int32_t here = is_active(run.instances[bucket.limited_task].state) ? 1 : 0;
    if (spec.max_active_tis_per_dagrun && here >= *spec.max_active_tis_per_dagrun) {
      return Limit::tis_per_dagrun;
    }
    const auto found = run.owner->active_of.find(spec.task_id);
    const std::int32_t active = found == run.owner->active_of.end() ? 0 : found->second;
    if (spec.max_active_tis_per_dag && active >= *spec.max_active_tis_per_dag) {
      return Limit::tis_per_dag;
    }
  }
  const auto pool = model.pools.find(bucket.pool);
  if (pool == model.pools.end() || !pool->second.slots) return Limit::pool_unknown;
  const std::int32_t slots = *pool->second.slots;
  if (slots < 0) return Limit::none;
  if (bucket.pool_slots > slots) return Limit::pool_too_small;
  return pool->second.used + bucket.pool_slots > slots ? Limit::pool_full : Limit::none;
}

}  // namespace aiflow::sched::detail
