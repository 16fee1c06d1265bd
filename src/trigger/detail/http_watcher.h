// SPDX-License-Identifier: Apache-2.0
// Waits for URLs: asks each at its interval until the answer is as wanted. libcurl's multi
// interface on the loop: names, TLS and time-outs without a thread for each request.
#pragma once

#include <map>
#include <memory>

#include "os/event_loop.h"
#include "trigger/connection.h"
#include "trigger/detail/watcher.h"

namespace aiflow::trigger::detail {

class HttpWatcher final : public Watcher {
 public:
  HttpWatcher(os::EventLoop& loop, Environment environment, Fire fire);
  ~HttpWatcher() override;

  void add(const Wait& wait) override;
  void remove(WaitId id) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aiflow::trigger::detail
