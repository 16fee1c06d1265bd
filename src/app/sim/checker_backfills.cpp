// SPDX-License-Identifier: Apache-2.0
// Backfills in the checker (S9, S11): each has its own limit, deals with every date of its range
// once and in order, counts its runs rightly, and is over when they are.
#include <algorithm>
#include <utility>

#include "checker.h"

namespace aiflow::sim {
namespace {

sched::TaskKey key_of(const sched::BackfillRow& row) {
  return {row.dag_id, {"backfill " + std::to_string(row.id.value)}, {}, -1};
}

/// Date number `ordinal`, worked out from the range alone: the simulator's schedules are intervals.
WallTime date_of(const sched::BackfillRow& row, std::int32_t ordinal, const Database& after) {
  const auto& version = after.tables.versions.at({row.dag_id, row.dag_version});
  const std::int32_t index = row.range.newest_first ? row.total - ordinal : ordinal - 1;
  return row.range.from + index * version.definition->schedule.interval;
}

}  // namespace

/// Of the version before the commit or after it: an edit in the same commit may lower it.
std::int64_t Checker::run_limit(const DagId& dag_id, const Database& after) const {
  const auto limit = [&](std::int32_t version) {
    return after.tables.versions.at({dag_id, version}).definition->max_active_runs;
  };
  const auto before = versions_.find(dag_id);
  const int now = limit(after.tables.dags.at(dag_id).version);
  return before == versions_.end() ? now : std::max(now, limit(before->second));
}

/// Running runs that share a limit with this one.
std::int64_t Checker::running_beside(const sched::RunKey& key) const {
  const dag::BackfillId backfill = backfill_of_.at(key);
  return std::ranges::count_if(run_states_, [&](const auto& entry) {
    const auto& [other, state] = entry;
    const auto of = backfill_of_.find(other);
    const bool same = (of == backfill_of_.end() ? dag::BackfillId{} : of->second) == backfill;
    return same && other.dag_id == key.dag_id && state == "running";
  });
}

void Checker::check_backfills(const Server& server, const Database& after) {
  steered_ = std::ranges::any_of(server.batch, [](const Server::Item& item) {
    return std::holds_alternative<sched::BackfillSteered>(item.event) ||
           std::holds_alternative<sched::TasksCleared>(item.event) ||
           std::holds_alternative<sched::TaskMarked>(item.event);
  });
  check_due(server, after);
  for (const auto& date : server.effects.backfill_dates) check_date(date, after);
  for (const auto& row : server.effects.backfills) {
    check_backfill(row, after);
    backfills_[row.id] = row;
  }
}

/// A run that is due and has room is made by the next step, whatever backfills do. One commit may
/// leave it: what ended in it can have made the room.
void Checker::check_due(const Server& server, const Database& after) {
  for (const auto& [id, row] : after.tables.dags) {
    const auto due = std::exchange(due_[id], WallTime::max());
    if (!row.active || row.paused || !row.next_tick) continue;
    if (row.next_tick->run_after > server.stepped_at.wall) continue;
    const auto open = std::ranges::count_if(after.tables.runs, [&](const auto& entry) {
      const sched::RunRow& run = entry.second;
      const bool waits = run.run_after > latest_;  // put off: it takes no place
      return run.key.dag_id == id && run.backfill.value == 0 &&
             ((run.state == RunState::queued && !waits) || run.state == RunState::running);
    });
    const auto& version = after.tables.versions.at({id, row.version});
    if (open >= version.definition->max_active_runs) continue;
    if (due == row.next_tick->run_after) {
      fail("S11", {id, {}, {}, -1}, "a run that is due is not made though there is room");
    }
    due_[id] = row.next_tick->run_after;
  }
}

void Checker::check_date(const sched::BackfillDateRow& date, const Database& after) {
  const auto& row = after.tables.backfills.at(date.id);
  sched::BackfillRow& before = backfills_[date.id];
  if (date.ordinal != before.made + 1) fail("S11", key_of(row), "a date is missing or doubled");
  before.made = date.ordinal;
  if (date.logical_date != date_of(row, date.ordinal, after)) {
    fail("S11", key_of(row), "date " + std::to_string(date.ordinal) + " is another one");
  }
  if (before.paused && row.paused && !steered_)
    fail("S18", key_of(row), "a paused backfill goes on");
  const auto run = after.tables.runs.find({row.dag_id, date.run_id});
  const bool made = run != after.tables.runs.end();
  if (made == !date.reason.empty()) fail("S11", key_of(row), "a date without a run or a reason");
  if (!made) {
    const bool taken = dates_[row.dag_id].contains(date.logical_date) ||
                       freed_.contains({row.dag_id, date.logical_date});
    if (!taken) fail("S11", key_of(row), "a free date was left out");
    return;
  }
  if (run->second.logical_date != date.logical_date) {
    fail("S11", key_of(row), "the run of a date has another one");
  }
}

void Checker::check_backfill(const sched::BackfillRow& row, const Database& after) {
  std::map<RunState, std::int32_t> runs;
  for (const auto& [key, run] : after.tables.runs) runs[run.state] += run.backfill == row.id;
  const bool cancelled = row.cause.starts_with("cancelled");
  const std::int32_t active = runs[RunState::queued] + runs[RunState::running];
  const bool was_over = backfills_[row.id].completed_at.has_value();
  const bool early = row.made < row.total || (active > 0 && !steered_);
  if (row.completed_at && !was_over && !cancelled && early) {
    fail("S10", key_of(row), "it was over before its runs");
  }
  if (!row.completed_at && row.made == row.total && active == 0) {
    fail("S10", key_of(row), "its runs have ended, but it has not");
  }
  if (row.completed_at) return;  // a later one may have taken its runs
  const bool right = runs[RunState::queued] == row.queued &&
                     runs[RunState::running] == row.running &&
                     runs[RunState::success] == row.success && runs[RunState::failed] == row.failed;
  if (!right) fail("S15", key_of(row), "its counts differ from its runs");
}

}  // namespace aiflow::sim
