// SPDX-License-Identifier: Apache-2.0
// Files and directories into blobs, and back. What they are stored by is the caller's: the folder
// of this machine (BlobStore) or the server's API.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "blobs/blob_store.h"

namespace aiflow::blobs {

/// What was saved: the blob of a file, or the tree of a directory.
struct Saved {
  bool is_dir = false;
  std::string sha256;
  std::int64_t size = 0;  ///< bytes of all files
  std::int64_t files = 1;
};

struct Sink {
  std::function<Result<wire::BlobInfo>(const std::filesystem::path& file)> put;
  std::function<Result<wire::BlobInfo>(std::string_view bytes)> put_bytes;
};

/// Reads a plain file, or a directory with everything below. Errors: not_found, denied;
/// invalid_argument naming what is no file or directory, links above all, and what is over the
/// limits of a tree.
[[nodiscard]] Result<Saved> save(const std::filesystem::path& path, const Sink& sink);

struct Source {
  /// Makes `target`, which does not exist, hold the blob.
  std::function<Status(const std::string& sha256, const std::filesystem::path& target,
                       BlobStore::Copying copying)>
      get;
  /// The text of a tree.
  std::function<Result<std::string>(const std::string& sha256)> read;
};

struct Wanted {
  bool is_dir = false;
  std::string sha256;
  BlobStore::Copying copying = BlobStore::Copying::share;
};

/// Makes `target` the file or directory; it is whole or absent. Its folder must exist. Errors:
/// conflict (target exists), not_found, corrupt.
Status fetch(const Wanted& wanted, const std::filesystem::path& target, const Source& source);

}  // namespace aiflow::blobs
