// SPDX-License-Identifier: Apache-2.0
#include "uplink/bundle.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <vector>

#include "blobs/tree.h"
#include "digest/sha256.h"
#include "os/file.h"

namespace aiflow::uplink {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kFooterBytes = 8;
constexpr std::size_t kPieceBytes = 256U << 10;
constexpr int kDepthMax = 64;
/// Files are replaced while they are read, by editors and deployments; so often in a row by
/// neither.
constexpr int kReplacedMax = 3;

struct Found {
  std::string path;  ///< relative
  struct stat info{};
};

bool is_left_out(const std::string& name) { return name.starts_with('.') || name == "__pycache__"; }

/// The files that go into a folder's bundle, by path.
class Scan {
 public:
  explicit Scan(const fs::path& root) : root_(root) {}

  Result<std::vector<Found>> all() {
    std::error_code error;
    real_root_ = fs::canonical(root_, error).string() + "/";
    if (error) return fail(os::error_from_errno(error.value(), "read '" + root_.string() + "'"));
    AIFLOW_TRY(folder("", 0));
    std::ranges::sort(found_, {}, &Found::path);
    return std::move(found_);
  }

 private:
  Status folder(const std::string& prefix, int depth) {
    std::error_code error;
    for (fs::directory_iterator it(root_ / prefix, error), end; !error && it != end;
         it.increment(error)) {
      const std::string name = it->path().filename().string();
      if (!is_left_out(name)) AIFLOW_TRY(entry(prefix + name, depth));
    }
    // A folder that goes while it is read counts as empty.
    if (error && error != std::errc::no_such_file_or_directory) {
      return fail(os::error_from_errno(error.value(), "read '" + (root_ / prefix).string() + "'"));
    }
    return {};
  }

  Status entry(const std::string& path, int depth) {
    struct stat info{};
    if (::lstat((root_ / path).c_str(), &info) != 0) return {};
    if (S_ISDIR(info.st_mode)) {
      return depth < kDepthMax ? folder(path + "/", depth + 1) : Status{};
    }
    if (S_ISLNK(info.st_mode) && !follow(path, info)) return {};
    if (!S_ISREG(info.st_mode) || !blobs::check_tree_path(path)) return {};
    bytes_ += info.st_size;
    if (std::ssize(found_) >= kBundleFilesMax || bytes_ > kBundleBytesMax) {
      return fail(ErrorCode::invalid_argument,
                  "the DAG folder '" + root_.string() + "' is too large for workers elsewhere: " +
                      "more than " + std::to_string(kBundleFilesMax) + " files or " +
                      std::to_string(kBundleBytesMax >> 20) + " MiB");
    }
    found_.push_back({.path = path, .info = info});
    return {};
  }

  /// Links to files of the folder are taken as files; those that lead out of it are not followed:
  /// the worker's tasks have no business with the server's other files.
  bool follow(const std::string& path, struct stat& info) const {
    std::error_code error;
    const auto real = fs::canonical(root_ / path, error);
    return !error && real.string().starts_with(real_root_) && ::stat(real.c_str(), &info) == 0;
  }

  const fs::path& root_;
  std::string real_root_;
  std::vector<Found> found_;
  std::int64_t bytes_ = 0;
};

std::string big_endian(std::uint64_t number) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift));
  return out;
}

std::uint64_t from_big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

/// Copies a file's bytes to the bundle; the file may change meanwhile, so its size is what came.
/// Errors: conflict when something else has taken its place since the scan.
Result<blobs::TreeEntry> append_file(const fs::path& file, const Found& found,
                                     os::AtomicFile& out) {
  blobs::TreeEntry entry{.path = found.path,
                         .sha256 = {},
                         .size = 0,
                         .executable = (found.info.st_mode & S_IXUSR) != 0};
  // A pipe in its place would hold us up, a link could lead out of the folder.
  const os::Fd in(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat info{};
  const bool is_same = in.valid() && ::fstat(in.get(), &info) == 0 && S_ISREG(info.st_mode) &&
                       info.st_dev == found.info.st_dev && info.st_ino == found.info.st_ino;
  if (!is_same) {
    return fail(ErrorCode::conflict, "'" + file.string() + "' was replaced while it was read");
  }
  digest::Sha256 digest;
  std::vector<char> piece(kPieceBytes);
  for (;;) {
    const ssize_t got = ::read(in.get(), piece.data(), piece.size());
    if (got < 0) return fail(os::error_from_errno(errno, "read '" + file.string() + "'"));
    if (got == 0) break;
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(got));
    entry.size += got;
    if (entry.size > kBundleBytesMax) {
      return fail(ErrorCode::invalid_argument, "'" + file.string() + "' grows without end");
    }
    digest.update(bytes);
    AIFLOW_TRY(out.write(bytes));
  }
  entry.sha256 = digest.finish();
  return entry;
}

std::unexpected<Error> not_that_bundle() {
  return fail(ErrorCode::corrupt, "the bundle of the DAG's files is damaged");
}

Result<std::string> read_at(const os::Fd& file, std::uint64_t offset, std::size_t size) {
  std::string out(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got =
        ::pread(file.get(), out.data() + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0) return fail(os::error_from_errno(errno, "read a bundle"));
    if (got == 0) return not_that_bundle();
    done += static_cast<std::size_t>(got);
  }
  return out;
}

Result<blobs::Tree> read_tree(const os::Fd& file, const std::string& name) {
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) return fail(os::error_from_errno(errno, "read a bundle"));
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size < kFooterBytes) return not_that_bundle();
  AIFLOW_ASSIGN(const std::string footer, read_at(file, size - kFooterBytes, kFooterBytes));
  const std::uint64_t text_size = from_big_endian(footer);
  if (text_size > blobs::kTreeBytesMax || text_size > size - kFooterBytes) return not_that_bundle();
  AIFLOW_ASSIGN(const std::string text, read_at(file, size - kFooterBytes - text_size, text_size));
  if (digest::sha256_of(text) != name) return not_that_bundle();
  AIFLOW_ASSIGN(blobs::Tree tree, blobs::parse_tree(text));
  if (static_cast<std::uint64_t>(tree.bytes()) != size - kFooterBytes - text_size) {
    return not_that_bundle();
  }
  return tree;
}

Status write_entry(const os::Fd& file, std::uint64_t offset, const blobs::TreeEntry& entry,
                   const fs::path& target) {
  AIFLOW_TRY(os::make_dirs(target.parent_path(), 0755));
  // Not to be written: the tasks of this worker share it.
  const os::Fd out(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                          entry.executable ? 0555 : 0444));
  if (!out.valid()) return fail(os::error_from_errno(errno, "write '" + target.string() + "'"));
  digest::Sha256 digest;
  auto left = static_cast<std::uint64_t>(entry.size);
  while (left > 0) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, kPieceBytes));
    AIFLOW_ASSIGN(const std::string piece, read_at(file, offset, size));
    digest.update(piece);
    AIFLOW_TRY(os::write_all(out.get(), piece));
    offset += size;
    left -= size;
  }
  return digest.finish() == entry.sha256 ? Status{} : not_that_bundle();
}

Status write_entries(const os::Fd& file, const std::string& name, const fs::path& folder) {
  AIFLOW_ASSIGN(const blobs::Tree tree, read_tree(file, name));
  AIFLOW_TRY(os::make_dirs(folder, 0755));
  std::uint64_t offset = 0;
  for (const blobs::TreeEntry& entry : tree.entries) {
    AIFLOW_ASSIGN(const fs::path target, os::join_inside(folder, entry.path));
    AIFLOW_TRY(write_entry(file, offset, entry, target));
    offset += static_cast<std::uint64_t>(entry.size);
  }
  return {};
}

}  // namespace

bool is_bundle_name(std::string_view name) {
  return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == name.npos;
}

std::string path_in(fs::path folder, const fs::path& file) {
  if (!folder.has_filename()) folder = folder.parent_path();  // "/dags/"
  const auto [end, rest] = std::ranges::mismatch(folder, file);
  if (end != folder.end()) return {};
  fs::path out;
  for (auto part = rest; part != file.end(); ++part) out /= *part;
  return out.string();
}

Result<std::string> folder_print(const fs::path& folder) {
  AIFLOW_ASSIGN(const auto found, Scan(folder).all());
  digest::Sha256 digest;
  for (const Found& each : found) {
    const struct stat& info = each.info;
    std::string line = each.path;
    for (const long number :
         {static_cast<long>(info.st_size), static_cast<long>(info.st_ino),
          static_cast<long>(info.st_mode), static_cast<long>(info.st_mtim.tv_sec),
          info.st_mtim.tv_nsec, static_cast<long>(info.st_ctim.tv_sec), info.st_ctim.tv_nsec}) {
      line += "\t" + std::to_string(number);
    }
    digest.update(line + "\n");
  }
  return digest.finish();
}

namespace {

Result<std::string> pack_once(const fs::path& folder, const fs::path& store) {
  AIFLOW_ASSIGN(const auto found, Scan(folder).all());
  AIFLOW_ASSIGN(auto out, os::AtomicFile::create(store / "new"));
  blobs::Tree tree;
  for (const Found& each : found) {
    AIFLOW_ASSIGN(auto entry, append_file(folder / each.path, each, out));
    tree.entries.push_back(std::move(entry));
  }
  const std::string text = blobs::write_tree(tree);
  const std::string name = digest::sha256_of(text);
  AIFLOW_TRY(out.write(text));
  AIFLOW_TRY(out.write(big_endian(text.size())));
  AIFLOW_TRY(out.commit_as(store / name));
  return name;
}

}  // namespace

Result<std::string> pack_bundle(const fs::path& folder, const fs::path& store) {
  auto packed = pack_once(folder, store);
  for (int again = 0; again < kReplacedMax && !packed; ++again) {
    if (packed.error().code != ErrorCode::conflict) break;
    packed = pack_once(folder, store);
  }
  return packed;
}

Status unpack_bundle(const fs::path& file, const std::string& name, const fs::path& target) {
  const os::Fd in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.valid()) return fail(os::error_from_errno(errno, "read '" + file.string() + "'"));
  const fs::path staged = target.string() + ".part";
  AIFLOW_TRY(os::remove_tree(staged));
  Status made = write_entries(in, name, staged);
  if (made && ::rename(staged.c_str(), target.c_str()) != 0) {
    made = fail(os::error_from_errno(errno, "make '" + target.string() + "'"));
  }
  if (!made) static_cast<void>(os::remove_tree(staged));
  return made;
}

}  // namespace aiflow::uplink
