// SPDX-License-Identifier: Apache-2.0
#include "supervise/detail/secrets.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

namespace aiflow::supervise::detail {

/// FNV-1a, 64 bits.
std::string name_on_machine(const os::Path& home) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : home.string()) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  }
  return "aiflow-" + std::to_string(::geteuid()) + "-" + std::to_string(hash);
}

os::Path secrets_directory(const os::Path& home) {
  const os::Path directory = os::Path("/dev/shm") / name_on_machine(home);
  // /dev/shm is open to all users: a folder that somebody else made there is not ours to use, and
  // its removal fails.
  const bool made = os::remove_tree(directory) && ::mkdir(directory.c_str(), 0700) == 0;
  return made ? directory : home / "run/worker";
}

}  // namespace aiflow::supervise::detail
