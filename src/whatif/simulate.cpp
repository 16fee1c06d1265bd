// SPDX-License-Identifier: Apache-2.0
#include "whatif/simulate.h"

#include <algorithm>
#include <queue>
#include <tuple>
#include <utility>

#include "sched/step.h"

namespace aiflow::whatif {
namespace {

/// Longer than any period: nobody sends heartbeats here.
constexpr Duration kLease = std::chrono::hours(24 * 3650);
/// Steps at one moment without an end are a bug of the scheduler, not a long period.
constexpr int kStepsAtOnceMax = 1'000'000;

const WorkerId kWorker{"simulated"};

/// An attempt that runs until `at`.
struct Running {
  WallTime at;
  std::size_t served;  ///< its place in Simulated::tries; also the order of equal times
  sched::Epoch epoch = 0;
  bool operator>(const Running& other) const {
    return std::tie(at, served) > std::tie(other.at, other.served);
  }
};

class Simulation {
 public:
  explicit Simulation(const Workload& workload)
      : workload_(workload), now_(workload.from), arrivals_(workload.runs) {
    std::ranges::stable_sort(arrivals_, {}, &RunPast::arrives);
    for (const RunPast& run : arrivals_) pasts_[run.key] = &run;
    for (const DagPast& past : workload.dags) dags_[past.definition->dag_id] = &past;
  }

  Result<Simulated> run();

 private:
  Result<sched::State> begin() const;
  [[nodiscard]] sched::Now now() const {
    return {now_, SteadyTime{} + (now_ - workload_.from) + std::chrono::seconds(1)};
  }
  std::vector<sched::Event> due();
  void take(const sched::Effects& effects);
  void start(const sched::SubmitJob& submit);
  [[nodiscard]] bool is_service(const sched::TaskKey& key) const;
  void note_run(const sched::RunRow& row);
  [[nodiscard]] const TaskPast* past_of(const sched::TaskKey& key) const;
  [[nodiscard]] Try try_of(const sched::TaskKey& key, std::int32_t try_number) const;
  [[nodiscard]] sched::AttemptFinished finish(const Running& running) const;
  [[nodiscard]] std::optional<WallTime> next_moment() const;
  void conclude();

  const Workload& workload_;
  WallTime now_;
  std::vector<RunPast> arrivals_;
  std::size_t arrived_ = 0;
  bool schedules_ended_ = false;
  std::map<sched::RunKey, const RunPast*> pasts_;
  std::map<DagId, const DagPast*> dags_;
  std::optional<sched::State> state_;
  std::priority_queue<Running, std::vector<Running>, std::greater<>> running_;
  std::vector<sched::Event> started_;  ///< claims of what was submitted in the last step
  std::map<sched::RunKey, std::size_t> run_at_;
  std::map<std::pair<sched::TaskKey, sched::Epoch>, std::size_t> served_at_;
  Simulated out_;
};

Result<sched::State> Simulation::begin() const {
  sched::Rows rows;
  rows.pools = workload_.pools;
  for (const DagPast& past : workload_.dags) {
    auto definition = past.definition;
    auto copy = std::make_shared<dag::Dag>(*definition);
    if (!workload_.by_schedule) copy->schedule = {};  // runs come at their times, none besides
    for (dag::Task& task : copy->tasks) task.placement = {};  // all slots are alike here
    definition = std::move(copy);
    rows.dags.push_back({.dag_id = definition->dag_id,
                         .paused = past.paused && workload_.by_schedule,
                         .version = 1,
                         .next_tick = workload_.by_schedule ? past.next_tick : std::nullopt});
    rows.versions.push_back({.version = 1, .definition = std::move(definition)});
  }
  return sched::restore(
      rows, {.lease = kLease, .workers = {{.slots = workload_.slots}}, .zone = workload_.zone},
      now());
}

const TaskPast* Simulation::past_of(const sched::TaskKey& key) const {
  const auto run = pasts_.find({key.dag_id, key.run_id});
  if (run == pasts_.end()) return nullptr;
  const auto task = run->second->tasks.find({key.task_id, key.map_index});
  return task == run->second->tasks.end() ? nullptr : &task->second;
}

Try Simulation::try_of(const sched::TaskKey& key, std::int32_t try_number) const {
  if (const TaskPast* past = past_of(key); past != nullptr && !past->tries.empty()) {
    const std::size_t last = past->tries.size() - 1;
    return past->tries[std::min(static_cast<std::size_t>(std::max(try_number, 1)) - 1, last)];
  }
  const auto dag = dags_.find(key.dag_id);
  if (dag != dags_.end()) {
    const auto usual = dag->second->usual.find(key.task_id);
    if (usual != dag->second->usual.end()) return {.took = usual->second};
  }
  return {.took = workload_.unknown};
}

void Simulation::start(const sched::SubmitJob& submit) {
  const auto row = state_->instance_row(submit.key);
  const Try attempt = try_of(submit.key, submit.try_number);
  const WallTime ends = now_ + std::max(attempt.took, Duration{1});
  running_.push({.at = ends, .served = out_.tries.size(), .epoch = submit.epoch});
  served_at_[{submit.key, submit.epoch}] = out_.tries.size();
  out_.tries.push_back({.key = submit.key,
                        .pool = row ? row->pool : PoolName{},
                        .try_number = submit.try_number,
                        .ready = row && row->scheduled_at ? *row->scheduled_at : now_,
                        .started = now_,
                        .ended = ends});
  started_.emplace_back(sched::AttemptStarted{.key = submit.key,
                                              .try_number = submit.try_number,
                                              .epoch = submit.epoch,
                                              .worker = kWorker});
  if (is_service(submit.key)) {
    started_.emplace_back(sched::ServiceReported{.key = submit.key,
                                                 .epoch = submit.epoch,
                                                 .state = sched::ServiceState::serving,
                                                 .cause = "serving"});
  }
}

/// Services serve from their start on here.
bool Simulation::is_service(const sched::TaskKey& key) const {
  const auto dag = dags_.find(key.dag_id);
  if (dag == dags_.end()) return false;
  const auto& tasks = dag->second->definition->tasks;
  const auto task = std::ranges::find(tasks, key.task_id, &dag::Task::task_id);
  return task != tasks.end() && task->is_service;
}

sched::AttemptFinished Simulation::finish(const Running& running) const {
  const Served& served = out_.tries[running.served];
  sched::AttemptFinished event{.key = served.key,
                               .try_number = served.try_number,
                               .epoch = running.epoch,
                               .worker = kWorker,
                               .outcome = try_of(served.key, served.try_number).outcome,
                               .ended_at = now_};
  const TaskPast* past = past_of(served.key);
  if (past == nullptr || event.outcome != Outcome::success) return event;
  event.branch = past->branch;
  event.skip_all_downstream = past->skip_all_downstream;
  event.return_length = past->return_length;
  return event;
}

/// The events of this moment.
std::vector<sched::Event> Simulation::due() {
  std::vector<sched::Event> events = std::exchange(started_, {});
  while (!running_.empty() && running_.top().at <= now_) {
    events.emplace_back(finish(running_.top()));
    running_.pop();
  }
  for (; arrived_ < arrivals_.size() && arrivals_[arrived_].arrives <= now_; ++arrived_) {
    const RunPast& run = arrivals_[arrived_];
    events.emplace_back(sched::RunTriggered{
        .key = run.key, .run_type = run.run_type, .logical_date = run.logical_date});
  }
  if (workload_.by_schedule && !schedules_ended_ && now_ >= workload_.to) {
    schedules_ended_ = true;
    for (const auto& [dag_id, past] : dags_) events.emplace_back(sched::DagRemoved{dag_id});
  }
  return events;
}

void Simulation::note_run(const sched::RunRow& row) {
  const auto [place, is_new] = run_at_.try_emplace(row.key, out_.runs.size());
  if (is_new) out_.runs.push_back({.key = row.key, .arrived = row.queued_at});
  RunServed& run = out_.runs[place->second];
  run.state = row.state;
  run.ended = row.ended_at;
}

void Simulation::take(const sched::Effects& effects) {
  for (const sched::RunRow& row : effects.runs) note_run(row);
  for (const sched::SubmitJob& submit : effects.submits) start(submit);
  for (const sched::CancelAttempt& cancel : effects.cancels) {
    // Its process ends at once here; what it would still have done is void by its epoch.
    const auto served = served_at_.find({cancel.key, cancel.epoch});
    if (served != served_at_.end()) out_.tries[served->second].ended = now_;
    started_.emplace_back(sched::AttemptFinished{.key = cancel.key,
                                                 .try_number = cancel.try_number,
                                                 .epoch = cancel.epoch,
                                                 .worker = kWorker,
                                                 .outcome = Outcome::killed});
  }
}

std::optional<WallTime> Simulation::next_moment() const {
  std::optional<WallTime> next;
  const auto at = [&](WallTime time) { next = next ? std::min(*next, time) : time; };
  if (!started_.empty()) at(now_);
  if (!running_.empty()) at(running_.top().at);
  if (arrived_ < arrivals_.size()) at(arrivals_[arrived_].arrives);
  if (workload_.by_schedule && !schedules_ended_) at(workload_.to);
  const sched::Wakeup wakeup = state_->next_wakeup();
  // Of the schedules beyond the period nothing comes any more.
  if (wakeup.wall && !schedules_ended_) at(*wakeup.wall);
  if (wakeup.steady && *wakeup.steady < SteadyTime{} + kLease) {
    at(now_ + std::max(Duration{0}, *wakeup.steady - now().steady));
  }
  return next ? std::optional(std::max(*next, now_)) : std::nullopt;
}

void Simulation::conclude() {
  for (const sched::TaskInstanceRow& row : state_->rows().instances) {
    if (row.state == TaskState::scheduled) ++out_.never_started;
  }
  for (const Served& served : out_.tries) out_.ended = std::max(out_.ended, served.ended);
  std::ranges::stable_sort(out_.tries, {}, &Served::started);
}

Result<Simulated> Simulation::run() {
  if (workload_.slots < 1) {
    return fail(ErrorCode::invalid_argument, "a simulation needs at least one slot");
  }
  AIFLOW_ASSIGN(state_, begin());
  int steps_at_once = 0;
  while (true) {
    const auto events = due();
    take(sched::step(*state_, events, now()));
    if (out_.tries.size() > kAttemptsMax) {
      return fail(ErrorCode::invalid_argument,
                  "the period has more than " + std::to_string(kAttemptsMax) +
                      " attempts: choose a shorter one, or fewer DAGs");
    }
    const auto next = next_moment();
    if (!next) break;
    steps_at_once = *next == now_ ? steps_at_once + 1 : 0;
    if (steps_at_once > kStepsAtOnceMax) {
      return fail(ErrorCode::internal, "the simulation does not get on at " + format_time(now_));
    }
    now_ = *next;
  }
  conclude();
  return std::move(out_);
}

}  // namespace

Result<Simulated> simulate(const Workload& workload) { return Simulation(workload).run(); }

}  // namespace aiflow::whatif
