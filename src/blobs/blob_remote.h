// SPDX-License-Identifier: Apache-2.0
// Where blobs are kept beside this machine's folder: an object store that other machines see too.
// Implementations are thread-safe. Names are SHA-256 digests, checked by the caller.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace aiflow::blobs {

/// What a store knows of a blob without reading it.
struct Kept {
  std::string sha256;
  std::int64_t size = 0;
  WallTime changed_at{};  ///< when it was last put
};

class BlobRemote {
 public:
  virtual ~BlobRemote() = default;
  /// Stores the file's content under its digest; durable on return. What is there already is kept.
  /// Errors: unavailable, denied.
  virtual Status upload(const std::string& sha256, const std::filesystem::path& file) = 0;
  /// Writes the content to a new file. The caller compares the digest. Errors: not_found,
  /// unavailable, denied.
  virtual Status download(const std::string& sha256, const std::filesystem::path& file) = 0;
  [[nodiscard]] virtual Result<bool> contains(const std::string& sha256) = 0;
  /// A missing one is fine.
  virtual Status remove(const std::string& sha256) = 0;
  /// Calls `visit` for each blob that is kept, in no order.
  virtual Status for_each(const std::function<void(const Kept&)>& visit) = 0;
};

}  // namespace aiflow::blobs
