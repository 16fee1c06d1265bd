// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "runtime/detail/pack_path.h"

namespace aiflow::runtime {
namespace {

constexpr std::size_t kPathBytesMax = 512;

std::string printable(std::string_view path) {
  std::string out;
  for (const char c : path.substr(0, 100)) {
    out += (c < ' ' && c >= 0) || c == 0x7f ? '?' : c;
  }
  return "'" + out + "'";
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

}  // namespace

Status check_pack_path(std::string_view path) {
  const auto refuse = [&](const char* why) {
    return fail(ErrorCode::corrupt, "the name " + printable(path) + " " + why);
  };
  if (path.empty()) return refuse("is empty");
  if (path.size() > kPathBytesMax) return refuse("is too long");
  if (path.front() == '/') return refuse("is absolute");
  const bool odd = std::ranges::any_of(
      path, [](char c) { return c == '\\' || (c >= 0 && c < ' ') || c == 0x7f; });
  if (odd) return refuse("has a character that is not allowed");
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string_view part = path.substr(start, end - start);
    if (part.empty() || part == "." || part == "..") return refuse("leads out of the pack");
    start = end + 1;
  }
  return {};
}

Status PathSet::add(std::string_view path) {
  if (!files_.insert(lower(path)).second || folders_.contains(lower(path))) {
    return fail(ErrorCode::corrupt, "the name " + printable(path) + " comes twice");
  }
  for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
    const std::string_view folder = path.substr(0, slash);
    const auto [known, inserted] = folders_.try_emplace(lower(folder), folder);
    if (known->second != folder || files_.contains(lower(folder))) {
      return fail(ErrorCode::corrupt, "the folder " + printable(folder) + " clashes with another");
    }
  }
  return {};
}

}  // namespace aiflow::runtime
