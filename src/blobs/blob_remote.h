// SPDX-License-Identifier: Apache-2.0
// Where blobs are kept beside this machine's folder: an object store that other machines see too.
// Implementations are thread-safe. Names are SHA-256 digests, checked by the caller.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/result.h"

namespace aiflow::blobs {

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
  /// Calls `visit` for each digest that is kept.
  virtual Status for_each(const std::function<void(const std::string& sha256)>& visit) = 0;
};

}  // namespace aiflow::blobs
