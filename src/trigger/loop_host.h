// SPDX-License-Identifier: Apache-2.0
// The server's host: triggers wait in event loops, so that thousands of them cost next to nothing.
// Threads: two, "triggers" and "trigger-files"; a file system that hangs stops the latter only.
#pragma once

#include <memory>

#include "base/clock.h"
#include "trigger/connection.h"
#include "trigger/host.h"

namespace aiflow::trigger {

class LoopHost final : public Host {
 public:
  /// `environment` gives the connections that triggers name.
  LoopHost(const Clock& clock, Environment environment);
  ~LoopHost() override;

  [[nodiscard]] Status start(FiredSink sink) override;
  void add(Wait wait) override;
  void remove(WaitId id) override;
  void stop() override;

 private:
  class Loop;
  const Clock& clock_;
  const Environment environment_;
  std::unique_ptr<Loop> main_;
  std::unique_ptr<Loop> files_;
};

}  // namespace aiflow::trigger
