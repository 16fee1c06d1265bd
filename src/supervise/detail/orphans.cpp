// SPDX-License-Identifier: Apache-2.0
#include "supervise/detail/orphans.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <optional>
#include <vector>

#include "os/environment.h"
#include "os/process_tree.h"

namespace aiflow::supervise::detail {
namespace {

constexpr std::string_view kMarkName = "AIFLOW_ATTEMPT=";
constexpr std::size_t kEnvironBytesMax = 4U << 20;

/// The mark in a process's first environment; nullopt when it has none or cannot be read.
std::optional<std::string> mark_of(int pid) {
  const auto text = os::read_file("/proc/" + std::to_string(pid) + "/environ", kEnvironBytesMax);
  if (!text) return std::nullopt;
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\0', at), text->size());
    const std::string_view entry = std::string_view(*text).substr(at, end - at);
    if (entry.starts_with(kMarkName)) return std::string(entry.substr(kMarkName.size()));
    at = end + 1;
  }
  return std::nullopt;
}

/// Session id, 0 when it cannot be told: the fourth field after the name in parentheses.
int session_of(int pid) {
  const auto text = os::read_file("/proc/" + std::to_string(pid) + "/stat", 4096);
  if (!text) return 0;
  std::size_t at = text->rfind(')');
  for (int field = 0; field < 4 && at != std::string::npos; ++field) at = text->find(' ', at + 1);
  int session = 0;
  if (at != std::string::npos) {
    std::from_chars(text->data() + at + 1, text->data() + text->size(), session);
  }
  return session;
}

bool belongs_to_live(int pid, const LiveProcesses& live) {
  if (live.known.contains(pid)) return true;
  if (live.session_roots.empty()) return false;
  if (live.session_roots.contains(session_of(pid))) return true;
  const auto mark = mark_of(pid);
  return mark && live.marks.contains(*mark);
}

}  // namespace

int sweep_orphans(const LiveProcesses& live) {
  std::vector<int> orphans;
  for (const int pid : os::children_of(os::process_id())) {
    if (!belongs_to_live(pid, live)) orphans.push_back(pid);
  }
  const auto running = os::reap(orphans);
  for (const int pid : running) os::kill_tree(pid);
  return static_cast<int>(orphans.size());
}

int sweep_leftovers(const os::Path& home) {
  const std::string tail = "@" + home.string();
  int count = 0;
  for (const int pid : os::all_processes()) {
    const auto mark = mark_of(pid);
    if (!mark || !mark->ends_with(tail) || pid == os::process_id()) continue;
    os::kill_tree(pid);
    ++count;
  }
  return count;
}

std::string attempt_mark(const os::Path& home, std::uint64_t number) {
  return std::to_string(os::process_id()) + "-" + std::to_string(number) + "@" + home.string();
}

}  // namespace aiflow::supervise::detail
