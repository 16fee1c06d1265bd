// SPDX-License-Identifier: Apache-2.0
// A LoopHost with an environment of its own, and what it said.
#pragma once

#include <doctest/doctest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "os/system_clock.h"
#include "trigger/loop_host.h"

namespace aiflow::trigger::testing {

class Bench {
 public:
  Bench() {
    REQUIRE(host_.start([this](Fired fired) {
      const std::scoped_lock lock(mutex_);
      said_.push_back(std::move(fired));
      changed_.notify_all();
    }));
  }

  LoopHost& host() { return host_; }
  /// Of its environment; before what uses it is added.
  void set_variable(const std::string& name, std::string value) {
    variables_[name] = std::move(value);
  }
  const os::SystemClock& clock() const { return clock_; }

  WaitId add(Trigger trigger) {
    host_.add({.id = ++last_, .trigger = std::move(trigger)});
    return last_;
  }
  /// The next thing that it says; asserted that something comes.
  Fired next() {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::seconds(20), [&] { return !said_.empty(); }));
    Fired first = said_.front();
    said_.erase(said_.begin());
    return first;
  }
  /// The next thing that it says within a time.
  std::optional<Fired> next_within(Duration time) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, time, [&] { return !said_.empty(); })) return std::nullopt;
    Fired first = said_.front();
    said_.erase(said_.begin());
    return first;
  }
  /// After all that was asked before has been done: whether it has said something.
  bool is_silent() {
    // A time in the past fires at once, after what came before it in the same loop.
    const WaitId id = add(TimeTrigger{clock_.now() - std::chrono::seconds(1)});
    const Fired fired = next();
    return fired.id == id;
  }

 private:
  const os::SystemClock clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Fired> said_;
  WaitId last_ = 0;
  std::map<std::string, std::string> variables_;
  LoopHost host_{clock_,
                 {.environment = [this](const std::string& name) -> std::optional<std::string> {
                    const auto found = variables_.find(name);
                    return found == variables_.end() ? std::nullopt : std::optional(found->second);
                  },
                  .client_name = "bench"}};
};

}  // namespace aiflow::trigger::testing
