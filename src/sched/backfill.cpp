// SPDX-License-Identifier: Apache-2.0
// Backfills: one date after the other becomes a run, as the backfill's own limit has room. Airflow
// makes all runs at the start; here a run is made when it can start, so a long backfill costs no
// memory and what happens meanwhile (a run by hand on one of its dates, a new version) counts.
#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "sched/detail/load_run.h"
#include "sched/detail/stepper.h"
#include "sched/planted_bug.h"

namespace aiflow::sched::detail {
namespace {

std::string name_of(const BackfillRow& row) { return "backfill " + std::to_string(row.id.value); }

Backfill* find_backfill(DagState& dag_state, dag::BackfillId id) {
  const auto it = dag_state.backfills.find(id);
  return it == dag_state.backfills.end() ? nullptr : &it->second;
}

/// Its queued run that comes first.
Run* first_queued(DagState& dag_state, dag::BackfillId id) {
  Run* first = nullptr;
  for (const auto& [order, run] : dag_state.runs) {
    if (run->row.state != RunState::queued || run->row.backfill != id) continue;
    if (first == nullptr || run->row.ordinal < first->row.ordinal) first = run.get();
  }
  return first;
}

}  // namespace

Reply Stepper::apply(const BackfillAsked& event) {
  BackfillRow row = event.backfill;
  DagState* dag_state = model_.find_dag(row.dag_id);
  if (dag_state == nullptr || !dag_state->row.active) {
    return refuse(ErrorCode::not_found, "dag " + quoted(row.dag_id.value) + " is not known");
  }
  for (const auto& [id, other] : dag_state->backfills) {
    if (!other.open()) continue;
    return refuse(ErrorCode::conflict, "dag " + quoted(row.dag_id.value) + " has " +
                                           name_of(other.row) + ", which is not over; cancel it, " +
                                           "or wait for its end");
  }
  const dag::Dag& definition = *dag_state->current().definition;
  if (Status good = dag::check_backfill(definition, row.range); !good) {
    return refuse(good.error().code, good.error().message);
  }
  Backfill backfill;
  backfill.version = dag_state->versions.at(dag_state->row.version);
  backfill.dates.emplace(definition, row.range, zone_of(definition));
  row.total = backfill.dates->total();
  if (row.total == 0) {
    return refuse(ErrorCode::invalid_argument,
                  "the schedule has no run between these dates whose interval is over");
  }
  if (row.total > dag::kBackfillDatesMax) {
    return refuse(ErrorCode::invalid_argument, "these are more than " +
                                                   std::to_string(dag::kBackfillDatesMax) +
                                                   " runs; ask for a shorter time");
  }
  row.dag_version = dag_state->row.version;
  row.cause = by("asked for", row.user);
  row.completed_at.reset();
  row.made = row.skipped = row.queued = row.running = row.success = row.failed = 0;
  backfill.row = std::move(row);
  const dag::BackfillId id = backfill.row.id;
  touch(dag_state->backfills.emplace(id, std::move(backfill)).first->second);
  start_later(*dag_state);
  return {};
}

Reply Stepper::apply(const BackfillSteered& event) {
  using Action = BackfillSteered::Action;
  DagState* dag_state = model_.find_dag(event.dag_id);
  Backfill* found = dag_state == nullptr ? nullptr : find_backfill(*dag_state, event.id);
  if (found == nullptr || !found->open()) {
    return refuse(ErrorCode::conflict, "backfill " + std::to_string(event.id.value) + " is over");
  }
  Backfill& backfill = *found;
  if (event.action == Action::cancel) {
    const Why why{by(name_of(backfill.row) + " cancelled", event.user), event.user};
    backfill.row.paused = true;
    complete(backfill, {by("cancelled", event.user), event.user});
    while (Run* run = first_queued(*dag_state, event.id)) mark_run(*run, RunState::failed, why);
    return {};
  }
  const bool paused = event.action == Action::pause;
  if (backfill.row.paused == paused) return {};
  backfill.row.paused = paused;
  backfill.row.cause = by(paused ? "paused" : "unpaused", event.user);
  touch(backfill);
  start_later(*dag_state);
  return {};
}

/// Goes on as far as its limit allows; ends it when nothing is left.
void Stepper::advance(DagState& dag_state, Backfill& backfill) {
  start_queued(dag_state, backfill);
  if (!backfill.open()) return;
  const BackfillRow& row = backfill.row;
  const bool may_make = !row.paused && !dag_state.row.paused && dag_state.row.active;
  const bool ignore = planted(PlantedBug::backfill_limit_ignored);
  while (may_make && row.made < row.total &&
         (ignore || backfill.active() < row.range.max_active_runs)) {
    if (runs_left_-- <= 0) {
      model_.to_continue.insert(dag_state.row.dag_id);
      return;
    }
    make_date(dag_state, backfill);
  }
  const bool done = row.made == row.total && backfill.active() == 0;
  if (done && !planted(PlantedBug::backfill_never_ends)) {
    complete(backfill, {"all its runs have ended"});
  }
}

/// Runs wait here for a moment when they are made, and when they are cleared.
void Stepper::start_queued(DagState& dag_state, Backfill& backfill) {
  const BackfillRow& row = backfill.row;
  const bool held = dag_state.row.paused || (backfill.open() && row.paused);
  const bool ignore = planted(PlantedBug::backfill_limit_ignored);
  while (!held && row.queued > 0 && (ignore || row.running < row.range.max_active_runs)) {
    Run* first = first_queued(dag_state, row.id);
    if (first == nullptr) return;
    start_run(*first, name_of(row) + " has room for it");
  }
}

void Stepper::make_date(DagState& dag_state, Backfill& backfill) {
  BackfillRow& row = backfill.row;
  const dag::Tick tick = dates_of(backfill).at(row.made + 1);
  ++row.made;
  touch(backfill);
  BackfillDateRow date{row.id, row.made, tick.logical_date, {}, {}};
  RunId run_id = made_run_id("backfill", tick.logical_date);
  Run* run = find_run_on(dag_state, tick.logical_date, run_id);
  std::optional<RunLoaded> stored;
  if (run == nullptr) stored = stored_run_on(dag_state, tick.logical_date, run_id);
  if (run == nullptr && !stored) {
    date.run_id = run_id;
    make_run(dag_state, backfill, tick, std::move(run_id));
  } else {
    const RunState state = run != nullptr ? run->row.state : stored->run.state;
    date.reason = dag::why_left_alone(state, row.range.reprocess);
    // A run that is left alone may be the past that the next one asks about.
    const bool needed = date.reason.empty() || dag_state.current().has_past_deps;
    if (stored && needed) {
      static_cast<void>(apply(*stored));
      run = model_.find_run(stored->run.key);
    }
    if (date.reason.empty() && run == nullptr) date.reason = "unknown";
    if (date.reason.empty()) {
      date.run_id = run->row.key.run_id;
      run_again(backfill, *run);
    } else {
      ++row.skipped;
    }
  }
  out_.backfill_dates.push_back(std::move(date));
}

void Stepper::make_run(DagState& dag_state, Backfill& backfill, const dag::Tick& tick,
                       RunId run_id) {
  RunRow run;
  run.key = {dag_state.row.dag_id, std::move(run_id)};
  run.run_type = RunType::backfill;
  run.logical_date = tick.logical_date;
  run.interval_start = tick.interval_start;
  run.interval_end = tick.interval_end;
  run.run_after = tick.run_after;
  run.conf = backfill.row.conf;
  run.triggered_by = backfill.row.user;
  run.backfill = backfill.row.id;
  run.ordinal = backfill.row.made;
  run.cause = "number " + std::to_string(run.ordinal) + " of " + name_of(backfill.row);
  create_run(dag_state, std::move(run));
}

/// A finished run becomes one of the backfill's: all its tasks are cleared.
void Stepper::run_again(Backfill& backfill, Run& run) {
  DagState& dag_state = *run.owner;
  const BackfillRow& row = backfill.row;
  if (Backfill* before = dag_state.backfill_of(run)) --before->runs;  // it keeps what it counted
  run.row.backfill = row.id;
  run.row.ordinal = row.made;
  run.row.run_type = RunType::backfill;
  if (row.conf != "{}") run.row.conf = row.conf;
  ++backfill.runs;
  Model::count_run(run, +1);
  const Why why{"number " + std::to_string(run.row.ordinal) + " of " + name_of(row), row.user};
  std::vector<InstanceIndex> all(run.instances.size());
  std::iota(all.begin(), all.end(), InstanceIndex{0});
  for (const InstanceIndex at : all) clear_task(run, at, why);
  void_ahead(run, all);
  reopen(run, why);
}

void Stepper::complete(Backfill& backfill, const Why& why) {
  backfill.row.completed_at = now_.wall;
  backfill.row.cause = why.cause;
  backfill.dates.reset();
  backfill.version.reset();
  touch(backfill);
}

dag::BackfillDates& Stepper::dates_of(Backfill& backfill) const {
  if (!backfill.dates) {
    const dag::Dag& definition = *backfill.version->definition;
    backfill.dates.emplace(definition, backfill.row.range, zone_of(definition));
  }
  return *backfill.dates;
}

}  // namespace aiflow::sched::detail
