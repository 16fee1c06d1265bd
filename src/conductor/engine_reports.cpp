// SPDX-License-Identifier: Apache-2.0
// What the executor reports, turned into events of the scheduler.
#include <algorithm>
#include <memory>
#include <utility>

#include "base/placement.h"
#include "conductor/detail/answer_xcom.h"
#include "conductor/detail/engine.h"
#include "conductor/detail/jobs.h"
#include "failpoint/failpoint.h"
#include "store/event_log.h"
#include "store/user_store.h"

namespace aiflow::conductor {
namespace {

/// As Airflow's; the column of MariaDB takes more.
constexpr std::size_t kXComKeyBytesMax = 512;

sched::TaskKey key_of(const executor::Attempt& attempt) {
  return detail::to_sched(store::from_wire(attempt.key));
}

/// The key under which a task's return value is published.
constexpr std::string_view kReturnValue = "return_value";
/// A year; the scheduler has the same limit.
constexpr std::int64_t kRetryDelayMsMax = std::int64_t{366} * 86'400'000;

/// Ten years: more is as good as none, and stays within the range of times.
constexpr std::int64_t kDeferralTimeoutMs = 10LL * 365 * 24 * 3600 * 1000;

std::optional<std::vector<TaskId>> branch_of(const wire::Finished& report) {
  if (!report.branch) return std::nullopt;
  std::vector<TaskId> ids;
  for (const std::string& id : *report.branch) ids.push_back(TaskId{id});
  return ids;
}

/// As in sched::AttemptFinished.
std::optional<std::int64_t> return_length(const wire::Finished& report) {
  for (const wire::XComEntry& entry : report.xcoms) {
    if (entry.key != kReturnValue) continue;
    if (entry.value.is_array()) return std::ssize(entry.value.as_array());
    if (entry.value.is_object()) return std::ssize(entry.value.as_object());
    return -1;
  }
  return std::nullopt;
}

/// What the scheduler is told of a deferral. Errors: invalid_argument.
Result<sched::Deferral> deferral_of(const wire::Finished& report) {
  if (!report.deferral) return fail(ErrorCode::invalid_argument, "it deferred without a trigger");
  const wire::Deferral& given = *report.deferral;
  sched::Deferral deferral{.trigger = json::write(given.trigger),
                           .words = {},
                           .next_method = given.next_method,
                           .next_kwargs = json::write(given.next_kwargs)};
  const std::size_t bytes =
      deferral.trigger.size() + deferral.next_kwargs.size() + deferral.next_method.size();
  if (bytes > trigger::kDeferralBytesMax) {
    return fail(ErrorCode::invalid_argument, "its trigger and arguments have " +
                                                 std::to_string(bytes) + " bytes; the limit is " +
                                                 std::to_string(trigger::kDeferralBytesMax));
  }
  AIFLOW_ASSIGN(const trigger::Trigger trigger, trigger::parse(given.trigger));
  if (std::holds_alternative<trigger::WebhookTrigger>(trigger)) {
    return fail(ErrorCode::invalid_argument, "a task cannot wait for a webhook");
  }
  deferral.words = trigger::describe(trigger);
  return deferral;
}

/// What is stored of a deferral that cannot be kept: nothing.
void refused_end(wire::Finished& report, const std::string& cause) {
  report.outcome = Outcome::failed;
  report.cause = cause;
  report.xcoms.clear();
}

/// A value whose name no database could keep is a failure of the task: a step with it would never
/// be stored.
void check_names(sched::AttemptFinished& event, wire::Finished& report) {
  for (const wire::XComEntry& entry : report.xcoms) {
    if (entry.key.size() <= kXComKeyBytesMax) continue;
    event.outcome = Outcome::failed;
    event.cause = "it published an XCom with a name of " + std::to_string(entry.key.size()) +
                  " bytes; the limit is " + std::to_string(kXComKeyBytesMax);
    return refused_end(report, event.cause);
  }
}

/// A deferral that cannot be kept is a failure of the task.
void add_deferral(sched::AttemptFinished& event, const wire::Finished& report) {
  auto deferral = deferral_of(report);
  if (!deferral) {
    event.outcome = Outcome::failed;
    event.cause = "it cannot be deferred: " + deferral.error().message;
    return;
  }
  event.deferral = std::make_shared<const sched::Deferral>(*std::move(deferral));
  if (report.deferral->timeout_ms) {
    event.deferral_timeout = std::chrono::milliseconds(
        std::clamp<std::int64_t>(*report.deferral->timeout_ms, 0, kDeferralTimeoutMs));
  }
}

/// More than these are not a task's outlets.
constexpr std::size_t kAssetsMax = 1000;

std::vector<sched::AssetChange> asset_changes(const wire::Finished& report) {
  std::vector<sched::AssetChange> changes;
  for (const wire::AssetEmit& said : report.assets.value_or(std::vector<wire::AssetEmit>{})) {
    const bool good = !said.name.empty() && said.name.size() <= dag::kAssetNameMax;
    if (!good || changes.size() == kAssetsMax) continue;
    const std::string extra = said.extra.is_object() ? json::write(said.extra) : "{}";
    changes.push_back({.asset = {said.name}, .extra = extra, .alias = said.alias});
  }
  return changes;
}

std::optional<Duration> retry_delay(const wire::Finished& report) {
  if (!report.retry_delay_ms) return std::nullopt;
  return std::chrono::milliseconds(
      std::clamp<std::int64_t>(*report.retry_delay_ms, 0, kRetryDelayMsMax));
}

}  // namespace

void Conductor::Engine::translate(detail::Batch& batch, detail::Report report) {
  const auto* of_executor = std::get_if<executor::Report>(&report);
  if (of_executor == nullptr) {
    on(batch, std::get<trigger::Fired>(report));
  } else {
    std::visit([&](const auto& one) { on(batch, one); }, *of_executor);
  }
  // Those that change rows are taken again if the commit fails.
  const bool passing =
      of_executor != nullptr && (std::holds_alternative<executor::Progress>(*of_executor) ||
                                 std::holds_alternative<executor::Used>(*of_executor) ||
                                 std::holds_alternative<executor::XComAsked>(*of_executor) ||
                                 std::holds_alternative<executor::RanAhead>(*of_executor));
  if (!passing) batch.reports.push_back(std::move(report));
}

void Conductor::Engine::on(detail::Batch& batch, const trigger::Fired& fired) {
  if (const auto watching = watchers_.find(fired.id)) return on_message(batch, *watching, fired);
  const auto waiting = waits_.find(fired.id);
  if (!waiting) return;  // cleared, marked or timed out meanwhile
  sched::TriggerFired event{.key = waiting->key,
                            .epoch = waiting->epoch,
                            .event = json::write(fired.event),
                            .error = fired.error};
  if (event.error.empty() && event.event.size() > trigger::kEventBytesMax) {
    event.error = "its event has " + std::to_string(event.event.size()) + " bytes; the limit is " +
                  std::to_string(trigger::kEventBytesMax);
    event.event.clear();
  }
  // Refused: its wait was given up in the same step, so the message goes to the next one.
  batch.add(std::move(event), [stored = fired.stored](const Result<sched::Reply>& reply) {
    if (stored && reply && reply->accepted) stored();
  });
}

void Conductor::Engine::on(detail::Batch& batch, const executor::Started& report) {
  const executor::Attempt& attempt = report.report.attempt;
  if (detail::is_notice(attempt.key)) return notice_started(batch, report);
  const sched::TaskKey key = key_of(attempt);
  const auto row = state_->instance_row(key);
  if (row && row->epoch == attempt.epoch) {
    book_.pids[detail::to_store(key)] = report.report.pid;
    if (row->state != TaskState::running) forget_progress(detail::to_store(key));
  }
  batch.add(sched::AttemptStarted{.key = key,
                                  .try_number = static_cast<int>(attempt.try_number),
                                  .epoch = attempt.epoch,
                                  .worker = report.receipt.worker,
                                  .started_at = report.report.at},
            [this, receipt = report.receipt, attempt](const Result<sched::Reply>& reply) {
              if (!reply) return;
              executor_.acknowledge(receipt, reply->accepted, reply->reason);
              if (reply->accepted) return;
              executor_.cancel({.attempt = attempt, .reason = reply->reason});
            });
  if (report.report.rendered) keep_rendered(batch, report.report);
}

void Conductor::Engine::on(detail::Batch& batch, const executor::Finished& report) {
  const wire::Finished& finished = report.report;
  if (detail::is_notice(finished.attempt.key)) return notice_finished(batch, report);
  const sched::TaskKey key = key_of(finished.attempt);
  end_cancel(batch, finished.attempt);
  const auto row = state_->instance_row(key);
  batch.ended.push_back({.event = batch.events.size(),
                         .report = finished,
                         .resumed = row && (row->deferral.value != nullptr || row->service),
                         .service = row && row->service});
  sched::AttemptFinished event{.key = key,
                               .try_number = static_cast<int>(finished.attempt.try_number),
                               .epoch = finished.attempt.epoch,
                               .worker = report.receipt.worker,
                               .outcome = finished.outcome,
                               .cause = finished.cause,
                               .branch = branch_of(finished),
                               .skip_all_downstream = finished.skip_all_downstream,
                               .reschedule_at = finished.reschedule_at,
                               .retry_delay = retry_delay(finished),
                               .ended_at = finished.ended_at,
                               .return_length = return_length(finished),
                               .assets = asset_changes(finished)};
  check_names(event, batch.ended.back().report);
  if (event.outcome == Outcome::deferred) {
    add_deferral(event, finished);
    if (event.outcome == Outcome::failed) refused_end(batch.ended.back().report, event.cause);
  }
  batch.add(std::move(event),
            [this, receipt = report.receipt, key](const Result<sched::Reply>& reply) {
              if (!reply) return;
              executor_.acknowledge(receipt, reply->accepted, reply->reason);
              // Refused: it was marked, cleared or deleted; what runs by now is another attempt.
              const auto left = reply->accepted ? std::nullopt : state_->instance_row(key);
              if (!left || left->state != TaskState::running) {
                forget_progress(detail::to_store(key));
              }
            });
}

void Conductor::Engine::on(detail::Batch& batch, const executor::StillRunning& report) {
  for (const executor::Attempt& attempt : report.attempts) {
    if (detail::is_notice(attempt.key)) {
      const std::string reason = "this callback is not wanted any more";
      if (notice_of(attempt) == nullptr) executor_.cancel({.attempt = attempt, .reason = reason});
      continue;
    }
    batch.add(
        sched::Heartbeat{.key = key_of(attempt), .epoch = attempt.epoch, .worker = report.worker},
        [this, attempt](const Result<sched::Reply>& reply) {
          if (!reply || reply->accepted) return;
          executor_.cancel({.attempt = attempt, .reason = reply->reason});
        });
  }
}

void Conductor::Engine::on(detail::Batch& batch, const executor::Lost& report) {
  if (detail::is_notice(report.attempt.key)) {
    if (notice_of(report.attempt) == nullptr) return;
    return notice_lost(batch, store::from_wire(report.attempt.key), report.reason);
  }
  end_cancel(batch, report.attempt);
  forget_progress(store::from_wire(report.attempt.key));
  batch.add(sched::AttemptLost{
      .key = key_of(report.attempt), .epoch = report.attempt.epoch, .cause = report.reason});
}

void Conductor::Engine::on(detail::Batch& batch, const executor::Gone& report) {
  end_cancel(batch, report.attempt);
}

void Conductor::Engine::end_cancel(detail::Batch& batch, const executor::Attempt& attempt) {
  const detail::AttemptId id{store::from_wire(attempt.key), attempt.epoch};
  if (book_.cancels.erase(id) == 0) return;
  batch.writes.push_back([id](detail::Writing& writing) -> Status {
    failpoint::reach("outbox.cancel_deleting");
    AIFLOW_TRY(
        store::RunStore(writing.db).delete_outbox(store::OutboxKind::cancel, id.first, id.second));
    failpoint::reach("outbox.cancel_deleted");
    return {};
  });
}

void Conductor::Engine::on(detail::Batch& batch, const executor::Serves& report) {
  report_service(
      batch,
      {.key = store::from_wire(report.attempt.key),
       .epoch = report.attempt.epoch,
       .state = report.state,
       .cause = report.cause,
       .value = report.value},
      [](const Result<bool>&) {});  // one that is refused is of an attempt that has ended
}

void Conductor::Engine::on(detail::Batch& batch, const executor::Waits& report) {
  if (detail::is_notice(report.attempt.key)) return;
  batch.add(
      sched::AttemptWaits{
          .key = key_of(report.attempt), .epoch = report.attempt.epoch, .cause = report.cause},
      [](const Result<sched::Reply>&) {});  // one that is refused has started or ended meanwhile
}

void Conductor::Engine::on(detail::Batch&, const executor::XComAsked& report) {
  const auto answer =
      store_.read([&](db::Connection& db) { return detail::answer_xcom(db, report.question); });
  const wire::XComValue none{.request_id = report.question.request_id, .found = false};
  executor_.answer(report.worker, answer ? *answer : none);
}

std::vector<WorkerOffer> Conductor::Engine::offers() const {
  std::vector<WorkerOffer> all;
  for (const auto& [id, offer] : workers_) all.push_back(offer);
  return all;
}

void Conductor::Engine::on(detail::Batch& batch, const executor::WorkerChanged& report) {
  const wire::Worker& worker = report.worker;
  WorkerOffer& offered = workers_[WorkerId{worker.worker_id}];
  offered = executor::offer_of(worker);
  if (worker.state != "connected" || worker.cordoned) offered.slots = 0;  // whatever it has
  const bool gone = worker.state == "gone";
  if (gone) workers_.erase(WorkerId{worker.worker_id});
  away_.erase(WorkerId{worker.worker_id});
  if (worker.state == "lost" || worker.state == "revoked")
    away_[WorkerId{worker.worker_id}] = worker.last_seen;
  // Kept when it has gone: the lease of its last attempt may end behind that.
  if (worker.state == "connected") shut_out_.erase(WorkerId{worker.worker_id});
  if (!report.shut_out.empty()) shut_out_[WorkerId{worker.worker_id}] = report.shut_out;
  const auto island = worker.labels.find(kIslandLabel);
  if (worker.state == "connected" && island != worker.labels.end()) {
    owe_pictures([&](const IslandRunKey& key) { return key.second == island->second; });
  }
  if (gone) notices_of_lost_worker(batch, worker.worker_id);
  slots_sum_ = 0;
  for (const auto& [id, offer] : workers_) slots_sum_ += offer.slots;
  batch.add(sched::WorkersChanged{.workers = offers(), .shut_out = shut_out_});
  batch.unstored.push_back({.id = 0,
                            .kind = std::string(store::kind::worker),
                            .at = clock_.now(),
                            .data = wire::to_json(worker)});
  const bool changed = gone ? book_.workers.erase(worker.worker_id) > 0
                            : book_.workers.emplace(worker.worker_id, worker.executors).second;
  if (!changed) return;
  json::Value known = json::object({});
  for (const auto& [id, executors] : book_.workers) {
    json::Array names;
    for (const std::string& name : executors) names.emplace_back(name);
    known.set(id, json::Value(std::move(names)));
  }
  batch.writes.push_back([text = json::write(known)](detail::Writing& writing) {
    return store::UserStore(writing.db).set_setting(std::string(kWorkersSetting), text);
  });
}

Result<std::vector<WorkerId>> workers_before(store::Store& store, std::string_view executor) {
  AIFLOW_ASSIGN(const auto text, store.read([](db::Connection& db) {
    return store::UserStore(db).setting(std::string(kWorkersSetting));
  }));
  std::vector<WorkerId> workers;
  if (!text) return workers;
  AIFLOW_ASSIGN(const json::Value known, json::parse(*text));
  if (!known.is_object()) return workers;  // of an earlier version
  for (const auto& [id, executors] : known.as_object()) {
    if (!executors.is_array()) continue;
    const bool is_of_it = std::ranges::any_of(executors.as_array(), [&](const json::Value& one) {
      return one.is_string() && one.as_string() == executor;
    });
    if (is_of_it) workers.push_back(WorkerId{std::string(id)});
  }
  return workers;
}

}  // namespace aiflow::conductor
