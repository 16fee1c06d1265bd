// SPDX-License-Identifier: Apache-2.0
#include "service/access/audit_trail.h"

#include <algorithm>
#include <utility>

#include "log/log.h"

namespace aiflow::service {
namespace {

constexpr double kRefusalsAtOnce = 100;
constexpr double kRefusalsPerSecond = 1;
/// Allowances of so many users are remembered; beyond it all are forgotten.
constexpr std::size_t kAllowancesMax = 10'000;
/// What is kept while nothing can be stored; of more the oldest go.
constexpr std::size_t kPutOffMax = 1000;
constexpr std::chrono::seconds kAgain(1);
constexpr int kUnavailable = 503;

template <class T>
void put_in_front(std::vector<T>& list, std::vector<T> before) {
  std::ranges::move(list, std::back_inserter(before));
  list = std::move(before);
}

template <class T>
void keep_newest(std::vector<T>& list) {
  if (list.size() > kPutOffMax) list.erase(list.begin(), list.end() - kPutOffMax);
}

}  // namespace

void AuditTrail::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void AuditTrail::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

std::future<AuditTrail::Id> AuditTrail::add(wire::AuditEntry entry) {
  auto stored = std::make_shared<std::promise<Id>>();
  auto answer = stored->get_future();
  const std::scoped_lock lock(mutex_);
  if (is_over_) {
    stored->set_value(fail(ErrorCode::unavailable, "the server is being stopped"));
    return answer;
  }
  waiting_.entries.push_back({std::move(entry), std::move(stored)});
  wake_.notify_one();
  return answer;
}

Result<std::int64_t> AuditTrail::begin(wire::AuditEntry entry) {
  entry.at = clock_.now();
  entry.outcome = "unknown";
  return add(std::move(entry)).get();
}

Status AuditTrail::record(wire::AuditEntry entry) {
  entry.at = clock_.now();
  AIFLOW_TRY(add(std::move(entry)).get());
  return {};
}

void AuditTrail::end(std::int64_t id, store::AuditEnd how) {
  const std::scoped_lock lock(mutex_);
  waiting_.ends.emplace_back(id, std::move(how));
  wake_.notify_one();
}

void AuditTrail::refused(wire::AuditEntry entry) {
  entry.at = clock_.now();
  const std::scoped_lock lock(mutex_);
  if (!take_allowance(entry.user)) {
    ++dropped_;
    return;
  }
  waiting_.entries.push_back({std::move(entry), nullptr});
  wake_.notify_one();
}

bool AuditTrail::take_allowance(const std::string& user) {
  if (allowances_.size() >= kAllowancesMax) allowances_.clear();
  const auto now = clock_.now();
  auto& allowance =
      allowances_.try_emplace(user, Allowance{.left = kRefusalsAtOnce, .at = now}).first->second;
  const std::chrono::duration<double> passed = now - allowance.at;
  allowance.at = now;
  allowance.left =
      std::clamp(allowance.left + passed.count() * kRefusalsPerSecond, 0.0, kRefusalsAtOnce);
  if (allowance.left < 1) return false;
  allowance.left -= 1;
  return true;
}

std::string AuditTrail::trouble() const {
  const std::scoped_lock lock(mutex_);
  return trouble_;
}

Result<wire::AuditPage> AuditTrail::page(const store::AuditQuery& query) {
  std::promise<void> settled;
  auto answer = settled.get_future();
  {
    const std::scoped_lock lock(mutex_);
    if (is_over_) return fail(ErrorCode::unavailable, "the server is being stopped");
    waiting_.settled.push_back(std::move(settled));
    wake_.notify_one();
  }
  answer.wait();
  return store_.read([&](db::Connection& db) { return store::AuditStore(db).page(query); });
}

void AuditTrail::run(const std::stop_token& stop) {
  for (;;) {
    Waiting taken;
    std::int64_t dropped = 0;
    bool is_last = false;
    {
      std::unique_lock lock(mutex_);
      const auto is_there = [this] { return !waiting_.empty(); };
      if (put_off_.empty()) {
        wake_.wait(lock, stop, is_there);
      } else {
        wake_.wait_for(lock, stop, kAgain, is_there);
      }
      is_last = is_over_ = waiting_.empty() && stop.stop_requested();
      taken = std::exchange(waiting_, {});
      dropped = std::exchange(dropped_, 0);
    }
    put_in_front(taken.entries, std::exchange(put_off_.entries, {}));
    put_in_front(taken.ends, std::exchange(put_off_.ends, {}));
    if (dropped > 0) log::warn("too many refused requests", {{"not_in_audit_log", dropped}});
    store(std::move(taken));
    if (is_last) return;
  }
}

void AuditTrail::store(Waiting waiting) {
  std::vector<std::int64_t> ids;
  Status stored;
  if (!waiting.entries.empty() || !waiting.ends.empty()) {
    stored = store_.transact([&](db::Connection& db) -> Status {
      ids.clear();  // a database that is busy has it begun again
      store::AuditStore log(db);
      for (const auto& added : waiting.entries) {
        AIFLOW_ASSIGN(const auto id, log.add(added.entry));
        ids.push_back(id);
      }
      for (const auto& [id, how] : waiting.ends) AIFLOW_TRY(log.end(id, how));
      return {};
    });
  }
  for (auto& settled : waiting.settled) settled.set_value();
  if (!stored) return put_off(std::move(waiting), stored.error());
  {
    const std::scoped_lock lock(mutex_);
    trouble_.clear();
  }
  for (std::size_t i = 0; i < waiting.entries.size(); ++i) {
    if (waiting.entries[i].stored) waiting.entries[i].stored->set_value(ids[i]);
  }
}

void AuditTrail::put_off(Waiting waiting, const Error& error) {
  {
    const std::scoped_lock lock(mutex_);
    // Once, not with each new try.
    if (trouble_.empty()) log::error("the audit log is not written", {{"error", error}});
    trouble_ = error.message;
  }
  for (auto& added : waiting.entries) {
    if (!added.stored) continue;
    added.stored->set_value(fail(error));
    added.stored = nullptr;
    added.entry.outcome = "failed";
    added.entry.status = kUnavailable;
  }
  keep_newest(waiting.entries);
  keep_newest(waiting.ends);
  put_off_ = std::move(waiting);
  put_off_.settled.clear();
}

}  // namespace aiflow::service
