// SPDX-License-Identifier: Apache-2.0
// The checker's invariants about runs and limits.
#include <algorithm>

#include "checker.h"

namespace aiflow::sim {

using sched::Change;
using sched::TaskKey;
using enum TaskState;

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
    if (active.places[spec.placement] > room_at(server.offers, spec.placement)) {
      fail("S9", key, "more than its place has slots for");
    }
    if (active.total > room(server.offers)) fail("S9", key, "more than the workers have slots for");
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
  if (change.from == change.to) return;  // a deadline was missed
  if (change.user.empty()) {
    ended_by_user_.erase(key);
  } else {
    ended_by_user_.insert(key);
  }
  // One that a backfill makes or takes over says so.
  if (change.cause.starts_with("number ")) backfill_of_[key] = after.tables.runs.at(key).backfill;
  const dag::Dag& spec = *definition(change.key, after);
  if (change.to == "running") {
    if (after.tables.runs.at(key).run_after > latest_) {
      fail("S11", change.key, "the run started before its run_after");
    }
    const dag::BackfillId backfill = backfill_of_[key];
    const std::int64_t limit = backfill.value == 0
                                   ? run_limit(key.dag_id, after)
                                   : after.tables.backfills.at(backfill).range.max_active_runs;
    if (running_beside(key) > limit) {
      fail("S9", change.key, "max_active_runs is exceeded");
    }
  }
  if (change.to != "success" && change.to != "failed") return;
  if (moved_.contains(key)) return;  // the rows show it after the move
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
  if (ended_by_user_.contains(row.key)) return;  // its values may change without its items
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
  run_dates_[row.key] = *row.logical_date;
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

/// S16: every notice belongs to a change of its commit and has a name that was not there before;
/// an end that came by itself is told if the DAG wants that.
void Checker::check_notices(const Server& server, const Database& after) {
  std::map<std::pair<sched::RunKey, std::string>, int> ends;  // by what it ended as
  for (const Change& change : server.effects.changes) {
    const bool end = change.to == "success" || change.to == "failed";
    if (change.kind != Change::Kind::run || change.from == change.to || !end) continue;
    if (change.user.empty()) ++ends[{{change.key.dag_id, change.key.run_id}, change.to}];
  }
  for (const sched::RunNotice& notice : server.effects.notices) {
    const TaskKey key{notice.run.dag_id, notice.run.run_id, {}, -1};
    if (deleted_.contains(notice.run)) continue;
    if (!notices_.insert({notice.run, notice.name}).second) {
      fail("S16", key, "told twice: " + notice.name);
    }
    if (notice.kind == sched::RunNotice::Kind::deadline) {
      check_deadline(notice, server, after);
      continue;
    }
    const bool success = notice.kind == sched::RunNotice::Kind::success;
    if (--ends[{notice.run, success ? "success" : "failed"}] < 0) {
      fail("S16", key, notice.name + " without an end of the run");
    }
  }
  for (const auto& [end, count] : ends) {
    if (count <= 0 || moved_.contains(end.first) || deleted_.contains(end.first)) continue;
    const TaskKey key{end.first.dag_id, end.first.run_id, {}, -1};
    const dag::Dag& spec = *definition(key, after);
    const bool wanted =
        end.second == "success" ? spec.has_success_callback : spec.has_failure_callback;
    if (wanted) fail("S16", key, "it ended as " + end.second + " and nobody was told");
  }
}

void Checker::check_deadline(const sched::RunNotice& notice, const Server& server,
                             const Database& after) {
  const TaskKey key{notice.run.dag_id, notice.run.run_id, {}, -1};
  const sched::RunRow& row = after.tables.runs.at(notice.run);
  if (*notice.due_at > server.stepped_at.wall) fail("S16", key, "missed before it was due");
  if (((row.deadlines_missed >> notice.deadline) & 1U) == 0) {
    fail("S16", key, notice.name + " is not remembered");
  }
  if (row.state == RunState::success || row.state == RunState::failed) {
    fail("S16", key, notice.name + " of a run that has ended");
  }
}

}  // namespace aiflow::sim
