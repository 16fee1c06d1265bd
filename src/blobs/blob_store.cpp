// SPDX-License-Identifier: Apache-2.0
#include "blobs/blob_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <system_error>
#include <utility>

#include "blobs/detail/copy.h"
#include "digest/sha256.h"
#include "os/file.h"

namespace aiflow::blobs {
namespace {

namespace fs = std::filesystem;

/// From so many files on one sync of the whole file system is cheaper than one for each.
constexpr std::size_t kSyncAllFrom = 8;
constexpr mode_t kBlobMode = 0444;
/// Up to this size a file is read into memory, and written only when the store has no such blob.
constexpr std::size_t kSmallBytes = 1U << 20;

fs::path file_of(const fs::path& root, std::string_view sha256) {
  return root / "sha256" / sha256.substr(0, 2) / sha256;
}

bool is_there(const fs::path& file) {
  std::error_code ignored;
  return fs::is_regular_file(fs::symlink_status(file, ignored));
}

Status sync_file(const fs::path& file) {
  const os::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (fd.valid() && ::fsync(fd.get()) == 0) return {};
  return fail(os::error_from_errno(errno, "sync '" + file.string() + "'"));
}

Status sync_file_system(const fs::path& folder) {
  const os::Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.valid() && ::syncfs(fd.get()) == 0) return {};
  return fail(os::error_from_errno(errno, "sync '" + folder.string() + "'"));
}

Status make_read_only(const fs::path& file) {
  if (::chmod(file.c_str(), kBlobMode) == 0) return {};
  return fail(os::error_from_errno(errno, "protect '" + file.string() + "'"));
}

wire::BlobInfo info_of(const digest::FileDigest& made) {
  return {.sha256 = made.sha256, .size = made.size_bytes};
}

WallTime time_of(const struct stat& info) {
  const auto since = std::chrono::seconds(info.st_mtim.tv_sec) +
                     std::chrono::microseconds(info.st_mtim.tv_nsec / 1000);
  return WallTime{since};
}

Error not_found(const std::string& sha256) {
  return {ErrorCode::not_found, "blob " + sha256 + " does not exist"};
}

Error wrong_content(const std::string& sha256) {
  return {ErrorCode::corrupt, "blob " + sha256 + " does not have its digest: it was changed"};
}

}  // namespace

bool is_digest(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// --- Putting -------------------------------------------------------------------------------------

struct BlobStore::Writer::Impl {
  BlobStore store;
  os::AtomicFile file;
  std::uint64_t bytes_max;
  std::uint64_t size = 0;
  digest::Sha256 hash{};
};

BlobStore::Writer::Writer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BlobStore::Writer::Writer(Writer&&) noexcept = default;
BlobStore::Writer& BlobStore::Writer::operator=(Writer&&) noexcept = default;
BlobStore::Writer::~Writer() = default;

Result<fs::path> BlobStore::incoming() const {
  fs::path folder = root_ / "incoming";
  AIFLOW_TRY(os::make_dirs(folder));
  return folder;
}

Result<BlobStore::Writer> BlobStore::begin(std::uint64_t bytes_max) {
  AIFLOW_ASSIGN(const fs::path folder, incoming());
  AIFLOW_ASSIGN(os::AtomicFile file, os::AtomicFile::create(folder / "blob"));
  return Writer(std::make_unique<Writer::Impl>(
      Writer::Impl{.store = *this, .file = std::move(file), .bytes_max = bytes_max}));
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
  const BlobStore& store = impl_->store;
  if (!is_there(file_of(store.root_, info.sha256))) {
    // The bytes are synced under a temporary name first, then moved to the name of their digest.
    const fs::path staged = store.root_ / "incoming" / info.sha256;
    AIFLOW_TRY(impl_->file.commit_as(staged));
    AIFLOW_TRY(store.place(staged, info.sha256));
    const fs::path folder = file_of(store.root_, info.sha256).parent_path();
    AIFLOW_TRY(os::sync_dir(folder));
    AIFLOW_TRY(os::sync_dir(folder.parent_path()));
  } else {
    AIFLOW_TRY(detail::touch(file_of(store.root_, info.sha256)));
  }
  AIFLOW_TRY(store.upload(info.sha256));
  return info;
}

/// Moves a complete, synced file to the name of its digest. The folders are synced by the caller.
Status BlobStore::place(const fs::path& staged, const std::string& sha256) const {
  const fs::path target = file_of(root_, sha256);
  AIFLOW_TRY(os::make_dirs(target.parent_path()));
  AIFLOW_TRY(make_read_only(staged));
  std::error_code error;
  fs::rename(staged, target, error);
  if (!error) return {};
  return fail(os::error_from_errno(error.value(), "move a blob to '" + target.string() + "'"));
}

Status BlobStore::upload(const std::string& sha256) const {
  return remote_ == nullptr ? Status{} : remote_->upload(sha256, file_of(root_, sha256));
}

Result<wire::BlobInfo> BlobStore::put(std::string_view bytes) {
  AIFLOW_ASSIGN(Writer writer, begin(bytes.size()));
  AIFLOW_TRY(writer.write(bytes));
  return writer.finish();
}

Result<wire::BlobInfo> BlobStore::take_file(const fs::path& file) {
  AIFLOW_ASSIGN(const fs::path folder, incoming());
  AIFLOW_ASSIGN(const auto found, digest::sha256_of_file(file));
  const fs::path target = file_of(root_, found.sha256);
  struct stat ours{};
  struct stat theirs{};
  const bool can_move = ::stat(folder.c_str(), &ours) == 0 && ::lstat(file.c_str(), &theirs) == 0 &&
                        ours.st_dev == theirs.st_dev;
  if (is_there(target) || !can_move) {
    Intake intake(*this);
    AIFLOW_ASSIGN(auto info, intake.put(file));
    AIFLOW_TRY(intake.finish());
    return info;
  }
  AIFLOW_TRY(detail::touch(file));  // before it is there: it may have the time of years ago
  AIFLOW_TRY(sync_file(file));
  AIFLOW_TRY(place(file, found.sha256));
  AIFLOW_TRY(os::sync_dir(target.parent_path()));
  AIFLOW_TRY(os::sync_dir(target.parent_path().parent_path()));
  AIFLOW_TRY(upload(found.sha256));
  return info_of(found);
}

Result<wire::BlobInfo> BlobStore::adopt(const std::string& sha256) {
  AIFLOW_ASSIGN(const fs::path file, path(sha256));
  struct stat info{};
  if (::lstat(file.c_str(), &info) != 0) return fail(not_found(sha256));
  // From now on nobody takes it for old: its rows may be on their way out with what was there
  // before.
  AIFLOW_TRY(detail::touch(file));
  AIFLOW_TRY(upload(sha256));
  return wire::BlobInfo{.sha256 = sha256, .size = info.st_size};
}

BlobStore::Intake::~Intake() {
  for (const Waiting& one : waiting_) ::unlink(one.temporary.c_str());
}

Result<wire::BlobInfo> BlobStore::Intake::put(const fs::path& file) {
  AIFLOW_ASSIGN(const os::Fd from, detail::open_plain(file));
  AIFLOW_ASSIGN(const auto bytes, detail::read_small(from.get(), kSmallBytes));
  if (bytes) return put_bytes(*bytes);
  AIFLOW_ASSIGN(const fs::path folder, store_->incoming());
  AIFLOW_ASSIGN(const detail::NewFile to, detail::make_file(folder));
  const auto copied = detail::copy_contents(from.get(), to.fd.get());
  if (!copied) {
    ::unlink(to.path.c_str());
    return fail(Error(copied.error()).with_context("'" + file.string() + "'"));
  }
  waiting_.push_back({.temporary = to.path, .sha256 = copied->sha256});
  if (is_known(copied->sha256)) drop_temporary(waiting_.back());
  return info_of(*copied);
}

Result<wire::BlobInfo> BlobStore::Intake::put_bytes(std::string_view bytes) {
  wire::BlobInfo info{.sha256 = digest::sha256_of(bytes),
                      .size = static_cast<std::int64_t>(bytes.size())};
  waiting_.push_back({.temporary = {}, .sha256 = info.sha256});
  if (is_known(info.sha256)) return info;
  AIFLOW_ASSIGN(const fs::path folder, store_->incoming());
  AIFLOW_ASSIGN(const detail::NewFile to, detail::make_file(folder));
  waiting_.back().temporary = to.path;
  AIFLOW_TRY(os::write_all(to.fd.get(), bytes));
  return info;
}

/// Touched at once: from now on nobody takes it for old and removes it.
bool BlobStore::Intake::is_known(const std::string& sha256) const {
  const fs::path target = file_of(store_->root_, sha256);
  return is_there(target) && detail::touch(target);
}

void BlobStore::Intake::drop_temporary(Waiting& one) {
  ::unlink(one.temporary.c_str());
  one.temporary.clear();
}

Status BlobStore::Intake::sync_contents() const {
  if (waiting_.size() >= kSyncAllFrom) return sync_file_system(store_->root_);
  for (const Waiting& one : waiting_) {
    if (!one.temporary.empty()) AIFLOW_TRY(sync_file(one.temporary));
  }
  return {};
}

Status BlobStore::Intake::finish() {
  AIFLOW_TRY(sync_contents());
  std::set<fs::path> folders;
  for (Waiting& one : waiting_) {
    if (one.temporary.empty()) continue;
    AIFLOW_TRY(store_->place(one.temporary, one.sha256));
    one.temporary.clear();
    folders.insert(file_of(store_->root_, one.sha256).parent_path());
  }
  for (const fs::path& folder : folders) AIFLOW_TRY(os::sync_dir(folder));
  if (!folders.empty()) AIFLOW_TRY(os::sync_dir(store_->root_ / "sha256"));
  for (const Waiting& one : waiting_) AIFLOW_TRY(store_->upload(one.sha256));
  waiting_.clear();
  return {};
}

// --- Reading -------------------------------------------------------------------------------------

Result<fs::path> BlobStore::path(std::string_view sha256) const {
  if (!is_digest(sha256)) {
    return fail(ErrorCode::invalid_argument, "a blob is named by 64 hex digits (SHA-256)");
  }
  fs::path file = file_of(root_, sha256);
  if (is_there(file)) return file;
  if (remote_ != nullptr) return fetched(std::string(sha256));
  return fail(not_found(std::string(sha256)));
}

/// From the remote into the folder.
Result<fs::path> BlobStore::fetched(const std::string& sha256) const {
  AIFLOW_ASSIGN(const fs::path folder, incoming());
  AIFLOW_ASSIGN(const detail::NewFile made, detail::make_file(folder));
  const auto drop = [&](Error error) {
    ::unlink(made.path.c_str());
    return fail(std::move(error));
  };
  if (Status done = remote_->download(sha256, made.path); !done) {
    const bool is_missing = done.error().code == ErrorCode::not_found;
    return drop(is_missing ? not_found(sha256) : std::move(done).error());
  }
  const auto found = digest::sha256_of_file(made.path);
  if (!found) return drop(found.error());
  if (found->sha256 != sha256) return drop(wrong_content(sha256));
  // A blob is whole or absent, also after a power loss.
  if (Status synced = sync_file(made.path); !synced) return drop(std::move(synced).error());
  if (Status placed = place(made.path, sha256); !placed) return drop(std::move(placed).error());
  return file_of(root_, sha256);
}

Result<std::string> BlobStore::read(std::string_view sha256, std::uint64_t bytes_max) const {
  AIFLOW_ASSIGN(const fs::path file, path(sha256));
  return os::read_file(file, bytes_max);
}

Status BlobStore::verify(std::string_view sha256) const {
  AIFLOW_ASSIGN(const fs::path file, path(sha256));
  AIFLOW_ASSIGN(const auto found, digest::sha256_of_file(file));
  if (found.sha256 == sha256) return {};
  return fail(wrong_content(std::string(sha256)));
}

Result<bool> BlobStore::contains(std::string_view sha256) const {
  if (!is_digest(sha256)) {
    return fail(ErrorCode::invalid_argument, "a blob is named by 64 hex digits (SHA-256)");
  }
  if (is_there(file_of(root_, sha256))) return true;
  return remote_ == nullptr ? Result<bool>(false) : remote_->contains(std::string(sha256));
}

Status BlobStore::materialise(std::string_view sha256, const fs::path& target,
                              Copying copying) const {
  AIFLOW_ASSIGN(const fs::path file, path(sha256));
  // A link is made and then read, so that what is compared is what the caller gets.
  if (copying == Copying::share && ::link(file.c_str(), target.c_str()) == 0) {
    auto found = digest::sha256_of_file(target);
    if (found && found->sha256 == sha256) return {};
    ::unlink(target.c_str());
    return fail(found ? wrong_content(std::string(sha256)) : std::move(found).error());
  }
  AIFLOW_ASSIGN(const os::Fd from, detail::open_plain(file));
  const os::Fd to(::open(target.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                         copying == Copying::share ? 0444 : 0644));
  if (!to.valid()) return fail(os::error_from_errno(errno, "write '" + target.string() + "'"));
  auto copied = detail::copy_contents(from.get(), to.get());
  if (copied && copied->sha256 == sha256) return {};
  ::unlink(target.c_str());
  return fail(copied ? wrong_content(std::string(sha256)) : std::move(copied).error());
}

// --- Keeping house -------------------------------------------------------------------------------

Result<BlobStore::Kept> BlobStore::kept(const std::string& sha256) const {
  struct stat info{};
  if (::lstat(file_of(root_, sha256).c_str(), &info) != 0) return fail(not_found(sha256));
  return Kept{.sha256 = sha256, .size = info.st_size, .changed_at = time_of(info)};
}

Status BlobStore::for_each(const std::function<void(const Kept&)>& visit) const {
  std::error_code error;
  for (const auto& folder : fs::directory_iterator(root_ / "sha256", error)) {
    std::error_code ignored;
    for (const auto& file : fs::directory_iterator(folder.path(), ignored)) {
      const std::string name = file.path().filename().string();
      if (!is_digest(name)) continue;
      if (const auto found = kept(name)) visit(*found);
    }
  }
  if (!error || error == std::errc::no_such_file_or_directory) return {};
  return fail(os::error_from_errno(error.value(), "list '" + root_.string() + "'"));
}

Status BlobStore::remove(const std::string& sha256) const {
  AIFLOW_TRY(remove_here(sha256));
  return remove_remote(sha256);
}

Status BlobStore::remove_here(const std::string& sha256) const {
  return os::remove_file(file_of(root_, sha256));
}

Status BlobStore::remove_remote(const std::string& sha256) const {
  if (remote_ == nullptr) return {};
  AIFLOW_TRY(remote_->remove(sha256));
  // Somebody may have put it meanwhile and found it at the remote, just before it went there.
  return is_there(file_of(root_, sha256)) ? upload(sha256) : Status{};
}

Result<std::int64_t> BlobStore::remove_unfinished(WallTime before) const {
  std::error_code error;
  std::int64_t bytes = 0;
  for (const auto& file : fs::directory_iterator(root_ / "incoming", error)) {
    struct stat info{};
    if (::lstat(file.path().c_str(), &info) != 0 || time_of(info) >= before) continue;
    AIFLOW_TRY(os::remove_file(file.path()));
    bytes += info.st_size;
  }
  return bytes;
}

}  // namespace aiflow::blobs
