// SPDX-License-Identifier: Apache-2.0
#include "executor/fake_executor.h"

#include <algorithm>
#include <utility>

namespace aiflow::executor {
namespace {

bool same(const Attempt& a, const Attempt& b) { return a.key == b.key && a.epoch == b.epoch; }

bool erase(std::vector<Attempt>& from, const Attempt& attempt) {
  return std::erase_if(from, [&](const Attempt& one) { return same(one, attempt); }) > 0;
}

const WorkerId kWorker{"fake"};

}  // namespace

void FakeExecutor::reconcile(const std::vector<Held>& running) {
  const std::scoped_lock lock(mutex_);
  running_.clear();
  for (const Held& held : running) running_.push_back(held.attempt);
}

Status FakeExecutor::start(ReportSink sink) {
  const std::scoped_lock lock(mutex_);
  sink_ = std::move(sink);
  return {};
}

void FakeExecutor::stop() {
  const std::scoped_lock lock(mutex_);
  sink_ = nullptr;
}

Status FakeExecutor::submit(Job job) {
  const std::scoped_lock lock(mutex_);
  ++submit_count_;
  if (refusing_) return fail(ErrorCode::unavailable, "the fake executor refuses");
  const Attempt attempt = attempt_of(job);
  const bool known = std::any_of(waiting_.begin(), waiting_.end(),
                                 [&](const Job& one) { return same(attempt_of(one), attempt); }) ||
                     std::any_of(running_.begin(), running_.end(),
                                 [&](const Attempt& one) { return same(one, attempt); });
  if (!known) waiting_.push_back(std::move(job));
  return {};
}

void FakeExecutor::cancel(const CancelRequest& request) {
  bool running = false;
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(waiting_, [&](const Job& job) { return same(attempt_of(job), request.attempt); });
    running = std::any_of(running_.begin(), running_.end(),
                          [&](const Attempt& one) { return same(one, request.attempt); });
    cancelled_.push_back(request.attempt);
    graces_.push_back(request.grace);
  }
  if (!running) send(Gone{request.attempt});
}

void FakeExecutor::acknowledge(const Receipt& receipt, bool accepted, const std::string& reason) {
  const std::scoped_lock lock(mutex_);
  acknowledged_.push_back({.seq = receipt.seq, .accepted = accepted, .reason = reason});
}

void FakeExecutor::show(const std::string&, const wire::Picture& picture) {
  const std::scoped_lock lock(mutex_);
  shown_.push_back(picture);
}

void FakeExecutor::answer(const WorkerId&, const wire::XComValue& value) {
  const std::scoped_lock lock(mutex_);
  answers_.push_back(value);
}

std::vector<wire::Worker> FakeExecutor::workers() const { return {}; }

std::vector<Job> FakeExecutor::waiting() const {
  const std::scoped_lock lock(mutex_);
  return waiting_;
}
std::vector<Attempt> FakeExecutor::running() const {
  const std::scoped_lock lock(mutex_);
  return running_;
}
std::vector<Attempt> FakeExecutor::cancelled() const {
  const std::scoped_lock lock(mutex_);
  return cancelled_;
}

std::vector<Duration> FakeExecutor::graces() const {
  const std::scoped_lock lock(mutex_);
  return graces_;
}
std::vector<FakeExecutor::Acknowledged> FakeExecutor::acknowledged() const {
  const std::scoped_lock lock(mutex_);
  return acknowledged_;
}
std::vector<wire::XComValue> FakeExecutor::answers() const {
  const std::scoped_lock lock(mutex_);
  return answers_;
}
std::vector<wire::Picture> FakeExecutor::shown() const {
  const std::scoped_lock lock(mutex_);
  return shown_;
}
int FakeExecutor::submit_count() const {
  const std::scoped_lock lock(mutex_);
  return submit_count_;
}

bool FakeExecutor::start_job(const Attempt& attempt) {
  Started started{.receipt = {.worker = kWorker}, .report = {.attempt = attempt, .pid = 4242}};
  {
    const std::scoped_lock lock(mutex_);
    const auto waits = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const Job& job) { return same(attempt_of(job), attempt); });
    if (waits == waiting_.end()) return false;
    waiting_.erase(waits);
    running_.push_back(attempt);
    started.receipt.seq = started.report.seq = next_seq_++;
    started.report.at = clock_.now();
  }
  send(std::move(started));
  return true;
}

std::int64_t FakeExecutor::finish_job(wire::Finished finished) {
  Receipt receipt{.worker = kWorker};
  {
    const std::scoped_lock lock(mutex_);
    erase(running_, finished.attempt);
    std::erase_if(waiting_,
                  [&](const Job& job) { return same(attempt_of(job), finished.attempt); });
    if (finished.seq == 0) finished.seq = next_seq_++;
    receipt.seq = finished.seq;
    if (finished.ended_at == WallTime{}) finished.ended_at = clock_.now();
  }
  send(Finished{.receipt = receipt, .report = std::move(finished)});
  return receipt.seq;
}

void FakeExecutor::lose(const Attempt& attempt) {
  {
    const std::scoped_lock lock(mutex_);
    erase(running_, attempt);
    std::erase_if(waiting_, [&](const Job& job) { return same(attempt_of(job), attempt); });
  }
  send(Lost{.attempt = attempt, .reason = "the fake worker is gone"});
}

void FakeExecutor::beat() {
  std::vector<Attempt> attempts = running();
  for (const Job& job : waiting()) attempts.push_back(attempt_of(job));
  send(StillRunning{.worker = kWorker, .attempts = std::move(attempts)});
}

void FakeExecutor::run_ahead(const wire::Finished& report) {
  send(RanAhead{.receipt = {.worker = kWorker, .seq = report.seq}, .report = report});
}

void FakeExecutor::set_slots(int slots, const Labels& labels) {
  send(WorkerChanged{{.worker_id = kWorker.value,
                      .state = slots > 0 ? "connected" : "gone",
                      .slots = slots,
                      .running = 0,
                      .pid = 1,
                      .version = "fake",
                      .last_seen = clock_.now(),
                      .executors = {"local"},
                      .queues = {"default"},
                      .labels = labels,
                      .host = "",
                      .cordoned = false}});
}

void FakeExecutor::ask(const wire::XComGet& question) {
  send(XComAsked{.worker = kWorker, .question = question});
}

void FakeExecutor::report_progress(const wire::Progress& progress) { send(Progress{progress}); }

void FakeExecutor::report_wait(const Attempt& attempt, const std::string& cause) {
  send(Waits{.attempt = attempt, .cause = cause});
}

void FakeExecutor::report_use(const wire::Usage& usage) { send(Used{usage}); }

void FakeExecutor::report_rendered(const Attempt& attempt, const json::Value& fields) {
  Started started{
      .receipt = {.worker = kWorker},
      .report = {.attempt = attempt, .pid = 4242, .at = clock_.now(), .rendered = fields}};
  {
    const std::scoped_lock lock(mutex_);
    started.receipt.seq = started.report.seq = next_seq_++;
  }
  send(std::move(started));
}

void FakeExecutor::set_refusing(bool refusing) {
  const std::scoped_lock lock(mutex_);
  refusing_ = refusing;
}

void FakeExecutor::send(Report report) {
  ReportSink sink;
  {
    const std::scoped_lock lock(mutex_);
    sink = sink_;
  }
  if (sink) sink(std::move(report));
}

}  // namespace aiflow::executor
