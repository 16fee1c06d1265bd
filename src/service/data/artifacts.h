// SPDX-License-Identifier: Apache-2.0
// Files and directories that tasks hand on by content. The bytes are put as blobs first (through
// the API, or by a process of this machine straight into the blob folder); then the attempt says
// what they are. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "blobs/blob_store.h"
#include "service/auth.h"
#include "store/data/artifact_store.h"
#include "store/store.h"
#include "wire/engine.h"

namespace aiflow::service {

class Artifacts {
 public:
  struct Parts {
    const Clock& clock;
    store::Store& store;
    blobs::BlobStore& blobs;
  };
  explicit Artifacts(Parts parts) : parts_(parts) {}

  /// Which of these blobs have to be put before they can be named. At most 10,000 at once.
  [[nodiscard]] Result<wire::BlobList> missing(const wire::BlobList& wanted);

  /// Offers it in the name of the attempt; seen when that has ended with success. Errors:
  /// not_found (a blob is missing: put it again), invalid_argument (name, kind, no tree).
  [[nodiscard]] Result<wire::Artifact> create(const wire::ArtifactCreate& request,
                                              const wire::AttemptRef& attempt);
  [[nodiscard]] Result<store::Listed<wire::Artifact>> list(const store::ArtifactQuery& query);
  /// Errors: not_found.
  [[nodiscard]] Result<wire::Artifact> get(std::int64_t artifact_id);
  /// Notes that the attempt fetched it. Errors: not_found.
  Status use(std::int64_t artifact_id, const wire::AttemptRef& attempt);
  /// The content goes with the next collection of garbage. Errors: not_found, denied (a task may
  /// remove those of its own DAG).
  Status remove(std::int64_t artifact_id, const Principal& who);

 private:
  Result<store::NewArtifact> check(const wire::ArtifactCreate& request);
  Status note_tree(const std::string& sha256, store::NewArtifact& made);
  Status note_blobs(std::vector<std::string> digests);
  Parts parts_;
};

}  // namespace aiflow::service
