// SPDX-License-Identifier: Apache-2.0
// Results of tasks by the key of their inputs. An entry is written in the transaction that accepts
// the attempt's success, and holds copies: it outlives the run, and keeps its blobs alive.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/connection.h"
#include "store/data/artifact_store.h"
#include "store/data/sight.h"
#include "store/keys.h"
#include "wire/engine.h"
#include "wire/worker.h"

namespace aiflow::store {

/// More than a bounded number of entries: the one that was not used for longest goes.
inline constexpr std::int64_t kCachedResultsMax = 10'000;
/// Of one entry's XComs; a larger result is not kept.
inline constexpr std::size_t kCachedBytesMax = 256U << 10;

struct NewResult {
  std::string key;  ///< 64 hex digits
  Maker maker;      ///< whose artifacts are taken along
  std::vector<wire::XComEntry> xcoms;
  std::optional<Duration> life;  ///< how long it may be used; none = until it is cleared
};

struct CacheQuery {
  std::optional<std::string> dag_id{};
  std::optional<std::string> task_id{};
  std::optional<std::string> key{};
  Page page{};
  Sight sight{};
  struct After {
    WallTime created_at{};
    std::string key{};
  };
  std::optional<After> after{};  ///< those that follow this one; then page.offset does not count
};

/// 64 hex digits.
[[nodiscard]] bool is_cache_key(const std::string& text);

class CacheStore {
 public:
  explicit CacheStore(db::Connection& db) : db_(db) {}

  /// Keeps it, in place of an older one of that key. Call it after ArtifactStore::accept.
  Status keep(const NewResult& result, WallTime now);
  /// The result for a key, counted as used. The asker's own earlier result is none: it was cleared
  /// to be made again.
  [[nodiscard]] Result<std::optional<wire::CacheHit>> find(const std::string& key,
                                                           const TaskKey& asker, WallTime now);
  /// Notes for lineage whose result an attempt took. It counts when the attempt ends with success.
  Status note_taken(const wire::CacheHit& hit, const Maker& taker, WallTime now);
  /// The artifacts of an entry.
  [[nodiscard]] Result<std::vector<NewArtifact>> artifacts(const std::string& key);
  /// Newest first.
  [[nodiscard]] Result<Listed<wire::CachedResult>> list(const CacheQuery& query);
  /// Gives how many went. A query without conditions means all.
  [[nodiscard]] Result<std::int64_t> clear(const CacheQuery& query);

 private:
  Status keep_artifacts(const NewResult& result);
  Status drop_oldest();
  db::Connection& db_;
};

}  // namespace aiflow::store
