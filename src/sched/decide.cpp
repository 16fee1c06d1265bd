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

/// Whose decision concerns this instance: the parent's instance of the same map index in a mapped
/// group, or the one instance of a parent that is not mapped. A mapped branch decides nothing for
/// tasks outside of its group.
std::optional<InstanceIndex> deciding(const Run& run, InstanceIndex at, TaskIndex parent) {
  const Instance& instance = run.instances[at];
  if (run.version->mapping.together(instance.task, parent)) {
    return run.at(parent, static_cast<std::uint32_t>(std::max(instance.map_index, 0)));
  }
  if (run.expanded(parent)) return std::nullopt;
  return parent;
}

/// A direct upstream that decided to skip this task (branch or short circuit).
Verdict skipped_by_parent(const Run& run, InstanceIndex at) {
  if (!run.has_decisions) return {Verdict::Kind::ready, Reason::ready};  // spares a wide fan-in
  const TaskIndex task = run.instances[at].task;
  for (const TaskIndex parent : run.version->topology.upstream(task)) {
    const auto by = deciding(run, at, parent);
    if (!by) continue;
    const Instance& from = run.instances[*by];
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

Verdict setup_constraint(const RelativeCounts& counts) {
  if (counts.setups_failed > 0) return move_to(TaskState::upstream_failed, Reason::setup_failed);
  if (counts.setups_skipped > 0) return move_to(TaskState::skipped, Reason::setup_skipped);
  if (counts.setups_success < counts.setups_total) return wait_for(Reason::setup_open);
  return {Verdict::Kind::ready, Reason::ready};
}

/// A service that it needs, other than by its trigger rule: one before its upstreams. While that is
/// not up, it waits; it runs without none that has ended otherwise than well.
Verdict service_constraint(const Run& run, InstanceIndex at) {
  const dag::Topology& topology = run.version->topology;
  const TaskIndex task = run.instances[at].task;
  for (const TaskIndex service : topology.services_above(task)) {
    const auto upstream = topology.upstream(task);
    if (std::ranges::find(upstream, service) != upstream.end()) continue;
    bool open = false;
    bool failed = false;
    bool skipped = false;
    run.each_related(at, service, [&](InstanceIndex one) {
      const TaskState state = counted_state(run.instances[one]);
      open = open || !is_finished(state);
      failed = failed || is_failed(state);
      skipped = skipped || state == TaskState::skipped;
    });
    if (failed && !planted(PlantedBug::service_end_ignored)) {
      return move_to(TaskState::upstream_failed, Reason::service_failed, service);
    }
    if (skipped) return move_to(TaskState::skipped, Reason::service_skipped, service);
    if (open) return wait_for(Reason::service_open, service);
  }
  return {Verdict::Kind::ready, Reason::ready};
}

/// Items that a source gives: those of its list or dict, or one for each instance of a mapped task
/// that returned something.
std::int64_t items_of(const Run& run, TaskIndex source) {
  if (!run.expanded(source)) return run.instances[source].return_length.value_or(-1);
  std::int64_t items = 0;
  run.each(source, [&](InstanceIndex at) {
    const Instance& instance = run.instances[at];
    items += instance.state == TaskState::success && instance.return_length ? 1 : 0;
  });
  return items;
}

/// What an instance that is ready otherwise has to be instead because of the values it is mapped
/// over.
Verdict by_map_length(const Run& run, const dag::Expansion& expansion) {
  for (const TaskIndex source : expansion.sources) {
    if (items_of(run, source) < 0) {
      return move_to(TaskState::upstream_failed, Reason::map_no_value, source);
    }
  }
  const std::int64_t length = expansion_length(run, expansion);
  if (length == 0) return move_to(TaskState::skipped, Reason::map_empty);
  if (length > kInstancesMax) return move_to(TaskState::failed, Reason::map_too_long);
  return {Verdict::Kind::ready, Reason::ready};
}

/// The task succeeded in all its instances there, or was not to run.
bool good_in(const Run& past, const TaskId& id) {
  const auto index = past.version->topology.find(id);
  if (!index) return true;  // the task is newer than that run
  const std::uint32_t good = past.count(*index, TaskState::success) +
                             past.count(*index, TaskState::skipped) +
                             past.count(*index, TaskState::removed);
  return good == past.width(*index);
}

bool past_passes(const Run& run, InstanceIndex at) {
  const dag::Task& spec = run.spec(at);
  if (!spec.depends_on_past && !spec.wait_for_downstream) return true;
  if (run.row.ordinal == 1) return true;  // the first run of a backfill
  const Run* past = previous_run(run);
  if (past == nullptr) return true;
  if (spec.start_date && past->order().first < *spec.start_date) return true;
  const auto index = past->version->topology.find(spec.task_id);
  if (!index) return spec.ignore_first_depends_on_past;
  if (!good_in(*past, spec.task_id)) return false;
  if (!spec.wait_for_downstream) return true;
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

bool outside_dates(const Run& run, TaskIndex task) {
  const dag::Task& spec = run.version->task(task);
  const WallTime date = run.order().first;
  const bool outside =
      (spec.start_date && *spec.start_date > date) || (spec.end_date && *spec.end_date < date);
  return outside && run.row.run_type != RunType::backfill;
}

Verdict by_map_sources(const Run& run, const dag::Expansion& expansion) {
  TaskIndex open = kNoTask;
  for (const TaskIndex source : expansion.sources) {
    const auto count = [&](TaskState state) { return run.count(source, state); };
    if (count(TaskState::failed) + count(TaskState::upstream_failed) > 0) {
      return move_to(TaskState::upstream_failed, Reason::map_source_failed, source);
    }
    if (count(TaskState::skipped) > 0) {
      return move_to(TaskState::skipped, Reason::map_source_skipped, source);
    }
    if (count(TaskState::success) + count(TaskState::removed) < run.width(source)) open = source;
  }
  if (open != kNoTask) return wait_for(Reason::map_source_open, open);
  return {Verdict::Kind::ready, Reason::ready};
}

std::int64_t expansion_length(const Run& run, const dag::Expansion& expansion) {
  return dag::map_length(expansion.nodes, [&](const TaskId& id) {
    return std::max<std::int64_t>(items_of(run, *run.version->topology.find(id)), 0);
  });
}

Verdict by_relatives(const Run& run, InstanceIndex at) {
  const Instance& instance = run.instances[at];
  const dag::Task& spec = run.spec(at);
  const RelativeCounts counts = run.relatives(at);
  const Verdict ready{Verdict::Kind::ready, Reason::ready};
  const bool asks_nothing = spec.trigger_rule == TriggerRule::always;
  const Verdict parents = skipped_by_parent(run, at);
  if (parents.kind != Verdict::Kind::ready && !spec.is_teardown) return parents;
  const Verdict setups = spec.is_teardown || asks_nothing ? ready : setup_constraint(counts);
  if (setups.kind == Verdict::Kind::move) return setups;
  // Without a map index: Airflow's all_success would remove instances by the number of upstreams
  // that succeeded, whatever they are mapped over; here they are removed with their items.
  const auto rule =
      dag::evaluate_rule(spec.trigger_rule, counts.upstream, -1, run.version->definition->compat);
  // A failed upstream is enough: it does not wait for setups that are still open.
  if (rule.new_state) return move_to(*rule.new_state, Reason::rule);
  const dag::Expansion* expansion = run.version->mapping.of(instance.task);
  const Verdict sources = expansion == nullptr ? ready : by_map_sources(run, *expansion);
  if (sources.kind == Verdict::Kind::move) return sources;
  if (setups.kind == Verdict::Kind::wait) return setups;
  if (!rule.runs) return wait_for(Reason::rule_open);
  const Verdict services = spec.is_teardown || asks_nothing ? ready : service_constraint(run, at);
  if (services.kind != Verdict::Kind::ready) return services;
  if (!asks_nothing && counts.scope_done < counts.scope_total) return wait_for(Reason::scope_open);
  if (sources.kind == Verdict::Kind::wait) return sources;
  if (expansion != nullptr && instance.map_index < 0) return by_map_length(run, *expansion);
  return {Verdict::Kind::ready, Reason::ready};
}

Verdict decide(const Run& run, InstanceIndex at) {
  const Instance& instance = run.instances[at];
  if (!is_schedulable(instance.state)) return wait_for(Reason::not_schedulable);
  if (run.row.state == RunState::queued) return wait_for(Reason::run_queued);
  if (run.row.state != RunState::running) return wait_for(Reason::run_ended);
  const Verdict relatives = by_relatives(run, at);
  if (relatives.kind != Verdict::Kind::ready) return relatives;
  if (instance.due != kNoTime) return wait_for(Reason::timer);
  if (!past_passes(run, at)) return wait_for(Reason::past_open);
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

namespace {

Limit lane_limit(const Model& model, const Placement& placement) {
  const auto found = model.lanes.find(placement);
  const std::int32_t active = found == model.lanes.end() ? 0 : found->second.active;
  const std::int32_t slots =
      found == model.lanes.end() ? model.slots_for(placement) : found->second.slots;
  if (slots <= 0) return Limit::place_unserved;
  return active >= slots + model.options.queue_ahead ? Limit::place_full : Limit::none;
}

}  // namespace

Limit bucket_limit(const Model& model, const Run& run, const BucketSpec& bucket) {
  if (bucket.limited_task != kNoTask) {
    const dag::Task& spec = run.version->task(bucket.limited_task);
    const std::uint32_t active_here = run.count(bucket.limited_task, TaskState::queued) +
                                      run.count(bucket.limited_task, TaskState::running) +
                                      run.count(bucket.limited_task, TaskState::restarting);
    const auto here = static_cast<std::int32_t>(active_here);
    if (spec.max_active_tis_per_dagrun && here >= *spec.max_active_tis_per_dagrun) {
      return Limit::tis_per_dagrun;
    }
    const auto found = run.owner->active_of.find(spec.task_id);
    const std::int32_t active = found == run.owner->active_of.end() ? 0 : found->second;
    if (spec.max_active_tis_per_dag && active >= *spec.max_active_tis_per_dag) {
      return Limit::tis_per_dag;
    }
  }
  const Limit place = lane_limit(model, bucket.placement);
  if (place != Limit::none) return place;
  const auto pool = model.pools.find(bucket.pool);
  if (pool == model.pools.end() || !pool->second.row) return Limit::pool_unknown;
  const std::int32_t slots = pool->second.row->slots;
  if (slots < 0) return Limit::none;
  if (bucket.pool_slots > slots) return Limit::pool_too_small;
  return pool->second.used() + bucket.pool_slots > slots ? Limit::pool_full : Limit::none;
}

}  // namespace aiflow::sched::detail
