// SPDX-License-Identifier: Apache-2.0
// Waits for moments of the wall clock. One timer for all of them; a clock that jumps is noticed
// within kLookAgain.
#pragma once

#include <map>
#include <set>
#include <utility>

#include "base/clock.h"
#include "os/event_loop.h"
#include "trigger/detail/watcher.h"

namespace aiflow::trigger::detail {

class TimeWatcher final : public Watcher {
 public:
  TimeWatcher(const Clock& clock, os::EventLoop& loop, Fire fire)
      : clock_(clock), loop_(loop), fire_(std::move(fire)) {}

  void add(const Wait& wait) override;
  void remove(WaitId id) override;

 private:
  void fire_due();
  void arm();

  const Clock& clock_;
  os::EventLoop& loop_;
  Fire fire_;
  std::set<std::pair<WallTime, WaitId>> queue_;
  std::map<WaitId, WallTime> times_;
  os::EventLoop::TimerId timer_ = 0;
  bool armed_ = false;
};

}  // namespace aiflow::trigger::detail
