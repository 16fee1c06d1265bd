// SPDX-License-Identifier: Apache-2.0
// The loop: drain, step, commit, perform, tell.
#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "conductor/detail/dag_folder.h"
#include "conductor/detail/engine.h"
#include "conductor/detail/jobs.h"
#include "conductor/detail/loader.h"
#include "conductor/detail/recorder.h"
#include "failpoint/failpoint.h"
#include "store/event_log.h"

namespace aiflow::conductor {
namespace {

constexpr std::size_t kRequestsMax = 10'000;
/// Attempts that wait at the executor, so that a free slot is filled without a commit in between.
constexpr std::int32_t kQueueAhead = 32;
/// So many waiting attempts a slot last longer than Options::patience, however short they are: a
/// task needs 2 ms at least.
constexpr std::int32_t kBacklogPerSlot = 5;
constexpr auto kWaitMax = std::chrono::seconds(1);
/// What is in the outbox is offered again after so long: the receiver knows what it has.
constexpr auto kSendAgain = std::chrono::seconds(10);
constexpr auto kSendAgainRefused = std::chrono::seconds(1);
constexpr auto kRetryPause = std::chrono::milliseconds(500);
constexpr int kTriggeringEventsMax = 1000;
constexpr std::int64_t kEventsKept = 200'000;
constexpr std::int64_t kCommitsBetweenPrunes = 1'000;

bool is_patient(const executor::Report& report, bool has_backlog) {
  if (std::holds_alternative<executor::Finished>(report)) return has_backlog;
  return std::holds_alternative<executor::Started>(report) ||
         std::holds_alternative<executor::StillRunning>(report) ||
         std::holds_alternative<executor::Gone>(report);
}

}  // namespace

Conductor::Engine::Engine(const Clock& clock, store::Store& store, executor::Executor& executor,
                          Options options)
    : clock_(clock),
      store_(store),
      executor_(executor),
      options_(std::move(options)),
      left_(options_.left_before),
      inbox_(kRequestsMax),
      waits_(store, options_.triggers,
             [this](trigger::Fired fired) { inbox_.push(std::move(fired), false); }),
      watchers_(options_.triggers) {}

Status Conductor::Engine::open() {
  if (options_.triggers != nullptr) {
    AIFLOW_TRY(options_.triggers->start(
        [this](trigger::Fired fired) { inbox_.push(std::move(fired), false); }));
  }
  // The DAG folders may be others than last time.
  AIFLOW_TRY(store_.transact([&](db::Connection& db) {
    return store::DagStore(db).place(
        [&](const std::string& file) { return detail::dag_folder_of(file, options_.dag_folders); });
  }));
  if (!left_.workers.empty()) {
    left_until_ = clock_.steady_now() + std::chrono::milliseconds(left_.lease_ms);
  }
  AIFLOW_TRY(restore());
  std::vector<executor::Held> running;
  for (const sched::TaskInstanceRow& row : state_->rows().instances) {
    if (row.state != TaskState::running && row.state != TaskState::restarting) continue;
    running.push_back(
        {.attempt = {store::to_wire(detail::to_store(row.key)), row.try_number, row.epoch},
         .executor = executor_of(row),
         .worker = row.worker,
         .has_served =
             row.service.value_or(sched::ServiceState::starting) != sched::ServiceState::starting});
  }
  executor_.reconcile(running);
  // What was queued goes to the executor before any worker can ask.
  send_pending(clock_.steady_now());
  return executor_.start([this](executor::Report report) {
    const bool patient = is_patient(report, has_backlog_);
    inbox_.push(std::move(report), patient);
  });
}

std::string Conductor::Engine::executor_of(const sched::TaskInstanceRow& row) const {
  const store::TaskKey key = detail::to_store(row.key);
  const auto run = state_->run_row(detail::to_sched(key.run()));
  const detail::Definition* definition =
      run ? book_.definition(key.dag_id, run->dag_version) : nullptr;
  const dag::Task* task = definition == nullptr ? nullptr : definition->find(key.task_id);
  return task == nullptr ? Placement{}.executor : detail::executor_of(*task, row);
}

Status Conductor::Engine::restore() {
  failpoint::reach("conductor.restoring");
  AIFLOW_ASSIGN(detail::Loaded loaded, detail::load(store_));
  AIFLOW_ASSIGN(
      sched::State state,
      sched::restore(
          loaded.rows,
          {.lease = options_.lease,
           .island_lease = options_.island_lease,
           .left_to = left_to(),
           .left_for = std::chrono::milliseconds(left_.lease_ms),
           .queue_ahead = kQueueAhead,
           .workers = offers(),
           .max_map_length = options_.max_map_length,
           .zone = options_.zone,
           .stored_run = [this](const DagId& dag_id, WallTime date,
                                const RunId& run_id) { return stored_run({dag_id, run_id}, date); },
           .mean_runtime =
               [this](const sched::RuntimeQuestion& question) { return mean_runtime(question); }},
          now()));
  state_.emplace(std::move(state));
  book_ = std::move(loaded.book);
  waits_.restore(loaded.rows);
  watchers_.follow(book_.dags);
  send_at_ = SteadyTime::min();
  failpoint::reach("conductor.restored");
  return {};
}

std::optional<sched::RunLoaded> Conductor::Engine::stored_run(const store::RunKey& key,
                                                              WallTime date) {
  auto found = detail::load_run_on(store_, book_, key, date);
  if (found) return *std::move(found);
  read_error_ = std::move(found).error();
  return std::nullopt;
}

std::optional<Duration> Conductor::Engine::mean_runtime(const sched::RuntimeQuestion& question) {
  auto found = store_.read([&](db::Connection& db) {
    return store::RunStore(db).mean_runtime({.dag_id = question.dag_id,
                                             .ended_by = question.ended_by,
                                             .runs_max = question.runs_max,
                                             .runs_min = question.runs_min});
  });
  if (found) return *found;
  read_error_ = std::move(found).error();
  return std::nullopt;
}

void Conductor::Engine::start() {
  thread_ = std::jthread([this] { run(); });
}

void Conductor::Engine::stop() {
  if (stopping_.exchange(true)) return;
  inbox_.close();
  executor_.stop();
  if (thread_.joinable()) thread_.join();
  if (options_.triggers != nullptr) options_.triggers->stop();
  for (detail::Item& item : inbox_.take_all()) {
    if (auto* request = std::get_if<detail::Request>(&item)) {
      request->refuse({ErrorCode::cancelled, "the server is stopping"});
    }
  }
}

void Conductor::Engine::run() {
  while (!stopping_) cycle(inbox_.wait(time_to_wait(), options_.patience));
}

bool Conductor::Engine::run_pending() { return cycle(inbox_.take_all()); }

Duration Conductor::Engine::time_to_wait() const {
  const sched::Now at = now();
  // Wall clocks jump, so a wait for one is never long.
  Duration wait = kWaitMax;
  const auto until = [&](SteadyTime time) {
    wait = std::min(wait, time <= at.steady ? Duration{0} : time - at.steady);
  };
  if (!state_ || !again_.empty()) {
    until(retry_at_);
    return wait;
  }
  if (send_at_ != SteadyTime::max()) until(send_at_);
  if (show_at_ != SteadyTime::max()) until(show_at_);
  if (const SteadyTime retry = watchers_.retry_at(); retry != SteadyTime::max()) until(retry);
  const sched::Wakeup wakeup = state_->next_wakeup();
  if (wakeup.steady) until(*wakeup.steady);
  if (wakeup.wall) wait = std::min(wait, std::max(Duration{0}, *wakeup.wall - at.wall));
  return wait;
}

bool Conductor::Engine::cycle(std::vector<detail::Item> items) {
  detail::Batch batch;
  const bool may_try = clock_.steady_now() >= retry_at_;
  if (!state_ && may_try) {
    if (Status restored = restore(); !restored) fall_back(batch, restored.error());
  }
  const bool can_work = state_.has_value() && (again_.empty() || may_try);
  if (can_work && clock_.steady_now() >= left_until_) forget_left_behind(batch);
  if (can_work) {
    for (detail::Report& report : std::exchange(again_, {})) translate(batch, std::move(report));
  }
  for (detail::Item& item : items) {
    auto* request = std::get_if<detail::Request>(&item);
    if (request == nullptr && can_work) {
      translate(batch, std::move(std::get<detail::Report>(item)));
    } else if (request == nullptr) {
      again_.push_back(std::move(std::get<detail::Report>(item)));
    } else if (state_) {
      request->prepare(batch);
    } else {
      request->refuse({ErrorCode::unavailable, trouble()});
    }
  }
  if (!items.empty()) failpoint::reach("conductor.taken");
  const bool did_step = state_ && step(batch);
  if (state_ && clock_.steady_now() >= send_at_) send_pending(clock_.steady_now());
  if (state_) send_pictures(clock_.steady_now());
  if (clock_.steady_now() >= watchers_.retry_at()) watchers_.retry(clock_.steady_now());
  has_backlog_ = std::ssize(book_.submits) >= kBacklogPerSlot * std::max(slots_sum_, 1);
  return did_step || !items.empty();
}

bool Conductor::Engine::step(detail::Batch& batch) {
  const SteadyTime begin = clock_.steady_now();
  const sched::Effects effects = sched::step(*state_, batch.events, now());
  const SteadyTime decided = clock_.steady_now();
  AIFLOW_ASSERT(effects.replies.size() == batch.events.size());
  if (read_error_) {  // it decided without knowing
    fall_back(batch, *std::exchange(read_error_, std::nullopt));
    return true;
  }
  std::vector<wire::StreamEvent> events;
  const bool writes =
      !effects.empty() || !batch.writes.empty() || !batch.ended.empty() || !batch.then.empty();
  if (writes) {
    failpoint::reach("conductor.writing");
    if (Status done = commit(batch, effects, events); !done) {
      fall_back(batch, done.error());
      return true;
    }
    failpoint::reach("conductor.committed");
    if (options_.on_step) {
      options_.on_step({.decide = decided - begin, .commit = clock_.steady_now() - decided});
    }
  }
  set_trouble("");
  // Jobs first: a free slot waits for them.
  for (const sched::SubmitJob& submit : effects.submits) {
    static_cast<void>(send_job(detail::to_store(submit.key)));
  }
  if (!effects.cancels.empty() || !effects.notices.empty()) send_pending(clock_.steady_now());
  if (!batch.handlers.empty()) failpoint::reach("conductor.answering");
  for (std::size_t i = 0; i < batch.handlers.size(); ++i) {
    if (batch.handlers[i]) batch.handlers[i](effects.replies[i]);
  }
  for (const auto& handler : batch.after) handler(sched::Reply{});
  if (!batch.handlers.empty()) failpoint::reach("conductor.answered");
  // After the handlers: a message that a wait has stored is confirmed before the wait is given up.
  waits_.follow(effects, *state_);
  if (!effects.dags.empty()) watchers_.follow(book_.dags);
  note_decisions(batch, effects);
  events.insert(events.end(), std::make_move_iterator(batch.unstored.begin()),
                std::make_move_iterator(batch.unstored.end()));
  publish(events);
  if (writes) failpoint::reach("conductor.published");
  return writes;
}

Status Conductor::Engine::commit(const detail::Batch& batch, const sched::Effects& effects,
                                 std::vector<wire::StreamEvent>& events) {
  return store_.transact([&](db::Connection& db) -> Status {
    events.clear();  // of a transaction that is run again
    detail::Writing writing{.db = db, .now = clock_.now(), .events = events};
    AIFLOW_TRY(detail::record(writing, book_, batch, effects));
    failpoint::reach("conductor.written");
    if (++commits_ % kCommitsBetweenPrunes != 0) return {};
    return store::EventLog(db).prune(kEventsKept);
  });
}

void Conductor::Engine::fall_back(detail::Batch& batch, const Error& error) {
  // Memory is ahead of the disk, or the commit's result is not known: the disk decides.
  state_.reset();
  retry_at_ = clock_.steady_now() + kRetryPause;
  set_trouble(error.message);
  const Error told{ErrorCode::unavailable, "the change could not be stored: " + error.message};
  for (const auto& handler : batch.handlers) {
    if (handler) handler(fail(told));
  }
  for (const auto& handler : batch.after) handler(fail(told));
  std::move(batch.reports.begin(), batch.reports.end(), std::back_inserter(again_));
  batch = detail::Batch{};
}

void Conductor::Engine::send_pending(SteadyTime now) {
  send_at_ = SteadyTime::max();
  std::vector<store::TaskKey> due;
  for (const auto& [key, submit] : book_.submits) {
    if (submit.send_again_at <= now) due.push_back(key);
  }
  for (const store::TaskKey& key : due) static_cast<void>(send_job(key));
  for (const auto& [key, submit] : book_.submits) {
    send_at_ = std::min(send_at_, submit.send_again_at);
  }
  for (auto& [attempt, cancel] : book_.cancels) {
    if (cancel.send_again_at <= now) {
      cancel.send_again_at = now + kSendAgain;
      failpoint::reach("conductor.cancelling");
      executor_.cancel(
          {.attempt = {store::to_wire(attempt.first), cancel.try_number, attempt.second},
           .reason = cancel.reason,
           .grace = grace_of(attempt.first)});
      failpoint::reach("conductor.cancelled");
    }
    send_at_ = std::min(send_at_, cancel.send_again_at);
  }
  send_notices(now);
}

/// What its task has from SIGTERM to SIGKILL.
Duration Conductor::Engine::grace_of(const store::TaskKey& key) const {
  const auto run = state_->run_row(detail::to_sched(key.run()));
  const auto* definition = run ? book_.definition(key.dag_id, run->dag_version) : nullptr;
  const dag::Task* task = definition == nullptr ? nullptr : definition->find(key.task_id);
  return task == nullptr ? dag::Task{}.stop_grace : task->stop_grace;
}

Status Conductor::Engine::send_job(const store::TaskKey& key) {
  const auto pending = book_.submits.find(key);
  const auto task = state_->instance_row(detail::to_sched(key));
  const auto run = state_->run_row(detail::to_sched(key.run()));
  if (pending == book_.submits.end() || !task || !run) return {};
  const detail::Definition* definition = book_.definition(key.dag_id, run->dag_version);
  AIFLOW_ASSERT(definition != nullptr);
  wire::Job job = detail::make_job({.task = *task,
                                    .run = *run,
                                    .definition = *definition,
                                    .dag_file = book_.dags[key.dag_id].row.fileloc,
                                    .data_dir = options_.data_dir,
                                    .use_cache = !book_.uncached.contains(key.run())});
  Status sent;
  if (run->run_type == RunType::asset_triggered) sent = add_triggering_events(job, key.run());
  if (options_.sign_token) job.token = options_.sign_token(job);
  add_picture(job, *run);
  failpoint::reach("conductor.submitting");
  if (sent) sent = executor_.submit(std::move(job));
  failpoint::reach("conductor.submitted");
  const Duration pause = sent ? Duration(kSendAgain) : Duration(kSendAgainRefused);
  pending->second.send_again_at = clock_.steady_now() + pause;
  send_at_ = std::min(send_at_, pending->second.send_again_at);
  return sent;
}

Status Conductor::Engine::add_triggering_events(wire::Job& job, const store::RunKey& run) {
  AIFLOW_ASSIGN(const auto events, store_.read([&](db::Connection& db) {
    return store::AssetStore(db).consumed(run, kTriggeringEventsMax);
  }));
  std::vector<wire::TriggeringEvent>& made = job.triggering_asset_events.emplace();
  for (const store::AssetEventRow& event : events) {
    const auto asset = book_.assets.find(event.asset.value);
    made.push_back(
        {.name = event.asset.value,
         .uri = asset == book_.assets.end() ? event.asset.value : asset->second.first.uri,
         .extra = event.extra,
         .timestamp = event.at,
         .source_dag_id = event.source.dag_id.value,
         .source_run_id = event.source.run_id.value,
         .source_task_id = event.source.task_id.value,
         .source_map_index = event.source.map_index});
  }
  return {};
}

void Conductor::Engine::publish(const std::vector<wire::StreamEvent>& events) {
  if (options_.on_changes && !events.empty()) options_.on_changes(events);
}

void Conductor::Engine::set_trouble(std::string trouble) {
  const std::scoped_lock lock(trouble_mutex_);
  trouble_ = std::move(trouble);
}

std::string Conductor::Engine::trouble() const {
  const std::scoped_lock lock(trouble_mutex_);
  return trouble_;
}

void Conductor::Engine::request(detail::Request request) {
  if (inbox_.push(request)) return;
  request.refuse(stopping_ ? Error{ErrorCode::cancelled, "the server is stopping"}
                           : Error{ErrorCode::unavailable, "too many requests are waiting"});
}

std::optional<wire::ProgressInfo> Conductor::Engine::progress(const store::TaskKey& key) const {
  const std::scoped_lock lock(progress_mutex_);
  const auto found = progress_.find(key);
  return found == progress_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace aiflow::conductor
