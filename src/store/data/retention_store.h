// SPDX-License-Identifier: Apache-2.0
// What may go: by age, by size, and because nothing names it any more. Each call takes at most
// `limit` rows, so that its transaction is short; it says what went, and nothing more to do is an
// answer of zero. Rows go before files: a file without a row is found later, a row without its file
// never comes to be.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/connection.h"
#include "store/keys.h"
#include "wire/engine.h"

namespace aiflow::store {

/// What a call removed.
struct Gone {
  std::int64_t count = 0;
  std::int64_t bytes = 0;  ///< as far as they are known
};

/// What is left of a finished run.
struct LeftOfRun {
  bool has_parts = false;       ///< XComs, artifacts, details of tries
  std::int64_t last_epoch = 0;  ///< of its attempts, the highest
};

struct OldRuns {
  WallTime before;  ///< ended before
  int keep = 0;     ///< the newest of each DAG stay
  int limit = 0;
  int offset = 0;  ///< so many of the oldest are passed over
};

/// Entries of the audit log: beyond the newest `keep`, or made before.
struct OldAudit {
  std::int64_t keep = 0;
  std::optional<WallTime> before;
  int limit = 0;
};

class RetentionStore {
 public:
  explicit RetentionStore(db::Connection& db) : db_(db) {}

  /// Finished runs that may go, oldest first.
  [[nodiscard]] Result<std::vector<RunKey>> old_runs(const OldRuns& which);
  /// nullopt: there is no such run, or it is not finished.
  [[nodiscard]] Result<std::optional<LeftOfRun>> left_of(const RunKey& run);
  /// XComs and artifacts of a finished run; zero when none are left, or when it is not finished any
  /// more. Errors: not_found.
  [[nodiscard]] Result<Gone> drop_run_parts(const RunKey& run, int limit);
  /// The run, its task instances, what it consumed of assets, and what is left of its parts. It
  /// must have ended.
  Status drop_run(const RunKey& run);
  /// When a finished run has ended. nullopt: it has not; not_found: there is none.
  [[nodiscard]] Result<std::optional<WallTime>> ended_at(const RunKey& run);

  /// XComs of finished runs that ended before.
  [[nodiscard]] Result<Gone> drop_xcoms(WallTime before, int limit);
  /// Artifacts of finished runs, or of none, saved before.
  [[nodiscard]] Result<Gone> drop_artifacts(WallTime before, int limit);
  /// Before which artifacts would have to go so that the rest has at most `bytes_max`; nullopt: it
  /// has no more than that.
  [[nodiscard]] Result<std::optional<WallTime>> artifacts_beyond(std::int64_t bytes_max);
  /// What attempts offered that run no more, and were not accepted.
  [[nodiscard]] Result<Gone> drop_stale_offers(int limit);
  [[nodiscard]] Result<Gone> drop_expired_results(WallTime now, int limit);
  /// Rows of the event log, all but the last `keep`.
  [[nodiscard]] Result<Gone> drop_events(std::int64_t keep, int limit);
  [[nodiscard]] Result<Gone> drop_audit(const OldAudit& which);

  /// Blobs that no artifact, kept result, tree, model variant or scene event names, put before, and
  /// for which `may_go` agrees.
  [[nodiscard]] Result<std::vector<wire::BlobInfo>> drop_unused_blobs(
      WallTime before, int limit, const std::function<bool(const std::string&)>& may_go);
  /// Of these digests those that the index does not have.
  [[nodiscard]] Result<std::vector<std::string>> unknown_blobs(
      const std::vector<std::string>& digests);

 private:
  Result<std::vector<wire::BlobInfo>> unused_blobs(WallTime before, int limit,
                                                   const std::string& last);

  db::Connection& db_;
};

}  // namespace aiflow::store
