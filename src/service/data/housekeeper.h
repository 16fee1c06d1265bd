// SPDX-License-Identifier: Apache-2.0
// Takes away what is kept no longer: old runs, XComs, logs, artifacts by age and size, expired
// results, history, and blobs that nothing names. In: a policy. What lives is never touched: rows
// say what lives, and what a row names stays. Threads: one of its own; the rest is thread-safe.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "base/result.h"
#include "blobs/blob_store.h"
#include "conductor/conductor.h"
#include "store/store.h"
#include "wire/engine.h"

namespace aiflow::service {

class Housekeeper {
 public:
  struct Parts {
    const Clock& clock;
    store::Store& store;
    conductor::Conductor& conductor;
    blobs::BlobStore& blobs;
    std::filesystem::path logs;  ///< <data>/logs
  };
  explicit Housekeeper(Parts parts) : parts_(std::move(parts)) {}
  ~Housekeeper() { stop(); }

  /// Begins to collect in the background, some minutes from now.
  void start();
  void stop();

  [[nodiscard]] Result<wire::RetentionPolicy> policy();
  /// Errors: invalid_argument that names the member.
  Status set_policy(const wire::RetentionPolicy& policy);

  /// Does a bounded part of what is due, in short transactions; the report says whether there is
  /// more. dry_run: only says what would go, and changes nothing; it looks at everything at once
  /// and holds up commits while it does. Errors: conflict (it is being done already).
  [[nodiscard]] Result<wire::GarbageReport> collect(bool dry_run);

 private:
  class Collection;
  /// sweep: also looks for files without rows, which means to list all files.
  enum class Extent { due, sweep, dry_run };
  [[nodiscard]] Result<wire::GarbageReport> collect(Extent extent);
  void run(const std::stop_token& stop);

  Parts parts_;
  std::mutex collecting_;  ///< held by the one that collects
  std::mutex mutex_;
  std::condition_variable_any wake_;  ///< with mutex_; only ever for the end
  std::jthread thread_;
};

/// Errors: invalid_argument that names the member.
Status check_policy(const wire::RetentionPolicy& policy);

}  // namespace aiflow::service
