// SPDX-License-Identifier: Apache-2.0
// Who is told what: the DAG's callbacks when a run has ended, and deadlines that a run misses.
// A notice belongs to a change of this step; its name is the same if the step is done again.
#include <algorithm>

#include "sched/detail/stepper.h"
#include "sched/planted_bug.h"

namespace aiflow::sched::detail {

namespace {

/// Asked anew each time: what had ended when the run was queued stays the same, over restarts too.
std::optional<WallTime> by_average(const Options& options, const Run& run,
                                   const dag::Deadline& deadline) {
  if (!options.mean_runtime) return std::nullopt;
  const auto mean = options.mean_runtime({.dag_id = run.row.key.dag_id,
                                          .ended_by = run.row.queued_at,
                                          .runs_max = deadline.runs_max,
                                          .runs_min = deadline.runs_min});
  if (!mean) return std::nullopt;
  return run.row.queued_at + *mean + deadline.interval;
}

/// nullopt: it has none, as too few runs have succeeded.
std::optional<WallTime> deadline_of(const Options& options, const Run& run, std::size_t index) {
  const dag::Deadline& deadline = run.version->definition->deadlines[index];
  switch (deadline.reference) {
    case dag::DeadlineReference::average_runtime: return by_average(options, run, deadline);
    case dag::DeadlineReference::logical_date: return run.order().first + deadline.interval;
    case dag::DeadlineReference::queued_at: return run.row.queued_at + deadline.interval;
    case dag::DeadlineReference::fixed: return deadline.at + deadline.interval;
  }
  return std::nullopt;
}

}  // namespace

void Model::arm_deadlines(Run& run) {
  if (run.deadline_armed) deadlines.erase({*run.deadline_armed, run.uid});
  run.deadline_armed.reset();
  if (run.finished()) return;
  for (std::size_t i = 0; i < run.version->definition->deadlines.size(); ++i) {
    if (((run.row.deadlines_missed >> i) & 1U) != 0) continue;
    const auto at = deadline_of(options, run, i);
    if (at && (!run.deadline_armed || *at < *run.deadline_armed)) run.deadline_armed = at;
  }
  if (run.deadline_armed) deadlines.insert({*run.deadline_armed, run.uid});
}

/// The run has ended by itself: of one that a person ended nobody is told.
void Stepper::note_end(const Run& run, const Why& why) {
  if (!why.user.empty()) return;
  const dag::Dag& definition = *run.version->definition;
  const bool success = run.row.state == RunState::success;
  if (success ? !definition.has_success_callback : !definition.has_failure_callback) return;
  RunNotice notice;
  notice.run = run.row.key;
  notice.kind = success ? RunNotice::Kind::success : RunNotice::Kind::failure;
  notice.name = (success ? "success." : "failure.") + std::to_string(run.row.clear_number);
  notice.reason = why.cause;
  out_.notices.push_back(std::move(notice));
}

void Stepper::fire_deadlines() {
  while (!model_.deadlines.empty() && model_.deadlines.begin()->first <= now_.wall) {
    miss_deadlines(*model_.runs.at(model_.deadlines.begin()->second));
  }
}

void Stepper::miss_deadlines(Run& run) {
  const auto& deadlines = run.version->definition->deadlines;
  for (std::size_t i = 0; i < deadlines.size(); ++i) {
    if (((run.row.deadlines_missed >> i) & 1U) != 0) continue;
    const auto at = deadline_of(model_.options, run, i);
    if (!at || *at > now_.wall) continue;
    run.row.deadlines_missed |= 1U << i;
    const std::string state(to_string(run.row.state));
    const std::string name = deadlines[i].name.empty() ? "" : " " + quoted(deadlines[i].name);
    RunNotice notice;
    notice.run = run.row.key;
    notice.kind = RunNotice::Kind::deadline;
    notice.deadline = i;
    notice.name = "deadline." + std::to_string(i) + "." + std::to_string(run.row.clear_number);
    notice.reason = "deadline" + name + " of " + format_time(*at) + " missed";
    notice.due_at = at;
    out_.changes.push_back({Change::Kind::run,
                            {run.row.key.dag_id, run.row.key.run_id, {}, -1},
                            state,
                            state,
                            0,
                            0,
                            notice.reason,
                            "",
                            now_.wall});
    out_.notices.push_back(std::move(notice));
  }
  touch(run);
  model_.arm_deadlines(run);
}

}  // namespace aiflow::sched::detail
