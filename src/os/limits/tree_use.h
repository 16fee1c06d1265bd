// SPDX-License-Identifier: Apache-2.0
// What processes use of the machine: of one that has ended, as the kernel counted it, and of a tree
// of processes that runs, from /proc.
#pragma once

#include <cstdint>
#include <map>

#include "base/clock.h"

namespace aiflow::os {

/// Of a process that was waited for, and of the descendants that it has waited for itself.
struct EndedUse {
  Duration user{};
  Duration system{};
  /// The largest of them alone, resident. Of a program that this process has started it is never
  /// less than what this process had used at most: until exec they shared its memory.
  std::int64_t resident_peak_bytes = 0;
};

/// What this process has had resident at most.
[[nodiscard]] std::int64_t own_resident_peak_bytes();

struct TreeUse {
  Duration cpu{};                   ///< with that of ended processes that were waited for
  std::int64_t resident_bytes = 0;  ///< memory that processes share counts for each of them
};

/// All processes of the machine at one moment. One look serves any number of trees: it costs some
/// 10 us for each process.
class ProcessTable {
 public:
  ProcessTable();
  /// Of a process and everything below it; nothing when it has ended.
  [[nodiscard]] TreeUse below(int root) const;

 private:
  std::multimap<int, int> children_;  ///< by parent
  std::map<int, TreeUse> uses_;
};

}  // namespace aiflow::os
