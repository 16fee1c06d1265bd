// SPDX-License-Identifier: Apache-2.0
// Runs: made by a schedule or by hand, started as max_active_runs allows, ended when all their
// instances have.
#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "sched/detail/load_run.h"
#include "sched/detail/stepper.h"
#include "sched/planted_bug.h"

namespace aiflow::sched::detail {
namespace {

constexpr std::size_t kRunIdMax = 250;

bool run_id_ok(std::string_view id) {
  const auto ok = [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || std::string_view("_.~:+-").contains(c);
  };
  return !id.empty() && id.size() <= kRunIdMax && std::ranges::all_of(id, ok);
}

bool is_open(const Run& run) { return !run.finished(); }

bool any_failed(const Run& run, TaskIndex task) {
  return run.count(task, TaskState::failed) + run.count(task, TaskState::upstream_failed) > 0;
}

RunState leaf_state(const Run& run) {
  if (planted(PlantedBug::run_ignores_failed_leaf)) return RunState::success;
  const auto failed = [&](TaskIndex leaf) { return any_failed(run, leaf); };
  const bool bad = std::ranges::any_of(run.version->topology.leaves(), failed);
  return bad ? RunState::failed : RunState::success;
}

/// The failed instance of a task.
InstanceIndex failed_instance(const Run& run, TaskIndex task) {
  std::uint32_t i = 0;
  while (!is_failed(run.instances[run.at(task, i)].state)) ++i;
  return run.at(task, i);
}

/// The instance that a failed leaf failed for: itself, or the failed one before it.
InstanceIndex culprit_of(const Run& run, TaskIndex leaf) {
  const auto failed = [&](TaskIndex task) { return any_failed(run, task); };
  TaskIndex at = leaf;
  while (run.instances[failed_instance(run, at)].state == TaskState::upstream_failed) {
    const auto before = run.version->topology.upstream(at);
    const auto found = std::ranges::find_if(before, failed);
    if (found == before.end()) break;
    at = *found;
  }
  return failed_instance(run, at);
}

std::string leaf_cause(const Run& run) {
  for (const TaskIndex leaf : run.version->topology.leaves()) {
    if (!any_failed(run, leaf)) continue;
    const InstanceIndex culprit = culprit_of(run, leaf);
    return "task " + name_of(run, culprit) + " ended as " +
           std::string(to_string(run.instances[culprit].state));
  }
  return "all tasks at the end of the DAG succeeded or were skipped";
}

/// Services that serve tasks which have not ended.
std::uint32_t serving_others(const Run& run) {
  const auto serves = [&](const Instance& instance) {
    return instance.service == ServiceState::serving &&
           !run.version->topology.service_users(instance.task).empty();
  };
  return static_cast<std::uint32_t>(std::ranges::count_if(run.instances, serves));
}

/// An open run asks about it, or the next one will: the last run of the schedule or of a backfill
/// before each of them.
bool is_asked_about(const DagState& dag_state, const Run& run) {
  auto later = dag_state.runs.upper_bound(run.order());
  for (; later != dag_state.runs.end(); ++later) {
    if (is_open(*later->second)) return true;
    if (later->second->row.run_type != RunType::manual) return false;
  }
  return true;
}

}  // namespace

RunId made_run_id(std::string_view type, WallTime time) {
  std::string text = format_time(time);
  text.pop_back();
  if (text.ends_with(".000000")) text.resize(text.size() - 7);
  return {std::string(type) + "__" + text + "+00:00"};
}

/// The run in memory that has this logical date or this id.
Run* Stepper::find_run_on(DagState& dag_state, WallTime date, const RunId& run_id) {
  auto it = dag_state.runs.lower_bound({date, 0});
  for (; it != dag_state.runs.end() && it->first.first == date; ++it) {
    if (it->second->row.logical_date == date) return it->second.get();
  }
  const auto found = dag_state.run_index.find(run_id);
  return found == dag_state.run_index.end() ? nullptr : found->second;
}

/// The same of a run that was let go.
std::optional<RunLoaded> Stepper::stored_run_on(const DagState& dag_state, WallTime date,
                                                const RunId& run_id) const {
  if (!model_.options.stored_run) return std::nullopt;
  return model_.options.stored_run(dag_state.row.dag_id, date, run_id);
}

bool Stepper::run_with_id(const DagState& dag_state, const RunId& run_id) const {
  return dag_state.run_index.contains(run_id) ||
         stored_run_on(dag_state, WallTime::min(), run_id).has_value();
}

/// The row of either.
std::optional<RunRow> Stepper::run_row_on(DagState& dag_state, WallTime date, const RunId& run_id) {
  if (const Run* run = find_run_on(dag_state, date, run_id)) return run->row;
  if (auto stored = stored_run_on(dag_state, date, run_id)) return std::move(stored->run);
  return std::nullopt;
}

Reply Stepper::apply(const RunTriggered& event) {
  DagState* dag_state = model_.find_dag(event.key.dag_id);
  if (dag_state == nullptr || !dag_state->row.active) {
    return refuse(ErrorCode::not_found, "dag " + quoted(event.key.dag_id.value) + " is not known");
  }
  const dag::Dag& definition = *dag_state->current().definition;
  WallTime date = event.logical_date.value_or(event.run_after.value_or(now_.wall));
  RunRow row;
  row.key = event.key;
  const auto make_id = [&] {
    if (event.key.run_id.value.empty())
      row.key.run_id = made_run_id(to_string(event.run_type), date);
  };
  make_id();
  if (!run_id_ok(row.key.run_id.value)) {
    return refuse(ErrorCode::invalid_argument,
                  "a run id has 1 to 250 of the characters A-Z a-z 0-9 _ . ~ : + -");
  }
  while (const auto other = run_row_on(*dag_state, date, row.key.run_id)) {
    if (other->logical_date != date) {
      return refuse(ErrorCode::conflict, "run " + quoted(row.key.run_id.value) + " exists already");
    }
    if (event.logical_date) {
      return refuse(ErrorCode::conflict, "a run with this logical date exists");
    }
    date += Duration(1);  // two runs by hand in one microsecond
    make_id();
  }
  const dag::Tick tick = dag::manual_tick(definition, date, zone_of(definition));
  row.run_type = event.run_type;
  row.logical_date = date;
  row.interval_start = tick.interval_start;
  row.interval_end = tick.interval_end;
  row.run_after = now_.wall;
  row.conf = event.conf;
  row.triggered_by = event.user;
  row.cause = by("triggered", event.user);
  if (event.run_type == RunType::manual) {
    // As in Airflow: not before its run_after, nor before its logical date.
    row.run_after = std::max(
        {now_.wall, event.logical_date.value_or(now_.wall), event.run_after.value_or(now_.wall)});
    if (row.run_after > now_.wall) row.cause += "; it starts at " + format_time(row.run_after);
  }
  create_run(*dag_state, std::move(row));
  return {};
}

Reply Stepper::apply(const RunLoaded& event) {
  if (model_.find_run(event.run.key) != nullptr) return {};
  if (!load_version(model_, event.version)) {
    return refuse(ErrorCode::not_found,
                  "dag of run " + quoted(event.run.key.run_id.value) + " is not known");
  }
  if (event.backfill) load_backfill(model_, *event.backfill);
  auto status = load_run(model_, event.run, event.instances, now_);
  if (!status) return refuse(status.error().code, status.error().message);
  return {};
}

/// `row` lacks number, version and queued_at.
Run& Stepper::create_run(DagState& dag_state, RunRow row) {
  row.number = ++dag_state.row.last_run_number;
  row.dag_version = dag_state.row.version;
  row.queued_at = now_.wall;
  row.state = RunState::queued;
  Run& run = model_.add_run(dag_state, std::move(row));
  if (dag_state.backfill_of(run) != nullptr) Model::count_run(run, +1);
  model_.arm_deadlines(run);
  touch(dag_state);
  touch(run);
  for (TaskIndex task = 0; task < run.instances.size(); ++task) {
    if (outside_dates(run, task)) {
      set_state(run, task, TaskState::removed, {kOutsideDates});
    }
    touch(run, task);
  }
  expand_literals(run);
  out_.changes.push_back({Change::Kind::run,
                          {run.row.key.dag_id, run.row.key.run_id, {}, -1},
                          "",
                          "queued",
                          0,
                          0,
                          run.row.cause,
                          run.row.triggered_by,
                          now_.wall});
  start_later(dag_state);
  return run;
}

/// Runs that were put off until now wait for their turn like others.
void Stepper::call_up_runs() {
  while (!model_.starts.empty() && model_.starts.begin()->first <= now_.wall) {
    Run& run = *model_.runs.at(model_.starts.begin()->second);
    Model::count_run(run, -1);
    model_.put_off(run, false);
    Model::count_run(run, +1);
    start_later(*run.owner);
  }
}

void Stepper::create_due_runs() {
  while (!model_.schedule.empty() && model_.schedule.begin()->first <= now_.wall) {
    DagState& dag_state = model_.dags.at(model_.schedule.begin()->second);
    const dag::Dag& definition = *dag_state.current().definition;
    dag::Tick tick = *dag_state.row.next_tick;
    if (definition.schedule.kind == dag::ScheduleKind::continuous) {
      // Planned when the run before it was made; its interval goes on until now.
      const auto now = dag::next_tick(definition, dag_state.row.last_tick, now_.wall);
      tick = now.value_or(tick);
    } else if (!definition.catchup) {  // of several that are due only the latest is made
      const auto later = dag::next_tick(definition, tick, now_.wall, zone_of(definition));
      if (later && later->run_after <= now_.wall) tick = *later;
    }
    create_scheduled_run(dag_state, tick);
  }
}

void Stepper::create_scheduled_run(DagState& dag_state, const dag::Tick& tick) {
  RunRow row;
  row.key = {dag_state.row.dag_id, made_run_id("scheduled", tick.logical_date)};
  row.run_type = RunType::scheduled;
  row.logical_date = tick.logical_date;
  row.interval_start = tick.interval_start;
  row.interval_end = tick.interval_end;
  row.run_after = tick.run_after;
  row.cause = "due by the schedule";
  dag_state.row.last_tick = tick;
  const auto other = run_row_on(dag_state, tick.logical_date, row.key.run_id);
  if (!other) create_run(dag_state, std::move(row));
  plan_schedule(dag_state);
}

void Stepper::plan_schedule(DagState& dag_state) {
  const dag::Dag& definition = *dag_state.current().definition;
  dag_state.row.next_tick =
      dag::next_tick(definition, dag_state.row.last_tick, now_.wall, zone_of(definition));
  touch(dag_state);
  model_.arm_schedule(dag_state);
}

void Stepper::start_runs(DagState& dag_state) {
  make_asset_run(dag_state);
  const std::int32_t limit = dag_state.current().definition->max_active_runs;
  const bool ignore = planted(PlantedBug::run_limit_ignored);
  while (!dag_state.row.paused && (ignore || dag_state.runs_running < limit)) {
    Run* first = nullptr;
    for (const auto& [order, run] : dag_state.runs) {
      if (run->row.state != RunState::queued || run->row.backfill.value != 0) continue;
      if (run->put_off && !planted(PlantedBug::put_off_starts)) continue;
      const auto rank = [](const Run& r) { return RunOrder{r.row.run_after, r.row.number}; };
      if (first == nullptr || rank(*run) < rank(*first)) first = run.get();
    }
    if (first == nullptr) break;
    start_run(*first, "max_active_runs has room for it");
  }
  for (auto& [id, backfill] : dag_state.backfills) advance(dag_state, backfill);
  model_.arm_schedule(dag_state);
}

void Stepper::start_run(Run& run, const std::string& why) {
  run.row.started_at = now_.wall;
  set_run_state(run, RunState::running, {"started; " + why});
  const auto timeout = run.version->definition->dagrun_timeout;
  if (timeout) model_.arm_run(run, now_.steady + *timeout);
  push_all(run);
  if (run.row.clear_number > 0) note_expansions(run);
  check_later(run);
}

void Stepper::check_runs() {
  for (Run* run : std::exchange(runs_to_check_, {})) {
    run->to_check = false;
    check_run(*run);
  }
}

void Stepper::check_run(Run& run) {
  if (run.row.state != RunState::running) return;
  if (run.unfinished() == 0) return end_run(run, leaf_state(run), {leaf_cause(run)});
  if (!deadlocked(run)) return;
  for (InstanceIndex at = 0; at < run.instances.size(); ++at) {
    const TaskState state = run.instances[at].state;
    if (is_finished(state) || state == TaskState::running) continue;
    set_state(run, at, TaskState::upstream_failed, {"deadlock: it can never run"});
  }
  if (run.unfinished() > 0) return;  // services that drain now
  end_run(run, RunState::failed, {"deadlock: no task that is left can ever run"});
}

/// A finished run whose instances were marked: its state follows them.
void Stepper::follow_leaves(Run& run, const Why& why) {
  const RunState state = leaf_state(run);
  if (state != run.row.state) set_run_state(run, state, why);
}

/// Nothing is active but services that serve what is left, and that waits for its relatives,
/// whenever its next try is due.
bool Stepper::deadlocked(const Run& run) const {
  const std::uint32_t waiting = run.count(TaskState::no_status) +
                                run.count(TaskState::up_for_retry) +
                                run.count(TaskState::up_for_reschedule);
  const std::uint32_t serving = run.version->topology.has_services() ? serving_others(run) : 0;
  if (waiting == 0 || waiting + serving != run.unfinished()) return false;
  for (InstanceIndex at = 0; at < run.instances.size(); ++at) {
    const Instance& instance = run.instances[at];
    if (is_finished(instance.state)) continue;
    if (instance.state == TaskState::running) continue;
    if (instance.in_worklist) return false;
    const dag::Task& spec = run.spec(at);
    // Limits hold back what is scheduled, not what has no status: other than in Airflow, where such
    // a run stays open for ever, they do not matter here.
    if (spec.depends_on_past || spec.wait_for_downstream) return false;
    const Verdict verdict = decide(run, at);
    const bool relatives = verdict.kind == Verdict::Kind::wait &&
                           verdict.reason != Reason::paused && verdict.reason != Reason::timer;
    if (!relatives) return false;
  }
  return true;
}

void Stepper::end_run(Run& run, RunState state, const Why& why) {
  run.row.ended_at = now_.wall;
  if (!run.row.started_at) run.row.started_at = now_.wall;
  set_run_state(run, state, why);
  note_end(run, why);
  model_.arm_run(run, kNoTime);
  count_failure(*run.owner, state);
}

void Stepper::set_run_state(Run& run, RunState state, const Why& why) {
  DagState& dag_state = *run.owner;
  const RunState from = run.row.state;
  Model::count_run(run, -1);
  run.row.state = state;
  model_.put_off(run, is_for_later(run.row));
  Model::count_run(run, +1);
  if (Backfill* backfill = dag_state.backfill_of(run)) touch(*backfill);
  run.row.cause = why.cause;
  model_.arm_deadlines(run);
  touch(run);
  out_.changes.push_back({Change::Kind::run,
                          {run.row.key.dag_id, run.row.key.run_id, {}, -1},
                          std::string(to_string(from)),
                          std::string(to_string(state)),
                          0,
                          0,
                          why.cause,
                          why.user,
                          now_.wall});
  if (state == RunState::running) return;
  start_later(dag_state);
}

void Stepper::time_out(Run& run) {
  const std::string cause = "dagrun_timeout passed";
  for (InstanceIndex at = 0; at < run.instances.size(); ++at) {
    Instance& instance = run.instances[at];
    if (is_finished(instance.state)) continue;
    if (is_active(instance.state)) cancel(run, at, cause);
    new_epoch(instance);
    set_state(run, at, TaskState::skipped, {cause});
  }
  end_run(run, RunState::failed, {cause});
}

void Stepper::count_failure(DagState& dag_state, RunState state) {
  std::int32_t& failed = dag_state.row.consecutive_failed_runs;
  const std::int32_t before = failed;
  failed = state == RunState::failed ? failed + 1 : 0;
  if (failed != before) touch(dag_state);
  const std::int32_t limit = dag_state.current().definition->max_consecutive_failed_dag_runs;
  if (limit == 0 || failed < limit || dag_state.row.paused) return;
  set_paused(dag_state, true, {std::to_string(failed) + " runs failed one after the other"});
}

/// Drops the oldest finished runs from memory, and the backfills that are over with them. A DAG
/// that asks about the past keeps more, and what it asks about.
void Stepper::let_go(DagState& dag_state) {
  const bool past = dag_state.current().has_past_deps;
  const std::size_t kept = past ? kPastRunsKept : kFinishedRunsKept;
  std::vector<Run*> finished;
  for (const auto& [order, run] : dag_state.runs) {
    if (dag_state.runs.size() > kept && run->finished()) finished.push_back(run.get());
  }
  const auto number = [](const Run* run) { return run->row.number; };
  std::ranges::sort(finished, {}, number);
  for (std::size_t i = 0; i + kept < finished.size(); ++i) {
    if (!past || !is_asked_about(dag_state, *finished[i])) model_.drop_run(*finished[i]);
  }
  std::erase_if(dag_state.backfills,
                [](const auto& entry) { return !entry.second.open() && entry.second.runs == 0; });
}

dag::UtcOffset Stepper::zone_of(const dag::Dag& definition) const {
  return model_.options.zone ? model_.options.zone(dag::schedule_zone(definition))
                             : dag::UtcOffset{};
}

}  // namespace aiflow::sched::detail
