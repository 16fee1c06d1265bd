// SPDX-License-Identifier: Apache-2.0
// Content-addressed files: blobs/sha256/<first 2 hex>/<64 hex>. A blob is whole or absent; it is
// never changed. Thread-safe. The index of blobs in the database is ModelStore::add_blob.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/engine.h"

namespace aiflow::store {

class BlobStore {
 public:
  /// `root` is the folder "blobs" of the data directory; it is made when missing.
  explicit BlobStore(std::filesystem::path root) : root_(std::move(root)) {}

  /// A blob that comes in pieces. Dropped without finish() it leaves nothing behind.
  class Writer {
   public:
    Writer(Writer&&) noexcept;
    Writer& operator=(Writer&&) noexcept;
    ~Writer();
    /// Errors: unavailable (disk full), invalid_argument (longer than allowed).
    Status write(std::string_view bytes);
    /// Durable on return. Content that is there already is kept.
    [[nodiscard]] Result<wire::BlobInfo> finish();

   private:
    friend class BlobStore;
    struct Impl;
    explicit Writer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
  };

  /// `bytes_max` bounds what write() takes in all.
  [[nodiscard]] Result<Writer> begin(std::uint64_t bytes_max);
  [[nodiscard]] Result<wire::BlobInfo> put(std::string_view bytes);
  /// Where the blob's file is. Errors: not_found, invalid_argument (not 64 hex digits).
  [[nodiscard]] Result<std::filesystem::path> path(std::string_view sha256) const;
  [[nodiscard]] Result<std::string> read(std::string_view sha256, std::uint64_t bytes_max) const;
  /// Reads the whole file and compares. Errors: corrupt, not_found.
  Status verify(std::string_view sha256) const;

 private:
  std::filesystem::path root_;
};

}  // namespace aiflow::store
