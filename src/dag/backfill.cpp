// SPDX-License-Identifier: Apache-2.0
#include "dag/backfill.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/assert.h"

namespace aiflow::dag {
namespace {

constexpr std::int32_t kBlock = 256;
constexpr std::array<std::pair<Reprocess, std::string_view>, 3> kNames = {
    {{Reprocess::none, "none"},
     {Reprocess::failed, "failed"},
     {Reprocess::completed, "completed"}}};

Status refuse(std::string message) { return fail(ErrorCode::invalid_argument, std::move(message)); }

/// Airflow's `periodic`: a schedule that knows its dates beforehand.
bool has_dates(const Schedule& schedule) {
  return schedule.kind == ScheduleKind::cron || schedule.kind == ScheduleKind::interval ||
         schedule.kind == ScheduleKind::events;
}

bool asks_past(const Task& task) { return task.depends_on_past || task.wait_for_downstream; }

/// The dates of a backfill are the schedule's: neither the DAG's own dates nor its tasks' bound
/// them, and every one counts.
Dag only_schedule(const Dag& dag, const BackfillRange& range) {
  Dag made;
  made.schedule = dag.schedule;
  made.timezone = dag.timezone;
  made.compat = dag.compat;
  made.catchup = true;
  made.start_date = range.from;
  made.end_date = range.to;
  return made;
}

}  // namespace

std::string_view to_string(Reprocess reprocess) {
  return std::ranges::find(kNames, reprocess, &decltype(kNames)::value_type::first)->second;
}

std::optional<Reprocess> parse_reprocess(std::string_view text) {
  const auto* const found = std::ranges::find(kNames, text, &decltype(kNames)::value_type::second);
  if (found == kNames.end()) return std::nullopt;
  return found->first;
}

std::string_view why_left_alone(RunState state, Reprocess reprocess) {
  if (state != RunState::success && state != RunState::failed) return "in flight";
  const bool again = reprocess == Reprocess::completed ||
                     (reprocess == Reprocess::failed && state == RunState::failed);
  return again ? "" : "already exists";
}

Status check_backfill(const Dag& dag, const BackfillRange& range) {
  const std::string name = "dag '" + dag.dag_id.value + "'";
  if (!has_dates(dag.schedule)) {
    return refuse(name + " has no schedule of dates to backfill");
  }
  if (range.from > range.to) return refuse("from_date is after to_date");
  if (range.from >= range.asked_at) return refuse("a backfill is of the past: from_date is not");
  if (range.max_active_runs < 1 || range.max_active_runs > kBackfillActiveRunsMax) {
    return refuse("max_active_runs is from 1 to " + std::to_string(kBackfillActiveRunsMax));
  }
  if (std::ranges::none_of(dag.tasks, asks_past)) return {};
  if (range.newest_first) {
    return refuse(name + " has tasks with depends_on_past: they cannot run backwards");
  }
  if (range.reprocess != Reprocess::none) return {};
  return refuse(name +
                " has tasks with depends_on_past: set reprocess_behavior to failed or completed");
}

BackfillDates::BackfillDates(const Dag& dag, const BackfillRange& range, UtcOffset offset)
    : schedule_(only_schedule(dag, range)),
      asked_at_(range.asked_at),
      newest_first_(range.newest_first),
      offset_(std::move(offset)) {
  for (auto tick = after(std::nullopt); tick && total_ <= kBackfillDatesMax; tick = after(tick)) {
    if (total_ % kBlock == 0) marks_.push_back(*tick);
    ++total_;
  }
}

std::optional<Tick> BackfillDates::after(const std::optional<Tick>& last) const {
  auto tick = next_tick(schedule_, last, asked_at_, offset_);
  if (!tick || tick->interval_end >= asked_at_) return std::nullopt;
  return tick;
}

Tick BackfillDates::at(std::int32_t ordinal) {
  AIFLOW_ASSERT(ordinal >= 1 && ordinal <= total_);
  const auto index = static_cast<std::size_t>(newest_first_ ? total_ - ordinal : ordinal - 1);
  if (block_.empty() || block_at_ != index / kBlock) {
    block_at_ = index / kBlock;
    block_ = {marks_[block_at_]};
    while (block_.size() < static_cast<std::size_t>(kBlock)) {
      const auto tick = after(block_.back());
      if (!tick) break;
      block_.push_back(*tick);
    }
  }
  return block_.at(index % kBlock);
}

}  // namespace aiflow::dag
