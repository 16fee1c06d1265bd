// SPDX-License-Identifier: Apache-2.0
// A DAG's callbacks: sent to a worker like jobs, until one has said how it ended. A notice is
// stored with the change that it belongs to, so it is run at least once; a crash may run it twice,
// under the same name (S16).
#include <algorithm>
#include <utility>

#include "conductor/detail/engine.h"
#include "conductor/detail/jobs.h"
#include "conductor/detail/loader.h"
#include "store/event_log.h"
#include "store/notice_store.h"

namespace aiflow::conductor {
namespace {

constexpr auto kSendAgain = std::chrono::seconds(10);
constexpr int kAttemptsMax = 3;

}  // namespace

detail::PendingNotice* Conductor::Engine::notice_of(const executor::Attempt& attempt) {
  const auto found = book_.notices.find(store::from_wire(attempt.key));
  const bool current = found != book_.notices.end() && found->second.row.attempts == attempt.epoch;
  return current ? &found->second : nullptr;
}

void Conductor::Engine::send_notices(SteadyTime now) {
  for (auto& [key, pending] : book_.notices) {
    if (pending.claimed) continue;  // its worker has it, or is reported gone
    const bool due = pending.send_again_at <= now;
    if (due) pending.send_again_at = now + kSendAgain;
    send_at_ = std::min(send_at_, pending.send_again_at);
    if (!due) continue;
    auto run = state_->run_row(detail::to_sched(pending.row.run));
    if (!run) {  // it has ended long ago
      auto loaded = detail::load_run(store_, book_, pending.row.run);
      if (!loaded) continue;
      run = loaded->run;
    }
    const detail::Definition* definition = book_.definition(key.dag_id, run->dag_version);
    if (definition == nullptr) continue;
    wire::Job job = detail::make_notice_job({.notice = pending.row,
                                             .run = *run,
                                             .definition = *definition,
                                             .dag_file = book_.dags[key.dag_id].row.fileloc,
                                             .data_dir = options_.data_dir});
    if (options_.sign_token) job.token = options_.sign_token(job);
    static_cast<void>(executor_.submit(std::move(job)));
  }
}

void Conductor::Engine::store_notice(detail::Batch& batch, const store::NoticeRow& row) {
  batch.writes.push_back([row](detail::Writing& writing) -> Status {
    store::NoticeStore notices(writing.db);
    AIFLOW_ASSIGN(const auto known, notices.find(row.run, row.name));
    if (!known) return {};  // its run was deleted
    AIFLOW_TRY(notices.put(row));
    return writing.log(store::kind::notice, wire::to_json(store::to_wire(row)));
  });
}

void Conductor::Engine::notice_started(detail::Batch& batch, const executor::Started& report) {
  detail::PendingNotice* pending = notice_of(report.report.attempt);
  const bool wanted = pending != nullptr;
  if (wanted) {
    pending->claimed = true;
    pending->row.state = "running";
    pending->row.worker_id = report.receipt.worker.value;
    pending->row.started_at = clock_.now();
    store_notice(batch, pending->row);
  }
  batch.after.push_back([this, receipt = report.receipt, attempt = report.report.attempt,
                         wanted](const Result<sched::Reply>& reply) {
    if (!reply) return;
    const std::string reason = wanted ? "" : "this callback is not wanted any more";
    executor_.acknowledge(receipt, wanted, reason);
    if (!wanted) executor_.cancel({.attempt = attempt, .reason = reason});
  });
}

void Conductor::Engine::notice_finished(detail::Batch& batch, const executor::Finished& report) {
  const wire::Finished& finished = report.report;
  const detail::PendingNotice* pending = notice_of(finished.attempt);
  const bool wanted = pending != nullptr;
  if (wanted) {
    store::NoticeRow row = pending->row;
    row.state = finished.outcome == Outcome::success ? "success" : "failed";
    row.cause = finished.cause;
    row.ended_at = clock_.now();
    if (!row.started_at) row.started_at = finished.started_at;
    store_notice(batch, row);
    book_.notices.erase(store::from_wire(finished.attempt.key));
  }
  batch.after.push_back(
      [this, receipt = report.receipt, wanted](const Result<sched::Reply>& reply) {
        if (reply)
          executor_.acknowledge(receipt, wanted, wanted ? "" : "it is not wanted any more");
      });
}

void Conductor::Engine::notice_lost(detail::Batch& batch, const store::TaskKey& key,
                                    const std::string& reason) {
  detail::PendingNotice& pending = book_.notices.at(key);
  pending.claimed = false;
  pending.send_again_at = {};
  send_at_ = SteadyTime::min();
  pending.row.cause = reason;
  pending.row.worker_id = "";
  const bool again = pending.row.attempts < kAttemptsMax;
  pending.row.state = again ? "waiting" : "failed";
  if (again) ++pending.row.attempts;
  if (!again) pending.row.ended_at = clock_.now();
  store_notice(batch, pending.row);
  if (!again) book_.notices.erase(key);
}

void Conductor::Engine::notices_of_lost_worker(detail::Batch& batch, const std::string& worker) {
  std::vector<store::TaskKey> keys;
  for (const auto& [key, pending] : book_.notices) {
    if (pending.claimed && pending.row.worker_id == worker) keys.push_back(key);
  }
  for (const store::TaskKey& key : keys) {
    notice_lost(batch, key, "worker '" + worker + "' is gone");
  }
}

}  // namespace aiflow::conductor
