// SPDX-License-Identifier: Apache-2.0
#include "store/blob_store.h"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include "digest/sha256.h"
#include "os/file.h"

namespace aiflow::store {

namespace {

bool is_digest(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::filesystem::path file_of(const std::filesystem::path& root, std::string_view sha256) {
  return root / "sha256" / sha256.substr(0, 2) / sha256;
}

/// Calls `take` with each piece of the file.
template <class Take>
Status read_pieces(const std::filesystem::path& path, Take take) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::not_found, "can't open '" + path.string() + "'");
  std::string piece(1U << 20, '\0');
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0) {
    take(std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount())));
  }
  if (file.bad()) return fail(ErrorCode::unavailable, "can't read '" + path.string() + "'");
  return {};
}

}  // namespace

struct BlobStore::Writer::Impl {
  std::filesystem::path root;
  os::AtomicFile file;
  std::uint64_t bytes_max;
  std::uint64_t size = 0;
  digest::Sha256 hash{};
};

BlobStore::Writer::Writer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BlobStore::Writer::Writer(Writer&&) noexcept = default;
BlobStore::Writer& BlobStore::Writer::operator=(Writer&&) noexcept = default;
BlobStore::Writer::~Writer() = default;

Result<BlobStore::Writer> BlobStore::begin(std::uint64_t bytes_max) {
  const std::filesystem::path folder = root_ / "incoming";
  AIFLOW_TRY(os::make_dirs(folder));
  AIFLOW_ASSIGN(os::AtomicFile file, os::AtomicFile::create(folder / "blob"));
  return Writer(std::make_unique<Writer::Impl>(
      Writer::Impl{.root = root_, .file = std::move(file), .bytes_max = bytes_max}));
}

Status BlobStore::Writer::write(std::string_view bytes) {
  if (bytes.size() > impl_->bytes_max - impl_->size) {
    return fail(ErrorCode::invalid_argument,
                "the content is longer than " + std::to_string(impl_->bytes_max) + " bytes");
  }
  impl_->size += bytes.size();
  impl_->hash.update(bytes);
  return impl_->file.write(bytes);
}

Result<wire::BlobInfo> BlobStore::Writer::finish() {
  wire::BlobInfo info{.sha256 = impl_->hash.finish(),
                      .size = static_cast<std::int64_t>(impl_->size)};
  const std::filesystem::path target = file_of(impl_->root, info.sha256);
  std::error_code ignored;
  if (std::filesystem::exists(target, ignored)) return info;
  AIFLOW_TRY(os::make_dirs(target.parent_path()));
  // The bytes are synced under their temporary name first, then moved to the name of their digest.
  const std::filesystem::path staged = impl_->root / "incoming" / info.sha256;
  AIFLOW_TRY(impl_->file.commit_as(staged));
  std::error_code error;
  std::filesystem::rename(staged, target, error);
  if (error) {
    return fail(ErrorCode::unavailable,
                "can't move a blob to '" + target.string() + "': " + error.message());
  }
  AIFLOW_TRY(os::sync_dir(target.parent_path()));
  AIFLOW_TRY(os::sync_dir(target.parent_path().parent_path()));
  return info;
}

Result<wire::BlobInfo> BlobStore::put(std::string_view bytes) {
  AIFLOW_ASSIGN(Writer writer, begin(bytes.size()));
  AIFLOW_TRY(writer.write(bytes));
  return writer.finish();
}

Result<std::filesystem::path> BlobStore::path(std::string_view sha256) const {
  if (!is_digest(sha256)) {
    return fail(ErrorCode::invalid_argument, "a blob is named by 64 hex digits (SHA-256)");
  }
  std::filesystem::path file = file_of(root_, sha256);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(file, ignored)) return file;
  return fail(ErrorCode::not_found, "blob " + std::string(sha256) + " does not exist");
}

Result<std::string> BlobStore::read(std::string_view sha256, std::uint64_t bytes_max) const {
  AIFLOW_ASSIGN(const std::filesystem::path file, path(sha256));
  return os::read_file(file, bytes_max);
}

Status BlobStore::verify(std::string_view sha256) const {
  AIFLOW_ASSIGN(const std::filesystem::path file, path(sha256));
  digest::Sha256 hash;
  AIFLOW_TRY(read_pieces(file, [&](std::string_view piece) { hash.update(piece); }));
  if (hash.finish() == sha256) return {};
  return fail(ErrorCode::corrupt, "blob '" + file.string() + "' does not have its digest");
}

}  // namespace aiflow::store
