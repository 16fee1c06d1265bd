// SPDX-License-Identifier: Apache-2.0
// Content-addressed files: blobs/sha256/<first 2 hex>/<64 hex>, read-only. A blob is whole or
// absent; it is never changed. With a BlobRemote the folder is a cache in front of it: what is put
// is in both when the call returns, what only the remote has is fetched when it is asked for.
// Thread-safe, and safe beside other processes that put into the same folder. The index of blobs in
// the database is ModelStore::add_blob.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "blobs/blob_remote.h"
#include "wire/engine.h"

namespace aiflow::blobs {

/// 64 lower-case hex digits.
[[nodiscard]] bool is_digest(std::string_view text);

class BlobStore {
 public:
  /// `root` is the folder "blobs" of the data directory; it is made when missing.
  explicit BlobStore(std::filesystem::path root, std::shared_ptr<BlobRemote> remote = nullptr)
      : root_(std::move(root)), remote_(std::move(remote)) {}

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

  /// Many files at once: one sync of the file system for all instead of some for each.
  class Intake {
   public:
    explicit Intake(const BlobStore& store) : store_(&store) {}
    Intake(const Intake&) = delete;
    Intake& operator=(const Intake&) = delete;
    ~Intake();
    /// Copies a plain file (a reflink where the file system can), never through a symbolic link.
    /// Errors: not_found, denied, invalid_argument (not a plain file), unavailable (disk full).
    [[nodiscard]] Result<wire::BlobInfo> put(const std::filesystem::path& file);
    [[nodiscard]] Result<wire::BlobInfo> put_bytes(std::string_view bytes);
    /// All of them are blobs, durable, on return.
    Status finish();

   private:
    struct Waiting {
      std::filesystem::path temporary;
      std::string sha256;
    };
    [[nodiscard]] bool is_known(const std::string& sha256) const;
    static void drop_temporary(Waiting& one);
    Status sync_contents() const;
    const BlobStore* store_;
    std::vector<Waiting> waiting_;
  };

  /// `bytes_max` bounds what write() takes in all.
  [[nodiscard]] Result<Writer> begin(std::uint64_t bytes_max);
  [[nodiscard]] Result<wire::BlobInfo> put(std::string_view bytes);
  /// Takes a finished file over: it is moved, not copied, where it is on the same file system.
  [[nodiscard]] Result<wire::BlobInfo> take_file(const std::filesystem::path& file);
  /// Makes a blob of what another process put into the folder. Errors: not_found when it is neither
  /// there nor at the remote.
  [[nodiscard]] Result<wire::BlobInfo> adopt(const std::string& sha256);

  /// Where the blob's file is; fetched first when only the remote has it. Errors: not_found,
  /// invalid_argument (not 64 hex digits), corrupt (the remote gave other bytes).
  [[nodiscard]] Result<std::filesystem::path> path(std::string_view sha256) const;
  [[nodiscard]] Result<std::string> read(std::string_view sha256, std::uint64_t bytes_max) const;
  /// Reads the whole file and compares. Errors: corrupt, not_found.
  Status verify(std::string_view sha256) const;
  [[nodiscard]] Result<bool> contains(std::string_view sha256) const;

  enum class Copying {
    share,     ///< a reflink, or a hard link to the read-only file of the store
    separate,  ///< a file of one's own that may be written
  };
  /// Makes `target` (which must not exist) hold the blob's content and compares the digest.
  /// Errors: not_found, corrupt (named, so that somebody looks), conflict (target exists).
  Status materialise(std::string_view sha256, const std::filesystem::path& target,
                     Copying copying) const;

  using Kept = blobs::Kept;
  /// Calls `visit` for each blob of the folder, in no order.
  Status for_each(const std::function<void(const Kept&)>& visit) const;
  /// What the folder knows of one. Errors: not_found.
  [[nodiscard]] Result<Kept> kept(const std::string& sha256) const;
  /// Removes it here and at the remote. A missing one is fine.
  Status remove(const std::string& sha256) const;
  /// The two halves of it. What is put here again before the second one ends is at the remote, too.
  Status remove_here(const std::string& sha256) const;
  Status remove_remote(const std::string& sha256) const;
  /// Removes what was begun and not finished before `before`; gives the number of bytes.
  [[nodiscard]] Result<std::int64_t> remove_unfinished(WallTime before) const;
  [[nodiscard]] const std::shared_ptr<BlobRemote>& remote() const { return remote_; }

 private:
  [[nodiscard]] Result<std::filesystem::path> fetched(const std::string& sha256) const;
  [[nodiscard]] Result<std::filesystem::path> incoming() const;
  Status place(const std::filesystem::path& staged, const std::string& sha256) const;
  Status upload(const std::string& sha256) const;
  std::filesystem::path root_;
  std::shared_ptr<BlobRemote> remote_;
};

}  // namespace aiflow::blobs
