// SPDX-License-Identifier: Apache-2.0
#include "service/event_hub.h"

#include <algorithm>
#include <utility>

#include "log/log.h"
#include "store/event_log.h"

namespace aiflow::service {

Status EventHub::start() {
  AIFLOW_ASSIGN(last_id_,
                store_.read([](db::Connection& db) { return store::EventLog(db).last_id(); }));
  thread_ = std::thread([this] { run(); });
  return {};
}

void EventHub::stop() {
  {
    const std::scoped_lock lock(mutex_);
    work_.stop = true;
    has_work_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void EventHub::publish(const std::vector<wire::StreamEvent>& events) {
  const std::scoped_lock lock(mutex_);
  // Nobody looks: the rows are in the database, there is no need to carry them.
  if (follower_count_ > 0) {
    work_.events.insert(work_.events.end(), events.begin(), events.end());
  }
  woken_ = true;
  has_work_.notify_one();
}

void EventHub::follow(std::optional<std::int64_t> after, Sink sink) {
  if (!after) {
    // Now is when it asked, not when the hub comes to it.
    const auto last = store_.read([](db::Connection& db) { return store::EventLog(db).last_id(); });
    if (last) after = *last;
  }
  const std::scoped_lock lock(mutex_);
  ++follower_count_;
  work_.joining.push_back({after, std::move(sink)});
  has_work_.notify_one();
}

std::size_t EventHub::followers() const {
  const std::scoped_lock lock(mutex_);
  return follower_count_;
}

void EventHub::run() {
  for (;;) {
    auto work = wait_for_work();
    if (work.stop) break;
    // First, so that who has joined before an event was published gets it.
    for (auto& joining : work.joining) join(std::move(joining));
    if (!sinks_.empty()) hand_out(in_order(std::move(work.events)));
  }
  sinks_.clear();
}

EventHub::Work EventHub::wait_for_work() {
  std::unique_lock lock(mutex_);
  has_work_.wait(lock, [&] { return woken_ || work_.stop || !work_.joining.empty(); });
  woken_ = false;
  return std::exchange(work_, Work{.stop = work_.stop});
}

/// What is new since the last batch, oldest first, with the unstored ones at the end.
std::vector<wire::StreamEvent> EventHub::in_order(std::vector<wire::StreamEvent> events) {
  std::vector<wire::StreamEvent> unstored;
  std::vector<wire::StreamEvent> rows;
  for (auto& event : events) (event.id == 0 ? unstored : rows).push_back(std::move(event));
  std::ranges::sort(rows, {}, &wire::StreamEvent::id);
  std::int64_t next = last_id_ + 1;
  const bool continues =
      !rows.empty() && std::ranges::all_of(rows, [&](const auto& row) { return row.id == next++; });
  if (!continues) rows = read_after(last_id_);
  if (!rows.empty()) last_id_ = rows.back().id;
  std::ranges::move(unstored, std::back_inserter(rows));
  return rows;
}

std::vector<wire::StreamEvent> EventHub::read_after(std::int64_t after) {
  auto rows =
      store_.read([&](db::Connection& db) { return store::EventLog(db).after(after, kReplayMax); });
  if (!rows) {
    log::warn("the event log cannot be read", {{"error", rows.error()}});
    return {};
  }
  return *std::move(rows);
}

void EventHub::join(Joining joining) {
  if (sinks_.empty()) {
    // While nobody followed, nothing was read.
    const auto last = store_.read([](db::Connection& db) { return store::EventLog(db).last_id(); });
    if (last) last_id_ = *last;
  }
  bool stays = true;
  if (joining.after && *joining.after < last_id_) {
    auto rows = read_after(*joining.after);
    const bool is_too_old =
        static_cast<int>(rows.size()) >= kReplayMax ||
        (!rows.empty() && *joining.after > 0 && rows.front().id != *joining.after + 1);
    std::erase_if(rows, [&](const auto& row) { return row.id > last_id_; });
    if (!is_too_old && !rows.empty()) stays = joining.sink(rows);
  }
  if (stays) {
    sinks_.push_back(std::move(joining.sink));
    return;
  }
  const std::scoped_lock lock(mutex_);
  --follower_count_;
}

void EventHub::hand_out(const std::vector<wire::StreamEvent>& batch) {
  if (batch.empty()) return;
  const auto gone = std::erase_if(sinks_, [&](const Sink& sink) { return !sink(batch); });
  const std::scoped_lock lock(mutex_);
  follower_count_ -= static_cast<std::size_t>(gone);
}

}  // namespace aiflow::service
