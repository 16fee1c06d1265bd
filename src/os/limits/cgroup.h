// SPDX-License-Identifier: Apache-2.0
// Limits of memory, processor time and processes for a tree of processes, by the kernel's control
// groups: version 2 where the host has its controllers there, else version 1. A group is below the
// one that this process is in (version 1) or below the root's "aiflow" (version 2, whose groups
// with processes of their own can have no limited ones below them). Files: kernel documentation,
// admin-guide/cgroup-v2.rst and cgroup-v1/{memory,pids,cgroups}.rst.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace aiflow::os {

struct CgroupLimits {
  std::optional<double> cpus{};                ///< processors' worth of time, over 0
  std::optional<std::int64_t> memory_bytes{};  ///< with swap
  std::optional<std::int64_t> pids{};          ///< processes and threads
};

/// Where groups are made, found once.
struct CgroupPlaces {
  /// One folder for each controller of version 1, or the same for all three; empty: not there.
  std::filesystem::path memory{};
  std::filesystem::path cpu{};
  std::filesystem::path pids{};
  bool is_v2 = false;
};
/// From the texts of /proc/self/cgroup and /proc/self/mountinfo.
[[nodiscard]] CgroupPlaces cgroup_places(const std::string& own_groups, const std::string& mounts);
/// Of this process.
[[nodiscard]] CgroupPlaces cgroup_places();

/// One group, over as many hierarchies as its limits need; removed by the destructor.
class Cgroup {
 public:
  /// `name`: one path component. Errors: denied, unsupported (the host lacks a controller);
  /// the message names the limit and what to do.
  [[nodiscard]] static Result<Cgroup> create(const CgroupPlaces& places, const std::string& name,
                                             const CgroupLimits& limits);
  Cgroup(Cgroup&& other) noexcept;
  Cgroup& operator=(Cgroup&&) = delete;
  ~Cgroup();

  /// Files that a process writes "0" to in order to join; ProcessOptions::join.
  [[nodiscard]] std::vector<std::filesystem::path> joins() const;
  /// The kernel has ended a process of it for the lack of memory.
  [[nodiscard]] bool ran_out_of_memory() const;
  /// What its processes had charged at most together, with cached files; nothing where memory is
  /// not limited, or the kernel does not tell (before 5.19 with version 2).
  [[nodiscard]] std::optional<std::int64_t> memory_peak_bytes() const;
  /// The kernel has refused it a process, for its limit of them.
  [[nodiscard]] bool ran_out_of_pids() const;

 private:
  Cgroup() = default;
  std::vector<std::filesystem::path> folders_;
  std::filesystem::path memory_;  ///< empty: not limited
  std::filesystem::path pids_;    ///< the same
};

/// Removes groups named `prefix`... that nobody is in: a process that was killed leaves its own.
void remove_empty_cgroups(const CgroupPlaces& places, const std::string& prefix);

}  // namespace aiflow::os
