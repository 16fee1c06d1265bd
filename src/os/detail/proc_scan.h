// SPDX-License-Identifier: Apache-2.0
// Walks /proc without allocating and without locks, so that it also works in a child between fork
// and exec. Private to src/os.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace aiflow::os::detail {

/// Decimal number at `text`; 0 when there is none. Stops at the first other character.
inline int leading_number(const char* text) {
  int number = 0;
  for (; *text >= '0' && *text <= '9'; ++text) number = number * 10 + (*text - '0');
  return number;
}

/// Parent of a process from the bytes of its /proc stat file; 0 when it cannot be told. The name in
/// parentheses may hold anything, so the fields start after the last ')': " S 1234 ...".
inline int parent_from_stat(const char* stat) {
  const char* close = std::strrchr(stat, ')');
  if (close == nullptr || std::strlen(close) < 5) return 0;
  return leading_number(close + 4);
}

using StatText = std::array<char, 512>;

/// Reads `proc`/<name>/stat into a text that is filled with zeros; empty when the process is gone.
inline StatText read_stat(int proc, const char* name) {
  StatText stat{};
  std::array<char, 32> path{};
  const std::size_t length = std::strlen(name);
  if (length + 6 > path.size()) return stat;
  std::memcpy(path.data(), name, length);
  std::memcpy(path.data() + length, "/stat", 6);
  const int fd = ::openat(proc, path.data(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return stat;
  if (::read(fd, stat.data(), stat.size() - 1) <= 0) stat[0] = 0;
  ::close(fd);
  return stat;
}

/// Calls visit(pid, text of its stat file) for every process that can be read.
template <class Visit>
void for_each_stat(Visit visit) {
  const int proc = ::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (proc < 0) return;
  alignas(std::uint64_t) std::array<char, 8192> buffer{};
  for (;;) {
    const long got = ::syscall(SYS_getdents64, proc, buffer.data(), buffer.size());
    if (got <= 0) break;
    for (long at = 0; at < got;) {
      // struct dirent64: 8 bytes inode, 8 offset, 2 record length, 1 type, then the name.
      const char* entry = buffer.data() + at;
      std::uint16_t size = 0;
      std::memcpy(&size, entry + 16, sizeof(size));
      at += size;
      const int pid = leading_number(entry + 19);
      if (pid == 0) continue;
      const StatText stat = read_stat(proc, entry + 19);
      if (stat[0] != 0) visit(pid, stat.data());
    }
  }
  ::close(proc);
}

/// Calls visit(pid, parent pid) for every process that can be read.
template <class Visit>
void for_each_process(Visit visit) {
  for_each_stat([&](int pid, const char* stat) {
    const int parent = parent_from_stat(stat);
    if (parent != 0) visit(pid, parent);
  });
}

}  // namespace aiflow::os::detail
