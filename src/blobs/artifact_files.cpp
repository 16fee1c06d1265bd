// SPDX-License-Identifier: Apache-2.0
#include "blobs/artifact_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "blobs/tree.h"
#include "json/value.h"
#include "os/file.h"

namespace aiflow::blobs {
namespace {

namespace fs = std::filesystem;

Error no_file(const fs::path& path) {
  return {ErrorCode::invalid_argument,
          "'" + path.string() +
              "' is neither a plain file nor a directory; artifacts hold these alone, no links"};
}

/// Whether JSON gives the name back as it was: it is UTF-8.
bool is_utf8(const std::string& name) {
  const auto back = json::parse(json::write(json::Value(name)));
  return back && back->is_string() && back->as_string() == name;
}

class Walk {
 public:
  Walk(fs::path root, const Sink& sink) : root_(std::move(root)), sink_(sink) {}

  Result<Tree> all() {
    AIFLOW_TRY(folder(root_));
    std::ranges::sort(tree_.entries, {}, &TreeEntry::path);
    return std::move(tree_);
  }

 private:
  Status folder(const fs::path& at) {
    std::error_code error;
    bool is_empty = true;
    for (fs::directory_iterator it(at, error), end; !error && it != end; it.increment(error)) {
      is_empty = false;
      AIFLOW_TRY(entry(it->path()));
    }
    if (error) return fail(os::error_from_errno(error.value(), "read '" + at.string() + "'"));
    if (!is_empty || at == root_) return {};
    return add({.path = name_of(at), .sha256 = {}});
  }

  Status entry(const fs::path& path) {
    struct stat info{};
    if (::lstat(path.c_str(), &info) != 0) {
      return fail(os::error_from_errno(errno, "read '" + path.string() + "'"));
    }
    if (S_ISDIR(info.st_mode)) return folder(path);
    if (!S_ISREG(info.st_mode)) return fail(no_file(path));
    const std::string name = name_of(path);
    AIFLOW_TRY(check_tree_path(name));
    AIFLOW_ASSIGN(const auto blob, sink_.put(path));
    return add({.path = name,
                .sha256 = blob.sha256,
                .size = blob.size,
                .executable = (info.st_mode & S_IXUSR) != 0});
  }

  std::string name_of(const fs::path& path) const {
    return path.string().substr(root_.string().size() + 1);
  }

  Status add(TreeEntry entry) {
    AIFLOW_TRY(check_tree_path(entry.path));
    if (!is_utf8(entry.path)) {
      return fail(ErrorCode::invalid_argument, "a file's name is not UTF-8: '" + entry.path + "'");
    }
    if (tree_.entries.size() >= kTreeEntriesMax) {
      return fail(ErrorCode::invalid_argument, "'" + root_.string() + "' holds more than " +
                                                   std::to_string(kTreeEntriesMax) +
                                                   " files; pack them into an archive");
    }
    tree_.entries.push_back(std::move(entry));
    return {};
  }

  const fs::path root_;
  const Sink& sink_;
  Tree tree_;
};

/// "a/b/" and "a/b/." name the directory "a/b".
fs::path without_slash(const fs::path& path) {
  fs::path plain = path.lexically_normal();
  return plain.has_filename() ? plain : plain.parent_path();
}

Status fill(const Tree& tree, const fs::path& folder, const Wanted& wanted, const Source& source) {
  for (const TreeEntry& entry : tree.entries) {
    AIFLOW_ASSIGN(const fs::path target, os::join_inside(folder, entry.path));
    if (entry.sha256.empty()) {
      AIFLOW_TRY(os::make_dirs(target, 0755));
      continue;
    }
    AIFLOW_TRY(os::make_dirs(target.parent_path(), 0755));
    // The mode belongs to the file, which a link shares with the store.
    const auto copying = entry.executable ? BlobStore::Copying::separate : wanted.copying;
    AIFLOW_TRY(source.get(entry.sha256, target, copying));
    if (entry.executable && ::chmod(target.c_str(), 0755) != 0) {
      return fail(os::error_from_errno(errno, "make '" + target.string() + "' executable"));
    }
  }
  return {};
}

}  // namespace

Result<Saved> save(const fs::path& path, const Sink& sink) {
  struct stat info{};
  const fs::path plain = without_slash(path);
  if (::lstat(plain.c_str(), &info) != 0) {
    return fail(os::error_from_errno(errno, "read '" + plain.string() + "'"));
  }
  if (S_ISREG(info.st_mode)) {
    AIFLOW_ASSIGN(const auto blob, sink.put(plain));
    return Saved{.is_dir = false, .sha256 = blob.sha256, .size = blob.size, .files = 1};
  }
  if (!S_ISDIR(info.st_mode)) return fail(no_file(plain));
  AIFLOW_ASSIGN(const Tree tree, Walk(plain, sink).all());
  const std::string text = write_tree(tree);
  if (text.size() > kTreeBytesMax) {
    return fail(ErrorCode::invalid_argument, "the paths of '" + plain.string() + "' are too long");
  }
  AIFLOW_ASSIGN(const auto blob, sink.put_bytes(text));
  return Saved{.is_dir = true, .sha256 = blob.sha256, .size = tree.bytes(), .files = tree.files()};
}

Status fetch(const Wanted& wanted, const fs::path& target, const Source& source) {
  const fs::path plain = without_slash(target);
  struct stat info{};
  if (::lstat(plain.c_str(), &info) == 0) {
    return fail(ErrorCode::conflict, "'" + plain.string() + "' exists already");
  }
  if (!wanted.is_dir) return source.get(wanted.sha256, plain, wanted.copying);
  AIFLOW_ASSIGN(const std::string text, source.read(wanted.sha256));
  AIFLOW_ASSIGN(const Tree tree, parse_tree(text));
  // Beside the target, so that the last step is a rename.
  std::string staged = plain.string() + ".part-XXXXXX";
  if (::mkdtemp(staged.data()) == nullptr) {
    return fail(os::error_from_errno(errno, "make '" + plain.string() + "'"));
  }
  Status filled = fill(tree, staged, wanted, source);
  if (filled && ::rename(staged.c_str(), plain.c_str()) != 0) {
    filled = fail(os::error_from_errno(errno, "make '" + plain.string() + "'"));
  }
  if (!filled) static_cast<void>(os::remove_tree(staged));
  return filled;
}

}  // namespace aiflow::blobs
