// SPDX-License-Identifier: Apache-2.0
// A host in memory for tests: the test says what fires. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "trigger/host.h"

namespace aiflow::trigger {

class FakeHost final : public Host {
 public:
  [[nodiscard]] Status start(FiredSink sink) override {
    const std::scoped_lock lock(mutex_);
    sink_ = std::move(sink);
    return {};
  }
  void add(Wait wait) override {
    const std::scoped_lock lock(mutex_);
    told_.push_back("add " + std::to_string(wait.id));
    waits_[wait.id] = std::move(wait);
  }
  void remove(WaitId id) override {
    const std::scoped_lock lock(mutex_);
    told_.push_back("remove " + std::to_string(id));
    waits_.erase(id);
  }
  void stop() override {
    const std::scoped_lock lock(mutex_);
    sink_ = {};
  }

  /// What is waited for now, oldest first.
  [[nodiscard]] std::vector<Wait> waits() const {
    const std::scoped_lock lock(mutex_);
    std::vector<Wait> all;
    for (const auto& [id, wait] : waits_) all.push_back(wait);
    return all;
  }
  /// "add ID" and "remove ID", in the order in which they came.
  [[nodiscard]] std::vector<std::string> told() const {
    const std::scoped_lock lock(mutex_);
    return told_;
  }
  void fire(Fired fired) {
    FiredSink sink;
    {
      const std::scoped_lock lock(mutex_);
      const auto found = waits_.find(fired.id);
      if (found != waits_.end() && !found->second.repeats) waits_.erase(found);
      sink = sink_;
    }
    if (sink) sink(std::move(fired));
  }

 private:
  mutable std::mutex mutex_;
  FiredSink sink_;
  std::map<WaitId, Wait> waits_;
  std::vector<std::string> told_;
};

}  // namespace aiflow::trigger
