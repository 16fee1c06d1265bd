// SPDX-License-Identifier: Apache-2.0
#include "service/monitor/server_log.h"

#include <algorithm>

#include "service/task_log.h"

namespace aiflow::service {
namespace {

/// So often it is looked for watchers that are over, or can take more again.
constexpr std::chrono::milliseconds kLookEvery{200};

log::Level level_of(const std::string& word) {
  for (const auto level : {log::Level::error, log::Level::warn, log::Level::info}) {
    if (word == log::level_word(level)) return level;
  }
  return log::Level::debug;
}

log::Recent::Wanted wanted_of(const wire::ServerLogFilter& query) {
  return {.level = level_of(query.level),
          .text = query.text.value_or(std::string()),
          .since = query.since};
}

wire::ServerLogLine line_of(const log::Line& line) {
  std::size_t used = 0;
  return {.id = line.id,
          .at = line.at,
          .level = std::string(log::level_word(line.level)),
          .text = to_utf8(line.text, true, used)};
}

wire::ServerLogPage page_of(const log::Recent::Page& page) {
  wire::ServerLogPage out;
  out.after_cursor = page.last;
  out.missed = page.missed;
  out.items.reserve(page.lines.size());
  for (const auto& line : page.lines) out.items.push_back(line_of(line));
  return out;
}

}  // namespace

void ServerLog::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void ServerLog::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

wire::ServerLogPage ServerLog::page(const wire::ServerLogFilter& query) const {
  const auto limit = static_cast<std::size_t>(query.limit);
  if (query.after) return page_of(recent_->after(*query.after, wanted_of(query), limit));
  const auto found = recent_->before(query.before, wanted_of(query), limit);
  auto out = page_of(found);
  if (found.has_more) out.before_cursor = found.lines.front().id;
  return out;
}

void ServerLog::follow(Watch watch) {
  const auto after = watch.query.after.value_or(recent_->before({}, {}, 0).last);
  const std::scoped_lock lock(mutex_);
  joining_.push_back({.watch = std::move(watch), .after = after});
  joined_.notify_one();
}

void ServerLog::run(const std::stop_token& stop) {
  std::int64_t seen = 0;
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      // Without a watcher new lines wake nobody.
      if (active_.empty()) joined_.wait(lock, stop, [this] { return !joining_.empty(); });
      active_.splice(active_.end(), joining_);
    }
    seen = recent_->before({}, {}, 0).last;
    has_backlog_ = false;
    active_.remove_if([this](Active& one) { return !advance(one); });
    if (!has_backlog_ && !active_.empty()) recent_->wait_after(seen, kLookEvery, stop);
  }
}

bool ServerLog::advance(Active& active) {
  if (active.watch.is_over()) return false;
  if (active.watch.is_full()) return true;
  const auto found = recent_->after(active.after, wanted_of(active.watch.query), kBatchMax);
  active.after = found.last;
  has_backlog_ = has_backlog_ || found.has_more;
  return (found.lines.empty() && !found.missed) || active.watch.send(page_of(found));
}

}  // namespace aiflow::service
