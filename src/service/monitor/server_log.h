// SPDX-License-Identifier: Apache-2.0
// The server's own log for those who look at it: pages of the newest lines, and new ones as they
// come. One thread for all followers; each reads the kept lines at its own pace, so that a slow one
// holds up nobody and is told when it has missed some.
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "base/result.h"
#include "log/recent.h"
#include "wire/queries.h"
#include "wire/server_log.h"

namespace aiflow::service {

class ServerLog {
 public:
  static constexpr std::size_t kBatchMax = 500;  ///< lines a follower gets in one go

  explicit ServerLog(std::shared_ptr<const log::Recent> recent) : recent_(std::move(recent)) {}
  ~ServerLog() { stop(); }
  ServerLog(const ServerLog&) = delete;
  ServerLog& operator=(const ServerLog&) = delete;

  void start();
  void stop();

  [[nodiscard]] wire::ServerLogPage page(const wire::ServerLogFilter& query) const;

  struct Watch {
    wire::ServerLogFilter query{};  ///< before and limit do not count; without after: from now on
    /// False when the watcher is gone. From the log's thread; must not block.
    std::function<bool(const wire::ServerLogPage&)> send;
    /// True when the watcher cannot take more now.
    std::function<bool()> is_full;
    /// True when it is over: asked at least every second.
    std::function<bool()> is_over;
  };
  void follow(Watch watch);

 private:
  struct Active {
    Watch watch;
    std::int64_t after = 0;
  };
  void run(const std::stop_token& stop);
  /// False when this watcher is done.
  [[nodiscard]] bool advance(Active& active);

  const std::shared_ptr<const log::Recent> recent_;
  std::mutex mutex_;
  std::condition_variable_any joined_;
  std::list<Active> joining_;  ///< guarded by mutex_
  std::list<Active> active_;   ///< the thread's
  bool has_backlog_ = false;   ///< the thread's: somebody can take what is there already
  std::jthread thread_;
};

}  // namespace aiflow::service
