// SPDX-License-Identifier: Apache-2.0
// The server's host: triggers wait in event loops, so that thousands of them cost next to nothing.
// Threads: "triggers", "trigger-files" (a file system that hangs stops this one only), and one for
// each broker that is connected to.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "trigger/connection.h"
#include "trigger/host.h"

namespace aiflow::trigger {

class LoopHost final : public Host {
 public:
  struct Options {
    Environment environment{};  ///< gives the connections that triggers name
    /// This server's name at brokers, the same after a restart and no other server's.
    std::string client_name{};
  };
  LoopHost(const Clock& clock, Options options);
  ~LoopHost() override;

  [[nodiscard]] Status start(FiredSink sink) override;
  void add(Wait wait) override;
  void remove(WaitId id) override;
  void stop() override;

 private:
  class Loop;
  const Clock& clock_;
  const Options options_;
  std::unique_ptr<Loop> main_;
  std::unique_ptr<Loop> files_;
};

}  // namespace aiflow::trigger
