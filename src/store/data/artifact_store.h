// SPDX-License-Identifier: Apache-2.0
// What tasks saved (artifacts), who fetched it, and which files a directory's tree holds.
// An artifact belongs to an attempt: it is offered while that runs, and accepted in the transaction
// that stores the attempt's success; a new try or a clear drops it, as it does XComs (S13).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/connection.h"
#include "store/data/sight.h"
#include "store/keys.h"
#include "wire/engine.h"
#include "wire/worker.h"

namespace aiflow::store {

struct NewArtifact {
  std::string name;
  std::string kind;  ///< "file" or "dir"
  std::string sha256;
  std::int64_t size = 0;
  std::int64_t files = 0;
  std::string media_type{};
};

/// Whose it is: a task instance under one epoch.
struct Maker {
  TaskKey key;
  int try_number = 0;
  std::int64_t epoch = 0;
};

[[nodiscard]] Maker maker_of(const wire::AttemptRef& attempt);

struct ArtifactQuery {
  std::optional<std::string> dag_id{};
  std::optional<std::string> run_id{};
  std::optional<std::string> task_id{};
  std::optional<std::int64_t> map_index{};
  std::optional<std::string> name{};
  std::optional<std::string> sha256{};
  Page page{};
  Sight sight{};
  struct After {
    WallTime created_at{};
    std::int64_t artifact_id = 0;
  };
  std::optional<After> after{};  ///< only those that come after it in the list
};

class ArtifactStore {
 public:
  explicit ArtifactStore(db::Connection& db) : db_(db) {}

  /// Offers it; the same attempt's earlier one of that name is replaced. Its blob must be in the
  /// index. Errors: conflict (no such blob).
  [[nodiscard]] Result<wire::Artifact> offer(const NewArtifact& made, const Maker& maker,
                                             WallTime now);
  /// The attempt has ended with success: what it offered can be seen, what others of the same task
  /// instance offered is dropped. `resumed`: what its try saved before it was deferred stays.
  Status accept(const TaskKey& key, std::int64_t epoch, bool resumed = false);
  /// All of a task instance.
  Status drop(const TaskKey& key);

  /// Accepted ones, newest first.
  [[nodiscard]] Result<Listed<wire::Artifact>> list(const ArtifactQuery& query);
  /// Errors: not_found, also when it is not accepted.
  [[nodiscard]] Result<wire::Artifact> get(std::int64_t artifact_id);
  /// Errors: not_found.
  Status remove(std::int64_t artifact_id);
  /// Notes who fetched it.
  Status add_use(std::int64_t artifact_id, const Maker& user, WallTime now);

  /// The files of a tree, which must be in the index of blobs; known ones stay.
  Status add_tree_files(const std::string& tree_sha256, const std::vector<std::string>& files);

 private:
  Status add_uses(std::vector<wire::Artifact>& artifacts);
  db::Connection& db_;
};

}  // namespace aiflow::store
