// SPDX-License-Identifier: Apache-2.0
#include "executor/executor_set.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/assert.h"

namespace aiflow::executor {
namespace {

const std::string kLocal = "local";
const std::string kDocker = "docker";

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

}  // namespace

void ExecutorSet::add(std::string name, std::unique_ptr<Executor> executor) {
  AIFLOW_ASSERT(executors_.emplace(std::move(name), std::move(executor)).second);
}

void ExecutorSet::add_name(std::string name, const std::string& of) {
  AIFLOW_ASSERT(executors_.contains(of) && !executors_.contains(name));
  other_names_[std::move(name)] = of;
}

ExecutorSet::Id ExecutorSet::id_of(const Attempt& attempt) {
  return {attempt.key.dag_id, attempt.key.run_id, attempt.key.task_id, attempt.key.map_index,
          attempt.epoch};
}

Executor* ExecutorSet::find(const std::string& name) const {
  const auto other = other_names_.find(name);
  const std::string& own = other == other_names_.end() ? name : other->second;
  const auto found = executors_.find(own == kDocker ? kLocal : own);
  return found == executors_.end() ? nullptr : found->second.get();
}

Executor* ExecutorSet::owner_of(const WorkerId& worker) const {
  const std::scoped_lock lock(mutex_);
  const auto found = workers_.find(worker);
  return found == workers_.end() ? nullptr : found->second;
}

void ExecutorSet::reconcile(const std::vector<Held>& running) {
  std::map<Executor*, std::vector<Held>> parts;
  for (const auto& [name, executor] : executors_) parts[executor.get()];
  for (const Held& held : running) {
    Executor* executor = find(held.executor);
    if (executor == nullptr) continue;  // its lease ends
    parts[executor].push_back(held);
    const std::scoped_lock lock(mutex_);
    attempts_[id_of(held.attempt)] = executor;
  }
  for (const auto& [executor, part] : parts) executor->reconcile(part);
}

Status ExecutorSet::start(ReportSink sink) {
  for (auto one = executors_.begin(); one != executors_.end(); ++one) {
    Executor& executor = *one->second;
    auto started = executor.start([this, &executor, sink](Report report) {
      learn(executor, report);
      sink(std::move(report));
    });
    if (started) continue;
    while (one != executors_.begin()) (--one)->second->stop();
    return fail(std::move(started).error().with_context("executor"));
  }
  return {};
}

/// Notes where an attempt and a worker are, for what the conductor will say of them.
void ExecutorSet::learn(Executor& from, const Report& report) {
  const std::scoped_lock lock(mutex_);
  std::visit(Overloaded{
                 [&](const Started& one) {
                   attempts_[id_of(one.report.attempt)] = &from;
                   workers_[one.receipt.worker] = &from;
                 },
                 [&](const Finished& one) {
                   attempts_[id_of(one.report.attempt)] = &from;
                   workers_[one.receipt.worker] = &from;
                   finished_[{one.receipt.worker, one.receipt.seq}] = id_of(one.report.attempt);
                 },
                 [&](const StillRunning& one) {
                   workers_[one.worker] = &from;
                   for (const Attempt& attempt : one.attempts) attempts_[id_of(attempt)] = &from;
                 },
                 [&](const Lost& one) { attempts_.erase(id_of(one.attempt)); },
                 [&](const Gone& one) { attempts_.erase(id_of(one.attempt)); },
                 [](const Progress&) {},
                 [](const Used&) {},
                 [](const Serves&) {},
                 [](const Waits&) {},
                 [&](const XComAsked& one) { workers_[one.worker] = &from; },
                 [&](const RanAhead& one) { workers_[one.receipt.worker] = &from; },
                 [](const IslandGiven&) {},
                 [&](const WorkerChanged& one) {
                   const WorkerId worker{one.worker.worker_id};
                   if (one.worker.state != "gone") {
                     workers_[worker] = &from;
                     return;
                   }
                   workers_.erase(worker);
                   std::erase_if(finished_, [&](const auto& entry) {
                     if (entry.first.first != worker) return false;
                     attempts_.erase(entry.second);
                     return true;
                   });
                 },
             },
             report);
}

Status ExecutorSet::submit(Job job) {
  Executor* executor = find(job.executor);
  if (executor == nullptr) {
    return fail(ErrorCode::unavailable, "this server has no executor '" + job.executor + "'");
  }
  {
    const std::scoped_lock lock(mutex_);
    attempts_[id_of(attempt_of(job))] = executor;
  }
  if (prepare_) prepare_(job);
  return executor->submit(std::move(job));
}

void ExecutorSet::cancel(const CancelRequest& request) {
  Executor* executor = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = attempts_.find(id_of(request.attempt));
    if (found != attempts_.end()) executor = found->second;
  }
  // Nobody was ever given it since the start, so it ran nowhere but on the workers here.
  if (executor == nullptr) executor = find(kLocal);
  if (executor != nullptr) executor->cancel(request);
}

void ExecutorSet::acknowledge(const Receipt& receipt, bool accepted, const std::string& reason) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = finished_.find({receipt.worker, receipt.seq});
    if (found != finished_.end()) {
      attempts_.erase(found->second);
      finished_.erase(found);
    }
  }
  if (Executor* executor = owner_of(receipt.worker)) {
    executor->acknowledge(receipt, accepted, reason);
  }
}

void ExecutorSet::show(const std::string& island, const wire::Picture& picture) {
  if (Executor* executor = find(kLocal)) executor->show(island, picture);
}

void ExecutorSet::answer(const WorkerId& worker, const wire::XComValue& value) {
  if (Executor* executor = owner_of(worker)) executor->answer(worker, value);
}

Status ExecutorSet::order(const WorkerId& worker, WorkerOrder order) {
  Executor* executor = owner_of(worker);
  if (executor != nullptr) return executor->order(worker, order);
  if (order == WorkerOrder::uncordon) {  // each may have a cordon of one that has gone
    for (const auto& [name, one] : executors_) static_cast<void>(one->order(worker, order));
  }
  return fail(ErrorCode::not_found, "there is no worker '" + worker.value + "'");
}

std::vector<wire::Worker> ExecutorSet::workers() const {
  std::vector<wire::Worker> all;
  for (const auto& [name, executor] : executors_) {
    for (wire::Worker& worker : executor->workers()) all.push_back(std::move(worker));
  }
  return all;
}

wire::LeftBehind ExecutorSet::wind_down() {
  wire::LeftBehind all;
  for (const auto& [name, executor] : executors_) {
    wire::LeftBehind left = executor->wind_down();
    std::ranges::move(left.workers, std::back_inserter(all.workers));
    std::ranges::move(left.sent, std::back_inserter(all.sent));
  }
  return all;
}

void ExecutorSet::leave_behind(const wire::LeftBehind& left) {
  for (const auto& [name, executor] : executors_) executor->leave_behind(left);
}

void ExecutorSet::stop() {
  for (const auto& [name, executor] : executors_) executor->stop();
}

}  // namespace aiflow::executor
