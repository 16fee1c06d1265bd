// SPDX-License-Identifier: Apache-2.0
#include "trigger/detail/time_watcher.h"

#include <algorithm>
#include <variant>

namespace aiflow::trigger::detail {
namespace {

constexpr Duration kLookAgain = std::chrono::seconds(10);

}  // namespace

void TimeWatcher::add(const Wait& wait) {
  const WallTime at = std::get<TimeTrigger>(wait.trigger).at;
  const bool first = queue_.empty() || at < queue_.begin()->first;
  times_[wait.id] = at;
  queue_.emplace(at, wait.id);
  if (first) arm();
}

void TimeWatcher::remove(WaitId id) {
  const auto found = times_.find(id);
  if (found == times_.end()) return;
  queue_.erase({found->second, id});
  times_.erase(found);
}

void TimeWatcher::arm() {
  if (armed_) loop_.cancel(timer_);
  armed_ = !queue_.empty();
  if (!armed_) return;
  const Duration left = queue_.begin()->first - clock_.now();
  timer_ = loop_.after(std::clamp(left, Duration{0}, kLookAgain), [this] {
    armed_ = false;
    fire_due();
    arm();
  });
}

void TimeWatcher::fire_due() {
  const WallTime now = clock_.now();
  while (!queue_.empty() && queue_.begin()->first <= now) {
    const auto [at, id] = *queue_.begin();
    remove(id);
    fire_({.id = id, .event = format_time(at), .error = {}});
  }
}

}  // namespace aiflow::trigger::detail
