// SPDX-License-Identifier: Apache-2.0
#include "os/limits/tree_use.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <vector>

#include "os/detail/proc_scan.h"

namespace aiflow::os {
namespace {

/// proc_pid_stat(5): user and system time of the process and of children it has waited for are
/// fields 14 to 17, in clock ticks; its resident pages are field 24. The name before them, in
/// parentheses, may hold anything.
TreeUse use_from_stat(const char* stat, std::int64_t ticks_per_s, std::int64_t page_bytes) {
  const char* close = std::strrchr(stat, ')');
  if (close == nullptr) return {};
  unsigned long long user = 0, system = 0;
  long long child_user = 0, child_system = 0, pages = 0;
  const int read = std::sscanf(
      close + 1,
      " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %lld %lld %*d %*d %*d %*d %*u %*u"
      " %lld",
      &user, &system, &child_user, &child_system, &pages);
  if (read != 5) return {};
  const auto ticks = static_cast<std::int64_t>(user + system) + child_user + child_system;
  return {.cpu = std::chrono::microseconds(ticks * 1'000'000 / ticks_per_s),
          .resident_bytes = pages * page_bytes};
}

}  // namespace

std::int64_t own_resident_peak_bytes() {
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) != 0) return 0;
  return std::int64_t{used.ru_maxrss} * 1024;
}

ProcessTable::ProcessTable() {
  const std::int64_t ticks_per_s = ::sysconf(_SC_CLK_TCK);
  const auto page_bytes = static_cast<std::int64_t>(::sysconf(_SC_PAGESIZE));
  detail::for_each_stat([&](int pid, const char* stat) {
    children_.emplace(detail::parent_from_stat(stat), pid);
    uses_.emplace(pid, use_from_stat(stat, ticks_per_s, page_bytes));
  });
}

TreeUse ProcessTable::below(int root) const {
  TreeUse sum;
  std::vector<int> tree{root};
  for (std::size_t i = 0; i < tree.size(); ++i) {
    if (const auto use = uses_.find(tree[i]); use != uses_.end()) {
      sum.cpu += use->second.cpu;
      sum.resident_bytes += use->second.resident_bytes;
    }
    const auto [first, last] = children_.equal_range(tree[i]);
    for (auto child = first; child != last; ++child) tree.push_back(child->second);
  }
  return sum;
}

}  // namespace aiflow::os
