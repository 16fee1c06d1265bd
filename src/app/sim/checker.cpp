// SPDX-License-Identifier: Apache-2.0
#include "checker.h"

#include <algorithm>

#include "dag/mapping.h"
#include "dag/trigger_rule.h"

namespace aiflow::sim {

using sched::Change;
using sched::TaskKey;
using enum TaskState;

std::string name(const TaskKey& key) {
  const std::string index = key.map_index < 0 ? "" : "[" + std::to_string(key.map_index) + "]";
  return key.run_id.value + "." + key.task_id.value + index;
}

namespace {

sched::RunKey run_of(const TaskKey& key) { return {key.dag_id, key.run_id}; }

/// The instance is not in the version that its run was moved to.
bool left_behind(const Change& change) {
  return change.to == "removed" && change.cause.starts_with("moved to version");
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
  latest_ = std::max(latest_, server.stepped_at.wall);
  granted_.clear();
  scheduled_.clear();
  reported_.clear();
  check_replies(server);
  note_gone(server, after);
  for (const sched::RunRow& row : server.effects.runs) {
    check_new_run(row, server, after);
    check_version(row, server, after);
  }
  for (const Change& change : server.effects.changes) check_change(change, server, after);
  check_rows(server, after);
  check_backfills(server, after);
  check_assets(server, after);
  for (const sched::RunRow& row : server.effects.runs) check_ended_run(row, after);
  for (const TaskKey& key : scheduled_) {
    const auto shadow = shadows_.find(key);
    if (shadow == shadows_.end() || shadow->second.state != scheduled) continue;
    if (!shadow->second.is_resuming) check_rule(key, after);
  }
  if (!granted_.empty()) check_limits(server, after);
  check_idle(server, after);
  check_notices(server, after);
  check_services(server, after);
  for (const sched::DagRow& row : server.effects.dags) versions_[row.dag_id] = row.version;
  return error_;
}

/// What was known of an instance that is gone: its epochs must not come again.
void Checker::bury(const TaskKey& key, sched::Epoch epoch) {
  sched::Epoch& last = gone_[key];
  last = std::max(last, epoch);
  const auto shadow = shadows_.find(key);
  if (shadow == shadows_.end()) return;
  last = std::max(last, shadow->second.epoch);
  shadows_.erase(shadow);
}

/// Of an instance that comes anew, the epoch is that of the one that was there before.
Checker::Shadow& Checker::shadow_of(const TaskKey& key) {
  Shadow& shadow = shadows_[key];
  const auto gone = gone_.find(key);
  if (!shadow.known && gone != gone_.end()) shadow.epoch = std::max(shadow.epoch, gone->second);
  return shadow;
}

/// Runs that this commit deletes, or moves to another version: what it did to them before is not
/// in the rows any more.
void Checker::note_gone(const Server& server, const Database& after) {
  doomed_.clear();
  moved_.clear();
  freed_.clear();
  for (const sched::RunKey& key : server.effects.runs_removed) {
    ++doomed_[key];
    deleted_.insert(key);
    std::vector<TaskKey> keys;
    for (const auto& [instance, shadow] : shadows_) {
      if (run_of(instance) == key) keys.push_back(instance);
    }
    for (const TaskKey& instance : keys) bury(instance, 0);
    run_states_.erase(key);
    run_versions_.erase(key);
    std::erase_if(notices_, [&](const auto& notice) { return notice.first == key; });
    const auto date = run_dates_.find(key);
    if (date == run_dates_.end()) continue;
    dates_[key.dag_id].erase(date->second);
    freed_.insert({key.dag_id, date->second});
    run_dates_.erase(date);
  }
  for (const sched::RunRow& row : server.effects.runs) {
    const auto [known, is_new] = run_versions_.try_emplace(row.key, row.dag_version);
    if (!is_new && known->second != row.dag_version) moved_.insert(row.key);
    known->second = row.dag_version;
  }
  for (const Change& change : server.effects.changes) {
    // Made and moved in one commit: the rows show only the last version.
    if (left_behind(change) && after.tables.runs.contains(run_of(change.key))) {
      moved_.insert(run_of(change.key));
    }
  }
}

void Checker::check_replies(const Server& server) {
  for (std::size_t i = 0; i < server.batch.size(); ++i) {
    if (!server.effects.replies[i].accepted) continue;
    const sched::Event& event = server.batch[i].event;
    const auto check = [&](const auto& report) {
      Shadow& shadow = shadow_of(report.key);
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
    if (const auto* service = std::get_if<sched::ServiceReported>(&event)) note_service(*service);
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
  const auto doomed = doomed_.find(run_of(change.key));
  if (doomed != doomed_.end() && doomed->second > 0) {
    const bool deleted = change.kind == Change::Kind::run && change.to == "deleted";
    if (deleted) --doomed->second;
    if (change.kind == Change::Kind::task_instance) bury(change.key, change.epoch);
    return;
  }
  if (change.kind == Change::Kind::run) return check_run(change, after);
  if (change.kind != Change::Kind::task_instance) return;
  if (left_behind(change)) return bury(change.key, change.epoch);
  const auto state = parse_task_state(change.to);
  if (change.key.map_index >= 0) expanded(change.key);
  Shadow& shadow = shadow_of(change.key);
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
  shadow.known = true;
  shadow.state = *state;
  shadow.epoch = change.epoch;
  shadow.try_number = change.try_number;
  if (*state == queued) shadow.worker = {};
  if (*state == no_status || *state == restarting) shadow.outcome.reset();  // a new generation
  const bool empty_ran = *state == success && change.from == "no_status" && change.user.empty() &&
                         !items_changed(change);
  if (*state == queued) granted_.insert(change.key);
  if (*state == queued) check_not_ahead(change.key, change.epoch);
  if (!change.user.empty()) note_decided(change.key, after);
  if (moved_.contains(run_of(change.key))) return;
  // One that was deferred has begun already, under the rule as it was then.
  if ((*state == queued && !shadow.is_resuming) || empty_ran) check_rule(change.key, after);
  if (*state == scheduled) scheduled_.insert(change.key);
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
  const bool is_known = !moved_.contains(run_of(change.key));  // else its retries may be others now
  const std::int32_t most = row->second.max_tries;
  if (change.to == "up_for_reschedule" || change.to == "deferred") shadow.may_run_again = true;
  if (change.from == "deferred" && change.try_number != shadow.try_number) {
    fail("S7", change.key, "its trigger took a try");
  }
  if (is_known && change.to == "up_for_retry" && change.try_number > most) {
    fail("S7", change.key, "a retry after try " + std::to_string(change.try_number));
  }
  if (change.to != "running") return;
  const int executions = ++shadow.executions[change.try_number];
  if (executions > 1 && !shadow.may_run_again) fail("S7", change.key, "one try ran twice");
  if (is_known && (change.try_number < 1 || change.try_number > most + 1)) {
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
      if (unsteady_.contains(key)) return;  // what it was at this moment is not in the rows
      const TaskState state = is_served(key) ? success : shadows_[key].state;
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
  check_served(of, after);
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

void Checker::check_rows(const Server& server, const Database& after) {
  for (const TaskKey& key : server.effects.instances_removed) {
    if (key.map_index < 0 && !after.tables.instances.contains(key)) expanded(key);
  }
  for (const sched::TaskInstanceRow& row : server.effects.instances) {
    Shadow& shadow = shadow_of(row.key);
    if (!shadow.known && row.epoch >= shadow.epoch) shadow.epoch = row.epoch;
    shadow.known = true;
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

std::string Checker::sent(const AttemptKey& attempt, const Database& database) const {
  const auto row = database.tables.instances.find(attempt.first);
  if (row != database.tables.instances.end() && row->second.epoch >= attempt.second) return "";
  const auto gone = gone_.find(attempt.first);  // a stale server may not know it yet
  if (gone != gone_.end() && gone->second >= attempt.second) return "";
  return "S12 " + name(attempt.first) + ": a job names an epoch that is not committed";
}

std::string Checker::answered(const sched::Event& event, const Database& database) const {
  if (const auto* trigger = std::get_if<sched::RunTriggered>(&event)) {
    if (trigger->key.run_id.value.empty()) return "";
    if (deleted_.contains(trigger->key)) return "";  // until this answer left
    return database.tables.runs.contains(trigger->key) ? "" : "S14 an accepted run is not stored";
  }
  const auto* ended = std::get_if<sched::AttemptFinished>(&event);
  if (ended == nullptr) return "";
  const auto row = database.tables.instances.find(ended->key);
  if (gone_.contains(ended->key)) return "";  // it left its run, or its run was deleted
  const bool stored = row != database.tables.instances.end() &&
                      (row->second.epoch > ended->epoch ||
                       (row->second.state != running && row->second.state != queued));
  return stored ? "" : "S14 " + name(ended->key) + ": an accepted result is not stored";
}

}  // namespace aiflow::sim
