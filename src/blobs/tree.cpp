// SPDX-License-Identifier: Apache-2.0
#include "blobs/tree.h"

#include <set>

#include "blobs/blob_store.h"
#include "json/value.h"

namespace aiflow::blobs {
namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::size_t kNameBytesMax = 255;
/// What a name in a file system cannot hold, or a reader of a listing would stumble over.
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::unexpected<Error> refused(std::string_view path, std::string_view why) {
  return fail(ErrorCode::invalid_argument,
              "path '" + std::string(path.substr(0, 200)) + "' of a directory " + std::string(why));
}

json::Value entry_json(const TreeEntry& entry) {
  json::Value out = json::object({{"path", entry.path}});
  if (entry.sha256.empty()) return out;
  out.set("sha256", entry.sha256);
  out.set("size", entry.size);
  if (entry.executable) out.set("executable", true);
  return out;
}

Result<TreeEntry> entry_of(const json::Value& value) {
  TreeEntry entry;
  AIFLOW_ASSIGN(entry.path, json::get_string(value, "path"));
  AIFLOW_TRY(check_tree_path(entry.path));
  AIFLOW_ASSIGN(entry.sha256, json::get_string_or(value, "sha256", ""));
  if (entry.sha256.empty()) return entry;
  if (!is_digest(entry.sha256)) return refused(entry.path, "has a bad digest");
  AIFLOW_ASSIGN(entry.size, json::get_int(value, "size"));
  AIFLOW_ASSIGN(entry.executable, json::get_bool_or(value, "executable", false));
  if (entry.size < 0) return refused(entry.path, "has a negative size");
  return entry;
}

/// Every parent of an entry must be a directory, and is implied by it.
Status check_parents(const Tree& tree) {
  std::set<std::string_view> paths;
  for (const TreeEntry& entry : tree.entries) paths.insert(entry.path);
  for (const TreeEntry& entry : tree.entries) {
    const std::string_view path = entry.path;
    for (auto at = path.find('/'); at != std::string_view::npos; at = path.find('/', at + 1)) {
      if (paths.contains(path.substr(0, at))) {
        return refused(path, "is below one that is no directory with files");
      }
    }
  }
  return {};
}

}  // namespace

std::int64_t Tree::bytes() const {
  std::int64_t sum = 0;
  for (const TreeEntry& entry : entries) sum += entry.size;
  return sum;
}

std::int64_t Tree::files() const {
  std::int64_t count = 0;
  for (const TreeEntry& entry : entries) count += entry.sha256.empty() ? 0 : 1;
  return count;
}

std::string write_tree(const Tree& tree) {
  json::Array entries;
  entries.reserve(tree.entries.size());
  for (const TreeEntry& entry : tree.entries) entries.push_back(entry_json(entry));
  return json::write(
      json::object({{"aiflow_tree", kFormat}, {"entries", json::Value(std::move(entries))}}));
}

Result<Tree> parse_tree(std::string_view text) {
  AIFLOW_ASSIGN(const json::Value value,
                json::parse(text, {.depth_max = 8, .bytes_max = kTreeBytesMax}));
  AIFLOW_ASSIGN(const std::int64_t format, json::get_int(value, "aiflow_tree"));
  if (format != kFormat) return fail(ErrorCode::invalid_argument, "a tree of an unknown format");
  AIFLOW_ASSIGN(const json::Array* items, json::get_array(value, "entries"));
  if (items->size() > kTreeEntriesMax) {
    return fail(ErrorCode::invalid_argument,
                "a directory of more than " + std::to_string(kTreeEntriesMax) + " files");
  }
  Tree tree;
  for (const json::Value& item : *items) {
    AIFLOW_ASSIGN(TreeEntry entry, entry_of(item));
    if (!tree.entries.empty() && tree.entries.back().path >= entry.path) {
      return refused(entry.path, "is not in order");
    }
    tree.entries.push_back(std::move(entry));
  }
  AIFLOW_TRY(check_parents(tree));
  if (write_tree(tree) == text) return tree;
  return fail(ErrorCode::invalid_argument, "a tree that is not written in its one form");
}

Status check_tree_path(std::string_view path) {
  if (path.empty() || path.size() > kTreePathBytesMax) return refused(path, "has a bad length");
  std::size_t from = 0;
  while (from <= path.size()) {
    const std::size_t end = std::min(path.find('/', from), path.size());
    const std::string_view name = path.substr(from, end - from);
    if (name.empty() || name == "." || name == "..") return refused(path, "is not a plain path");
    if (name.size() > kNameBytesMax) return refused(path, "has a name that is too long");
    from = end + 1;
  }
  for (const char c : path) {
    if (is_control(c)) return refused(path, "holds a control character");
  }
  return {};
}

}  // namespace aiflow::blobs
