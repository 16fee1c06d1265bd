// SPDX-License-Identifier: Apache-2.0
// Keeps who changed what, in the audit log. In: each request that may change something, before it
// is carried out, and how it ended; requests that were refused. A change is never made without its
// entry: begin() returns when the entry is stored, and a server that ends in between leaves it with
// the outcome "unknown" (decision 0024). What could not be stored, such as on a full disk, is tried
// again each second, with requests that were refused for it as failed ones. Threads: one of its
// own, which stores all that waits in one transaction; the rest is thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/admin/audit_store.h"
#include "store/store.h"

namespace aiflow::service {

class AuditTrail {
 public:
  AuditTrail(const Clock& clock, store::Store& store) : clock_(clock), store_(store) {}
  ~AuditTrail() { stop(); }

  void start();
  /// Stores what waits, then ends.
  void stop();

  /// The entry's id, once it is stored; its time and outcome are set here. Errors: those of the
  /// store: then the request must not be carried out.
  [[nodiscard]] Result<std::int64_t> begin(wire::AuditEntry entry);
  /// Stored soon.
  void end(std::int64_t id, store::AuditEnd how);
  /// An entry with its outcome, after the fact; stored when this returns.
  Status record(wire::AuditEntry entry);
  /// A request that was refused; stored soon. Of one user, or of all that are not signed in, 100 at
  /// once and one a second are kept, so that a flood does not push out what matters.
  void refused(wire::AuditEntry entry);

  /// Why nothing can be stored now; empty: all is well.
  [[nodiscard]] std::string trouble() const;

  /// With all that was told before.
  [[nodiscard]] Result<wire::AuditPage> page(const store::AuditQuery& query);

 private:
  using Id = Result<std::int64_t>;
  struct New {
    wire::AuditEntry entry;
    std::shared_ptr<std::promise<Id>> stored;  ///< null: nobody waits
  };
  struct Waiting {
    std::vector<New> entries;
    std::vector<std::pair<std::int64_t, store::AuditEnd>> ends;
    std::vector<std::promise<void>> settled;  ///< told when all before is stored
    [[nodiscard]] bool empty() const { return entries.empty() && ends.empty() && settled.empty(); }
  };
  struct Allowance {
    double left = 0;
    WallTime at;
  };

  std::future<Id> add(wire::AuditEntry entry);
  /// Whether one more refusal of this user is kept. Under mutex_.
  bool take_allowance(const std::string& user);
  void run(const std::stop_token& stop);
  void store(Waiting waiting);
  /// Answers those who wait, and keeps what is to be tried again.
  void put_off(Waiting waiting, const Error& error);

  const Clock& clock_;
  store::Store& store_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;             ///< with mutex_
  Waiting waiting_;                              ///< guarded by mutex_
  bool is_over_ = false;                         ///< guarded by mutex_: the thread takes no more
  std::map<std::string, Allowance> allowances_;  ///< guarded by mutex_; by user, "" for strangers
  std::int64_t dropped_ = 0;                     ///< guarded by mutex_: refusals not kept
  std::string trouble_;                          ///< guarded by mutex_
  Waiting put_off_;                              ///< the thread's
  std::jthread thread_;
};

}  // namespace aiflow::service
