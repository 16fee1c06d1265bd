// SPDX-License-Identifier: Apache-2.0
#include "os/limits/host_use.h"

#include <sstream>
#include <string>

#include "os/file.h"

namespace aiflow::os {
namespace {

constexpr std::size_t kFileBytesMax = 1U << 20;
/// proc_stat(5): user nice system idle iowait irq softirq steal; guest times are in user and nice.
constexpr int kFields = 8;
constexpr int kIdle = 3;
constexpr int kIoWait = 4;

}  // namespace

Result<HostUse> host_use() {
  HostUse use;
  AIFLOW_ASSIGN(const auto stat, read_file("/proc/stat", kFileBytesMax));
  std::istringstream times(stat.substr(0, stat.find('\n')));
  std::string word;
  times >> word;
  std::uint64_t ticks = 0;
  for (int field = 0; field < kFields && times >> ticks; ++field) {
    use.all += ticks;
    if (field != kIdle && field != kIoWait) use.busy += ticks;
  }
  AIFLOW_ASSIGN(const auto memory, read_file("/proc/meminfo", kFileBytesMax));
  std::istringstream lines(memory);
  std::int64_t kib = 0;
  std::int64_t available = 0;
  for (std::string unit; lines >> word >> kib && std::getline(lines, unit);) {
    if (word == "MemTotal:") use.memory_bytes = kib * 1024;
    if (word == "MemAvailable:") available = kib * 1024;
  }
  use.memory_used_bytes = use.memory_bytes - available;
  return use;
}

std::optional<double> busy_share(const HostUse& before, const HostUse& now) {
  if (now.all <= before.all || now.busy < before.busy) return std::nullopt;
  return static_cast<double>(now.busy - before.busy) / static_cast<double>(now.all - before.all);
}

}  // namespace aiflow::os
