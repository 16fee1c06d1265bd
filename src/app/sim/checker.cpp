// SPDX-License-Identifier: Apache-2.0
#include "checker.h"

#include <algorithm>

#include "dag/mapping.h"
#include "dag/trigger_rule.h"

namespace aiflow::sim {
namespace {

using sched::Change;
using sched::TaskKey;
using enum TaskState;

std::string name(const TaskKey& key) {
  const std::string index = key.map_index < 0 ? "" : "[" + std::to_string(key.map_index) + "]";
  return key.run_id.value + "." + key.task_id.value + index;
}

/// Of a mapped task: a new instance takes the state of the one before it was expanded; later an
/// instance without an item goes, one with an item is back.
bool items_changed(const Change& change) {
  return change.cause.starts_with("before it was expanded") ||
         (change.to == "removed" && change.cause.starts_with("its item is gone")) ||
         (change.from == "removed" && change.cause.starts_with("its item is there"));
}

}  // namespace

void Checker::fail(std::string_view rule, const TaskKey& key, const std::string& text) {
  if (error_.empty()) error_ = std::string(rule) + " " + name(key) + ": " + text;
}

const dag::Dag* Checker::definition(const TaskKey& key, const Database& database) const {
  const auto& run = database.tables.runs.at({key.dag_id, key.run_id});
  return database.tables.versions.at({key.dag_id, run.dag_version}).definition.get();
}

const dag::Task* Checker::task(const TaskKey& key, const Database& database) const {
  const auto& tasks = definition(key, database)->tasks;
  return &*std::ranges::find(tasks, key.task_id, &dag::Task::task_id);
}

std::string Checker::commit(const Server& server, const Database& after) {
  granted_.clear();
  scheduled_.clear();
  reported_.clear();
  check_replies(server);
  for (const sched::RunRow& row : server.effects.runs) {
    check_new_run(row, server, after);
    check_version(row, after);
  }
  for (const Change& change : server.effects.changes) check_change(change, server, after);
  check_rows(server, after);
  check_backfills(server, after);
  check_assets(server, after);
  for (const sched::RunRow& row : server.effects.runs) check_ended_run(row, after);
  for (const TaskKey& key : scheduled_) {
    if (shadows_[key].state == scheduled && !shadows_[key].is_resuming) check_rule(key, after);
  }
  if (!granted_.empty()) check_limits(server, after);
  check_idle(server, after);
  for (const sched::DagRow& row : server.effects.dags) versions_[row.dag_id] = row.version;
  return error_;
}

void Checker::check_replies(const Server& server) {
  for (std::size_t i = 0; i < server.batch.size(); ++i) {
    if (!server.effects.replies[i].accepted) continue;
    const sched::Event& event = server.batch[i].event;
    const auto check = [&](const auto& report) {
      Shadow& shadow = shadows_[report.key];
      const bool ends_restart = shadow.state == restarting && report.epoch == shadow.epoch - 1;
      if (report.epoch < shadow.epoch && !ends_restart) {
        fail("S3", report.key, "accepted under old epoch " + std::to_string(report.epoch));
      }
      const bool other = !shadow.worker.value.empty() && shadow.worker != report.worker;
      if (shadow.state == running && report.epoch == shadow.epoch && other) {
        fail("S3", report.key, "accepted from " + report.worker.value + ", which does not own it");
      }
      return !ends_restart;
    };
    if (const auto* heartbeat = std::get_if<sched::Heartbeat>(&event)) check(*heartbeat);
    if (const auto* fired = std::get_if<sched::TriggerFired>(&event)) check_event(*fired);
    if (const auto* started = std::get_if<sched::AttemptStarted>(&event)) {
      check(*started);
      reported_.insert(started->key);
      if (started->epoch >= shadows_[started->key].epoch) {
        shadows_[started->key].worker = started->worker;
      }
    }
    if (const auto* ended = std::get_if<sched::AttemptFinished>(&event)) {
      const bool result = check(*ended);
      reported_.insert(ended->key);
      if (result && !shadows_[ended->key].results.insert(ended->epoch).second) {
        fail("S8", ended->key, "a second result of one attempt");
      }
      if (result) shadows_[ended->key].outcome = *ended;
    }
  }
}

/// S8 for triggers: an event counts once, for the deferral that it was made for.
void Checker::check_event(const sched::TriggerFired& event) {
  Shadow& shadow = shadows_[event.key];
  if (event.epoch < shadow.epoch) fail("S3", event.key, "a trigger's event of an old epoch");
  if (!shadow.events.insert(event.epoch).second) {
    fail("S8", event.key, "a second event of one trigger");
  }
}

void Checker::check_change(const Change& change, const Server& server, const Database& after) {
  if (change.cause.empty()) fail("cause", change.key, "a change without a cause");
  if (change.kind == Change::Kind::run) return check_run(change, after);
  if (change.kind != Change::Kind::task_instance) return;
  const auto state = parse_task_state(change.to);
  if (change.key.map_index >= 0) expanded(change.key);
  Shadow& shadow = shadows_[change.key];
  if (!state || change.from != to_string(shadow.state)) {
    return fail(
        "S15", change.key,
        "the history says " + change.from + ", but it was " + std::string(to_string(shadow.state)));
  }
  check_edge(change);
  check_epoch(change, shadow, server);
  check_tries(change, shadow, after);
  const bool goes_on = *state == scheduled || *state == queued || *state == running;
  shadow.is_resuming = goes_on && (shadow.is_resuming || shadow.state == deferred);
  shadow.state = *state;
  shadow.epoch = change.epoch;
  shadow.try_number = change.try_number;
  if (*state == queued) shadow.worker = {};
  if (*state == no_status || *state == restarting) shadow.outcome.reset();  // a new generation
  const bool empty_ran = *state == success && change.from == "no_status" && change.user.empty() &&
                         !items_changed(change);
  // One that was deferred has begun already, under the rule as it was then.
  if ((*state == queued && !shadow.is_resuming) || empty_ran) check_rule(change.key, after);
  if (*state == scheduled) scheduled_.insert(change.key);
  if (*state == queued) granted_.insert(change.key);
}

void Checker::check_edge(const Change& change) {
  const auto from = *parse_task_state(change.from);
  const auto to = *parse_task_state(change.to);
  // Not a change of the instance: it takes over what the one before it was.
  if (change.cause.starts_with("before it was expanded")) return;
  if (is_finished(from) && change.user.empty() && !items_changed(change)) {
    fail("S4", change.key, change.from + " -> " + change.to + " without a user");
  }
  const Edge edge{from, to, !change.user.empty()};
  if (!edges_.take(edge)) fail("S5", change.key, to_text(edge));
}

void Checker::check_epoch(const Change& change, const Shadow& before, const Server& /*server*/) {
  const bool grant = change.to == "queued";
  const bool by_user = !change.user.empty();
  const bool taken =
      (before.state == running || before.state == queued) && !reported_.contains(change.key);
  if (change.epoch < before.epoch) fail("S2", change.key, "the epoch went back");
  if ((grant || by_user || taken) && change.epoch <= before.epoch) {
    fail("S2", change.key, change.from + " -> " + change.to + " without a new epoch");
  }
}

void Checker::check_tries(const Change& change, Shadow& shadow, const Database& after) {
  const auto row = after.tables.instances.find(change.key);
  if (row == after.tables.instances.end()) return;
  const std::int32_t most = row->second.max_tries;
  if (change.to == "up_for_reschedule" || change.to == "deferred") shadow.may_run_again = true;
  if (change.from == "deferred" && change.try_number != shadow.try_number) {
    fail("S7", change.key, "its trigger took a try");
  }
  if (change.to == "up_for_retry" && change.try_number > most) {
    fail("S7", change.key, "a retry after try " + std::to_string(change.try_number));
  }
  if (change.to != "running") return;
  const int executions = ++shadow.executions[change.try_number];
  if (executions > 1 && !shadow.may_run_again) fail("S7", change.key, "one try ran twice");
  if (change.try_number < 1 || change.try_number > most + 1) {
    fail("S7", change.key, "try " + std::to_string(change.try_number) + " is not allowed");
  }
  shadow.may_run_again = false;
}

/// The first change or row of an expanded task: what was known of index -1 is now that of index 0.
void Checker::expanded(const TaskKey& key) {
  TaskKey single = key;
  single.map_index = -1;
  const auto before = shadows_.find(single);
  if (before == shadows_.end()) return;
  TaskKey first = key;
  first.map_index = 0;
  shadows_[first] = std::move(before->second);
  shadows_.erase(single);
}

/// The instances of a task that the history knows of by now: one of index -1, or all expanded ones.
std::vector<TaskKey> Checker::instances_of(const TaskKey& any, const TaskId& task_id,
                                           const Database& after) const {
  TaskKey key = any;
  key.task_id = task_id;
  key.map_index = -1;
  if (shadows_.contains(key)) return {key};
  std::vector<TaskKey> keys;
  const auto& rows = after.tables.instances;
  for (auto it = rows.lower_bound(key); it != rows.end(); ++it) {
    const TaskKey& found = it->first;
    if (found.run_id != key.run_id || found.task_id != task_id) break;
    keys.push_back(found);
  }
  return keys;
}

/// The group in which it is mapped; empty: none.
std::string Checker::mapped_group(const TaskKey& key, const TaskId& task_id,
                                  const Database& after) const {
  TaskKey other = key;
  other.task_id = task_id;
  const dag::Task& spec = *task(other, after);
  const auto& groups = definition(key, after)->task_groups;
  const bool mapped = spec.group && !groups.empty() && !groups[0].expand.empty();
  return mapped ? *spec.group : "";
}

/// S6: a reading of the rule over the shadow's upstream states at this very moment.
void Checker::check_rule(const TaskKey& of, const Database& after) {
  const dag::Task& spec = *task(of, after);
  const std::string group = mapped_group(of, of.task_id, after);
  dag::UpstreamCounts counts;
  for (const TaskId& id : spec.upstream) {
    const bool same = !group.empty() && mapped_group(of, id, after) == group;
    for (const TaskKey& key : instances_of(of, id, after)) {
      if (same && std::max(key.map_index, 0) != std::max(of.map_index, 0)) continue;
      const TaskState state = shadows_[key].state;
      ++counts.total;
      counts.success += state == success ? 1 : 0;
      counts.failed += state == failed ? 1 : 0;
      counts.upstream_failed += state == upstream_failed ? 1 : 0;
      counts.skipped += state == skipped ? 1 : 0;
      counts.removed += state == removed ? 1 : 0;
      const auto parent = after.tables.instances.find(key);
      if (!is_finished(state) || parent == after.tables.instances.end()) continue;
      if (!same && key.map_index >= 0) continue;
      const auto& followed = parent->second.branch_followed;
      if (followed && std::ranges::find(*followed, of.task_id) == followed->end()) {
        fail("S6", of, "branch " + id.value + " did not follow it");
      }
    }
  }
  check_sources(of, after);
  const auto verdict = dag::evaluate_rule(spec.trigger_rule, counts);
  if (!verdict.runs || verdict.new_state) {
    fail("S6", of,
         std::string(to_string(shadows_[of].state)) + " though its trigger rule " +
             std::string(to_string(spec.trigger_rule)) + " does not hold");
  }
}

/// What a mapped task goes over has succeeded before an instance of it runs.
void Checker::check_sources(const TaskKey& of, const Database& after) {
  const dag::Task& spec = *task(of, after);
  std::vector<dag::MapNode> nodes = spec.expand;
  if (!mapped_group(of, of.task_id, after).empty()) {
    nodes = definition(of, after)->task_groups[0].expand;
  }
  if (!nodes.empty() && of.map_index < 0) fail("S6", of, "it runs without being expanded");
  for (const dag::MapNode& node : nodes) {
    if (node.kind != dag::MapKind::xcom) continue;
    for (const TaskKey& key : instances_of(of, node.task_id, after)) {
      const TaskState state = shadows_[key].state;
      if (state != success && state != removed) {
        fail("S6", of, "it is mapped over " + name(key) + ", which has not succeeded");
      }
    }
  }
}

/// A finished run: a mapped task has one instance for each item.
void Checker::check_items(const TaskKey& run, const dag::Task& spec,
                          const std::vector<dag::MapNode>& nodes, const Database& after) {
  const auto keys = instances_of(run, spec.task_id, after);
  if (nodes.empty() || keys.empty() || keys[0].map_index < 0) return;
  bool known = true;
  const std::int64_t length = dag::map_length(nodes, [&](const TaskId& source) {
    std::int64_t items = 0;
    for (const TaskKey& key : instances_of(run, source, after)) {
      const auto& row = after.tables.instances.at(key);
      const bool one = key.map_index >= 0;
      known = known && (row.state == success || row.state == removed);
      if (one) items += row.state == success && row.return_length ? 1 : 0;
      if (!one) items = row.return_length.value_or(-1);
    }
    known = known && items >= 0;
    return std::max<std::int64_t>(items, 0);
  });
  const auto present = std::ranges::count_if(
      keys, [&](const TaskKey& key) { return after.tables.instances.at(key).state != removed; });
  if (known && present != length && shadows_[keys[0]].state != removed) {
    fail("S20", keys[0],
         "it has " + std::to_string(present) + " instances for " + std::to_string(length) +
             " items");
  }
}

void Checker::check_limits(const Server& server, const Database& after) {
  Active active = count_active(after);
  for (const TaskKey& key : granted_) {
    if (shadows_[key].state != queued) continue;
    const dag::Task& spec = *task(key, after);
    const auto slots = after.tables.pools.find(spec.pool);
    if (slots == after.tables.pools.end() || active.pools[spec.pool] > slots->second.slots) {
      fail("S9", key, "pool " + spec.pool.value + " is exceeded");
    }
    if (active.runs[{key.dag_id, key.run_id}] > definition(key, after)->max_active_tasks) {
      fail("S9", key, "max_active_tasks is exceeded");
    }
    if (spec.max_active_tis_per_dag &&
        active.tasks[{key.dag_id, key.task_id}] > *spec.max_active_tis_per_dag) {
      fail("S9", key, "max_active_tis_per_dag is exceeded");
    }
    if (active.total > server.capacity) fail("S9", key, "more than the workers have slots for");
    if (after.tables.dags.at(key.dag_id).paused) fail("S18", key, "a grant in a paused DAG");
  }
}

void Checker::check_run(const Change& change, const Database& after) {
  const sched::RunKey key{change.key.dag_id, change.key.run_id};
  std::string& state = run_states_[key];
  if (state != change.from) fail("S15", change.key, "the run's history has a gap");
  const bool was_over = state == "success" || state == "failed";
  if (was_over && change.user.empty()) fail("S10", change.key, "a finished run changed by itself");
  state = change.to;
  // One that a backfill makes or takes over says so.
  if (change.cause.starts_with("number ")) backfill_of_[key] = after.tables.runs.at(key).backfill;
  const dag::Dag& spec = *definition(change.key, after);
  if (change.to == "running") {
    const dag::BackfillId backfill = backfill_of_[key];
    const std::int64_t limit = backfill.value == 0
                                   ? run_limit(key.dag_id, after)
                                   : after.tables.backfills.at(backfill).range.max_active_runs;
    if (running_beside(key) > limit) {
      fail("S9", change.key, "max_active_runs is exceeded");
    }
  }
  if (change.to != "success" && change.to != "failed") return;
  bool bad_leaf = false;
  std::set<TaskId> inner;
  for (const dag::Task& t : spec.tasks) inner.insert(t.upstream.begin(), t.upstream.end());
  for (const dag::Task& t : spec.tasks) {
    for (const TaskKey& one : instances_of(change.key, t.task_id, after)) {
      const TaskState now = shadows_[one].state;
      if (!is_finished(now)) fail("S10", change.key, "the run ended before " + name(one));
      const bool bad = now == failed || now == upstream_failed;
      bad_leaf = bad_leaf || (bad && !inner.contains(t.task_id));
    }
  }
  const bool forced =
      change.cause.starts_with("run marked") || change.cause.starts_with("dagrun_timeout") ||
      change.cause.starts_with("deadlock") || change.cause.contains(" cancelled by ");
  if (!forced && bad_leaf != (change.to == "failed")) {
    fail("S10", change.key, "the run is " + change.to + " against its leaves: " + change.cause);
  }
}

void Checker::check_ended_run(const sched::RunRow& row, const Database& after) {
  if (row.state != RunState::success) return;
  const TaskKey run{row.key.dag_id, row.key.run_id, {}, -1};
  const dag::Dag& spec = *definition(run, after);
  for (const dag::Task& one : spec.tasks) {
    const bool grouped = !mapped_group(run, one.task_id, after).empty();
    check_items(run, one, grouped ? spec.task_groups[0].expand : one.expand, after);
  }
}

void Checker::check_new_run(const sched::RunRow& row, const Server& server, const Database& after) {
  if (run_states_.contains(row.key)) return;
  const TaskKey key{row.key.dag_id, row.key.run_id, {}, -1};
  const bool dated = row.run_type != RunType::asset_triggered;
  if (dated != row.logical_date.has_value()) fail("S11", key, "a run with the wrong date");
  if (dated && !dates_[row.key.dag_id].insert(*row.logical_date).second) {
    fail("S11", key, "two runs of one logical date");
  }
  if (row.run_type != RunType::scheduled) return;
  if (*row.interval_end > server.stepped_at.wall) {
    fail("S11", key, "made before its interval ended");
  }
  const dag::Dag& spec = *definition(key, after);
  const auto last = last_scheduled_.find(row.key.dag_id);
  if (last != last_scheduled_.end() && spec.catchup) {
    WallTime next = last->second + spec.schedule.interval;
    // What a backfill or a user had made is not made again.
    while (next < *row.logical_date && dates_[row.key.dag_id].contains(next)) {
      next += spec.schedule.interval;
    }
    if (*row.logical_date != next) fail("S11", key, "an interval is missing or doubled");
  }
  last_scheduled_[row.key.dag_id] = *row.logical_date;
}

void Checker::check_rows(const Server& server, const Database& after) {
  for (const TaskKey& key : server.effects.instances_removed) expanded(key);
  for (const sched::TaskInstanceRow& row : server.effects.instances) {
    const Shadow& shadow = shadows_[row.key];
    if (row.state != shadow.state || row.epoch != shadow.epoch) {
      fail("S15", row.key, "the row differs from its history");
    }
    check_deferral(row);
    if (row.state == queued && !after.submits.contains({row.key, row.epoch})) {
      fail("S12", row.key, "queued without an outbox row");
    }
    check_outcome(row, shadow);
  }
}

/// What a task left for after its trigger stays with it until the attempt that goes on has ended.
void Checker::check_deferral(const sched::TaskInstanceRow& row) {
  const Shadow& shadow = shadows_[row.key];
  const auto& deferral = row.deferral.value;
  const bool wanted = shadow.is_resuming || row.state == deferred;
  if (wanted != (deferral != nullptr)) fail("S21", row.key, "its deferral is lost, or left behind");
  if (deferral && deferral->fired != shadow.is_resuming) {
    fail("S21", row.key, "its deferral does not say whether its trigger has spoken");
  }
}

std::string Checker::processes(const std::vector<Worker>& workers, const Database& database) const {
  std::set<TaskKey> running_now;
  for (const Worker& worker : workers) {
    for (const auto& [attempt, state] : worker.attempts) {
      if (state.phase != WorkerAttempt::Phase::running) continue;
      const auto row = database.tables.instances.find(attempt.first);
      const bool current =
          row != database.tables.instances.end() && row->second.epoch == attempt.second;
      if (current && !running_now.insert(attempt.first).second) {
        return "S1 " + name(attempt.first) + ": two processes under one epoch";
      }
    }
  }
  return "";
}

std::string Checker::sent(const AttemptKey& attempt, const Database& database) {
  const auto row = database.tables.instances.find(attempt.first);
  if (row != database.tables.instances.end() && row->second.epoch >= attempt.second) return "";
  return "S12 " + name(attempt.first) + ": a job names an epoch that is not committed";
}

std::string Checker::answered(const sched::Event& event, const Database& database) {
  if (const auto* trigger = std::get_if<sched::RunTriggered>(&event)) {
    if (trigger->key.run_id.value.empty()) return "";
    return database.tables.runs.contains(trigger->key) ? "" : "S14 an accepted run is not stored";
  }
  const auto* ended = std::get_if<sched::AttemptFinished>(&event);
  if (ended == nullptr) return "";
  const auto row = database.tables.instances.find(ended->key);
  const bool stored = row != database.tables.instances.end() &&
                      (row->second.epoch > ended->epoch ||
                       (row->second.state != running && row->second.state != queued));
  return stored ? "" : "S14 " + name(ended->key) + ": an accepted result is not stored";
}

}  // namespace aiflow::sim
