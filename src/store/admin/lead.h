// SPDX-License-Identifier: Apache-2.0
// The lead over a MariaDB database that several servers share (docs/decisions/0011). One row names
// the leader, its epoch and, by the database's clock, the end of its lease. The leader renews the
// lease; a server on standby takes the lead when the lease has run out. Each take raises the epoch,
// and every write transaction of a server checks it (Store::fence), so a leader that was paused for
// longer than its lease can't change anything when it wakes up.
// Threads: one of its own from keep() on, with a connection of its own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/result.h"
#include "db/connection.h"

namespace aiflow::store {

/// What the row says.
struct Leader {
  std::int64_t epoch = 0;  ///< 0 = there never was one
  std::string holder;
  std::string url;       ///< where it answers; empty until it does
  bool is_live = false;  ///< its lease has not run out
};

struct LeadOptions {
  /// Unique among the servers. The same holder may take the lead at once: it must make sure by
  /// itself that its predecessor has ended (the lock on the data directory).
  std::string holder;
  Duration lease = std::chrono::seconds(10);
};

class Lead {
 public:
  /// The database must have been migrated.
  Lead(db::Address address, LeadOptions options);
  ~Lead();

  /// Takes the lead if it is free: its epoch, or nullopt while another holds it. Errors:
  /// unavailable.
  [[nodiscard]] Result<std::optional<std::int64_t>> take();
  [[nodiscard]] Result<Leader> leader();

  /// After take(): renews the lease until release(), and tells the others where this server
  /// answers. `lost` is called once, on its thread, when another server has taken the lead. A
  /// database that can't be reached is no reason: without it nobody can take the lead.
  void keep(std::string url, std::function<void()> lost);
  /// Ends the renewal and, if the lead is still ours, the lease: another may take it at once.
  void release();

 private:
  Result<db::Connection*> connection();
  /// False when another has the lead.
  Result<bool> renew(Duration lease);
  void run(const std::function<void()>& lost);

  const db::Address address_;
  const LeadOptions options_;
  std::unique_ptr<db::Connection> connection_;  ///< of the caller until keep(), then of the thread
  std::int64_t epoch_ = 0;
  std::string url_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  ///< guarded by mutex_
  std::jthread thread_;
};

}  // namespace aiflow::store
