// SPDX-License-Identifier: Apache-2.0
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>

#include "base/assert.h"
#include "os/file.h"
#include "runtime/detail/pack_path.h"
#include "runtime/pack.h"

namespace aiflow::runtime {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kChunkBytes = 1U << 18;

struct FreeRead {
  void operator()(archive* a) const { archive_read_free(a); }
};
struct FreeWrite {
  void operator()(archive* a) const { archive_write_free(a); }
};
struct FreeEntry {
  void operator()(archive_entry* e) const { archive_entry_free(e); }
};
using Reader = std::unique_ptr<archive, FreeRead>;
using Writer = std::unique_ptr<archive, FreeWrite>;
using Entry = std::unique_ptr<archive_entry, FreeEntry>;

std::string reason(archive* a) {
  const char* text = archive_error_string(a);
  return text ? text : "unknown reason";
}

// ---- writing

la_ssize_t write_to_file(archive* /*a*/, void* file, const void* bytes, std::size_t count) {
  const auto written =
      static_cast<os::AtomicFile*>(file)->write({static_cast<const char*>(bytes), count});
  return written ? static_cast<la_ssize_t>(count) : -1;
}

Status add_file(archive* out, const fs::path& file, std::string_view name) {
  const os::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat info{};
  if (!fd.valid() || ::fstat(fd.get(), &info) != 0) {
    return fail(os::error_from_errno(errno, "'" + file.string() + "'"));
  }
  const Entry entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), std::string(name).c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  archive_entry_set_size(entry.get(), info.st_size);
  archive_entry_set_mtime(entry.get(), 0, 0);
  if (archive_write_header(out, entry.get()) != ARCHIVE_OK) {
    return fail(ErrorCode::unavailable, reason(out));
  }
  std::string buffer(kChunkBytes, '\0');
  while (true) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(os::error_from_errno(errno, "'" + file.string() + "'"));
    if (n == 0) return {};
    if (archive_write_data(out, buffer.data(), static_cast<std::size_t>(n)) != n) {
      return fail(ErrorCode::unavailable, reason(out));
    }
  }
}

Status write_entries(archive* out, const fs::path& folder, const PackManifest& manifest) {
  // pack.json first: whoever unpacks knows every name and size before the first file comes.
  AIFLOW_TRY(add_file(out, folder / kManifestName, kManifestName));
  for (const auto& file : manifest.files) {
    AIFLOW_TRY(add_file(out, folder / file.path, file.path));
  }
  if (archive_write_close(out) != ARCHIVE_OK) return fail(ErrorCode::unavailable, reason(out));
  return {};
}

// ---- reading

class Unpacker {
 public:
  Unpacker(archive* in, fs::path folder, const UnpackLimits& limits)
      : in_(in), folder_(std::move(folder)), limits_(limits) {}

  Result<PackManifest> run();

 private:
  Status one_entry(archive_entry* entry);
  Status check_entry(archive_entry* entry) const;
  Status take_manifest(archive_entry* entry);
  Status take_file(archive_entry* entry);
  Status copy_data(const PackFile& expected, int fd);

  archive* in_;
  fs::path folder_;
  const UnpackLimits& limits_;
  std::optional<PackManifest> manifest_;
  PathSet seen_;
  std::int64_t entry_count_ = 0;
};

std::string name_of(archive_entry* entry) {
  const char* name = archive_entry_pathname(entry);
  return name ? name : "";
}

Result<PackManifest> Unpacker::run() {
  while (true) {
    archive_entry* entry = nullptr;  // belongs to the reader
    const int code = archive_read_next_header(in_, &entry);
    if (code == ARCHIVE_EOF) break;
    if (code != ARCHIVE_OK) return fail(ErrorCode::corrupt, reason(in_));
    if (auto done = one_entry(entry); !done) {
      return fail(std::move(done).error().with_context("entry " + std::to_string(entry_count_)));
    }
  }
  if (!manifest_) return fail(ErrorCode::corrupt, "the archive is empty");
  return verify_folder(folder_, Verify::full);
}

Status Unpacker::one_entry(archive_entry* entry) {
  if (++entry_count_ > limits_.entries_max) {
    return fail(ErrorCode::corrupt,
                "the archive has more than " + std::to_string(limits_.entries_max) + " entries");
  }
  AIFLOW_TRY(check_entry(entry));
  AIFLOW_TRY(seen_.add(name_of(entry)));
  return manifest_ ? take_file(entry) : take_manifest(entry);
}

Status Unpacker::check_entry(archive_entry* entry) const {
  const std::string name = name_of(entry);
  AIFLOW_TRY(check_pack_path(name));
  const bool plain = archive_entry_filetype(entry) == AE_IFREG &&
                     archive_entry_hardlink(entry) == nullptr &&
                     archive_entry_symlink(entry) == nullptr;
  if (!plain) {
    return fail(ErrorCode::corrupt, "'" + name + "' is a link, folder or device, not a plain file");
  }
  const auto size = archive_entry_size(entry);
  if (size < 0 || size > limits_.file_bytes_max) {
    return fail(ErrorCode::corrupt, "'" + name + "' is too large");
  }
  return {};
}

Status Unpacker::take_manifest(archive_entry* entry) {
  if (name_of(entry) != kManifestName) {
    return fail(ErrorCode::corrupt, "the first entry is not pack.json");
  }
  const auto size = static_cast<std::size_t>(archive_entry_size(entry));
  if (size > kManifestBytesMax) return fail(ErrorCode::corrupt, "pack.json is too large");
  std::string text(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const la_ssize_t n = archive_read_data(in_, text.data() + have, size - have);
    if (n <= 0) return fail(ErrorCode::corrupt, "pack.json is cut short");
    have += static_cast<std::size_t>(n);
  }
  AIFLOW_ASSIGN(manifest_, parse_manifest(text));
  std::int64_t sum = 0;
  for (const auto& file : manifest_->files) {
    if (file.size_bytes > limits_.file_bytes_max ||
        file.size_bytes > limits_.total_bytes_max - sum) {
      return fail(ErrorCode::corrupt, "the pack is larger than allowed");
    }
    sum += file.size_bytes;
  }
  return os::write_atomic(folder_ / kManifestName, text, 0644);
}

Status Unpacker::take_file(archive_entry* entry) {
  const std::string name = name_of(entry);
  const auto expected = std::ranges::lower_bound(manifest_->files, name, {}, &PackFile::path);
  if (expected == manifest_->files.end() || expected->path != name) {
    return fail(ErrorCode::corrupt, "'" + name + "' is not in pack.json");
  }
  const fs::path path = folder_ / name;
  AIFLOW_TRY(os::make_dirs(path.parent_path(), 0755));
  const os::Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd.valid()) return fail(os::error_from_errno(errno, "'" + path.string() + "'"));
  AIFLOW_TRY(copy_data(*expected, fd.get()));
  if (::fsync(fd.get()) != 0) return fail(os::error_from_errno(errno, "'" + path.string() + "'"));
  return os::sync_dir(path.parent_path());
}

Status Unpacker::copy_data(const PackFile& expected, int fd) {
  std::string buffer(kChunkBytes, '\0');
  std::int64_t have = 0;
  while (true) {
    const la_ssize_t n = archive_read_data(in_, buffer.data(), buffer.size());
    if (n < 0) return fail(ErrorCode::corrupt, "'" + expected.path + "': " + reason(in_));
    if (n == 0) break;
    have += n;
    if (have > expected.size_bytes) break;
    AIFLOW_TRY(os::write_all(fd, std::string_view(buffer).substr(0, static_cast<std::size_t>(n))));
  }
  if (have == expected.size_bytes) return {};
  return fail(ErrorCode::corrupt, "'" + expected.path + "' has not the size that pack.json says");
}

}  // namespace

Status write_archive(const fs::path& folder, const fs::path& file) {
  AIFLOW_ASSIGN(const auto manifest, verify_folder(folder, Verify::full));
  AIFLOW_ASSIGN(auto target, os::AtomicFile::create(file, 0644));
  const Writer out(archive_write_new());
  AIFLOW_ASSERT(out != nullptr);
  // One compression thread: the bytes must not depend on the number of cores. No padding at the
  // end: zeros there are no zstd frame.
  const bool ready =
      archive_write_set_format_pax_restricted(out.get()) == ARCHIVE_OK &&
      archive_write_add_filter_zstd(out.get()) == ARCHIVE_OK &&
      archive_write_set_options(out.get(), "zstd:compression-level=6") == ARCHIVE_OK &&
      archive_write_set_bytes_in_last_block(out.get(), 1) == ARCHIVE_OK &&
      archive_write_open(out.get(), &target, nullptr, write_to_file, nullptr) == ARCHIVE_OK;
  if (!ready) return fail(ErrorCode::internal, reason(out.get()));
  if (auto done = write_entries(out.get(), folder, manifest); !done) {
    return fail(std::move(done).error().with_context("'" + file.string() + "'"));
  }
  return target.commit();
}

Result<PackManifest> unpack_archive(const fs::path& file, const fs::path& folder,
                                    const UnpackLimits& limits) {
  const std::string name = "pack archive '" + file.string() + "'";
  if (::mkdir(folder.c_str(), 0755) != 0) {
    return fail(os::error_from_errno(errno, "'" + folder.string() + "'"));
  }
  const Reader in(archive_read_new());
  AIFLOW_ASSERT(in != nullptr);
  const bool ready = archive_read_support_filter_zstd(in.get()) == ARCHIVE_OK &&
                     archive_read_support_format_tar(in.get()) == ARCHIVE_OK;
  AIFLOW_ASSERT(ready);
  const auto unpack = [&]() -> Result<PackManifest> {
    if (archive_read_open_filename(in.get(), file.c_str(), kChunkBytes) != ARCHIVE_OK) {
      const int number = archive_errno(in.get());
      if (number == ENOENT) return fail(ErrorCode::not_found, "does not exist");
      return fail(ErrorCode::corrupt, reason(in.get()));
    }
    return Unpacker(in.get(), folder, limits).run();
  };
  auto manifest = unpack();
  if (manifest) return manifest;
  if (auto removed = os::remove_tree(folder); !removed) return fail(std::move(removed).error());
  return fail(std::move(manifest).error().with_context(name));
}

}  // namespace aiflow::runtime
