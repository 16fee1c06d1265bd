// SPDX-License-Identifier: Apache-2.0
#include "os/limits/cgroup.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <sstream>
#include <utility>

#include "os/file.h"

namespace aiflow::os {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileBytesMax = 1U << 20;
constexpr std::int64_t kPeriod_us = 100'000;  // the kernel's own default
constexpr const char* kOursInV2 = "aiflow";

struct Mount {
  fs::path at;
  std::string root;     ///< the group that is seen at `at`
  std::string type;     ///< cgroup | cgroup2
  std::string options;  ///< of the file system: "rw,memory"
};

/// A line: "36 25 0:30 /root /at rw,relatime shared:9 - type source options".
std::optional<Mount> parse_mount(const std::string& line) {
  std::istringstream words(line);
  std::string skipped, word;
  Mount mount;
  std::string at;
  words >> skipped >> skipped >> skipped >> mount.root >> at;
  while (words >> word && word != "-") {
  }
  words >> mount.type >> skipped >> mount.options;
  mount.at = at;
  if (!words || !mount.type.starts_with("cgroup")) return std::nullopt;
  return mount;
}

bool lists(const std::string& comma_separated, std::string_view name) {
  std::istringstream parts(comma_separated);
  for (std::string part; std::getline(parts, part, ',');) {
    if (part == name) return true;
  }
  return false;
}

/// The group of version 1 that this process is in for a controller; lines "4:memory:/path".
std::optional<std::string> own_group(const std::string& own_groups, std::string_view controller) {
  std::istringstream lines(own_groups);
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    if (lists(line.substr(first + 1, second - first - 1), controller)) {
      return line.substr(second + 1);
    }
  }
  return std::nullopt;
}

fs::path v1_place(const std::string& own_groups, const std::vector<Mount>& mounts,
                  std::string_view controller) {
  const auto group = own_group(own_groups, controller);
  if (!group) return {};
  for (const Mount& mount : mounts) {
    if (mount.type != "cgroup" || !lists(mount.options, controller)) continue;
    // In a container the mount may show a group of the host as its root.
    const bool below = mount.root != "/" && group->starts_with(mount.root);
    const std::string inside = below ? group->substr(mount.root.size()) : *group;
    return mount.at / fs::path(inside).relative_path();
  }
  return {};
}

/// One write call, as these files want it. Errors name the file.
Status put(const fs::path& file, const std::string& text) {
  const Fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd.valid()) return fail(error_from_errno(errno, "open '" + file.string() + "'"));
  if (::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size())) return {};
  return fail(error_from_errno(errno, "write '" + text + "' to '" + file.string() + "'"));
}

Status make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directory(folder, error);
  if (!error) return {};
  return fail(error_from_errno(error.value(), "make '" + folder.string() + "'"));
}

/// Groups with limits need their controllers on in every group above them.
Status open_v2(const fs::path& ours) {
  AIFLOW_TRY(make_folder(ours));
  for (const auto& folder : {ours.parent_path(), ours}) {
    AIFLOW_ASSIGN(const auto on, read_file(folder / "cgroup.subtree_control", kFileBytesMax));
    for (const std::string name : {"memory", "cpu", "pids"}) {
      if (!on.contains(name)) AIFLOW_TRY(put(folder / "cgroup.subtree_control", "+" + name));
    }
  }
  return {};
}

Status limit_memory(const fs::path& folder, bool is_v2, std::int64_t bytes) {
  const std::string text = std::to_string(bytes);
  if (is_v2) {
    AIFLOW_TRY(put(folder / "memory.max", text));
    // Not there without swap accounting; then swap is not limited.
    static_cast<void>(put(folder / "memory.swap.max", "0"));
    return {};
  }
  AIFLOW_TRY(put(folder / "memory.limit_in_bytes", text));
  static_cast<void>(put(folder / "memory.memsw.limit_in_bytes", text));
  return {};
}

Status limit_cpu(const fs::path& folder, bool is_v2, double cpus) {
  const auto quota = static_cast<std::int64_t>(cpus * static_cast<double>(kPeriod_us));
  const std::string text = std::to_string(std::max<std::int64_t>(quota, 1000));  // kernel's least
  if (is_v2) return put(folder / "cpu.max", text + " " + std::to_string(kPeriod_us));
  AIFLOW_TRY(put(folder / "cpu.cfs_period_us", std::to_string(kPeriod_us)));
  return put(folder / "cpu.cfs_quota_us", text);
}

/// The number after `name` in a file of "name number" lines.
std::int64_t counter(const fs::path& file, std::string_view name) {
  const auto text = read_file(file, kFileBytesMax);
  if (!text) return 0;
  std::istringstream lines(*text);
  std::int64_t value = 0;
  for (std::string word; lines >> word >> value;) {
    if (word == name) return value;
  }
  return 0;
}

}  // namespace

CgroupPlaces cgroup_places(const std::string& own_groups, const std::string& mounts) {
  std::vector<Mount> all;
  std::istringstream lines(mounts);
  for (std::string line; std::getline(lines, line);) {
    if (auto mount = parse_mount(line)) all.push_back(*std::move(mount));
  }
  CgroupPlaces places{.memory = v1_place(own_groups, all, "memory"),
                      .cpu = v1_place(own_groups, all, "cpu"),
                      .pids = v1_place(own_groups, all, "pids")};
  if (!places.memory.empty() || !places.cpu.empty() || !places.pids.empty()) return places;
  const auto v2 = std::ranges::find(all, "cgroup2", &Mount::type);
  if (v2 == all.end()) return places;
  const fs::path ours = v2->at / kOursInV2;
  return {.memory = ours, .cpu = ours, .pids = ours, .is_v2 = true};
}

CgroupPlaces cgroup_places() {
  const auto own = read_file("/proc/self/cgroup", kFileBytesMax);
  const auto mounts = read_file("/proc/self/mountinfo", kFileBytesMax);
  return own && mounts ? cgroup_places(*own, *mounts) : CgroupPlaces{};
}

Result<Cgroup> Cgroup::create(const CgroupPlaces& places, const std::string& name,
                              const CgroupLimits& limits) {
  Cgroup group;
  const auto make = [&](const fs::path& place, const std::string& what) -> Result<fs::path> {
    if (place.empty()) {
      return fail(ErrorCode::unavailable, "this machine has no control groups for " + what);
    }
    if (places.is_v2) AIFLOW_TRY(open_v2(place));
    const fs::path folder = place / name;
    AIFLOW_TRY(make_folder(folder));
    if (std::ranges::find(group.folders_, folder) == group.folders_.end()) {
      group.folders_.push_back(folder);
    }
    return folder;
  };
  const auto all = [&]() -> Status {
    if (limits.memory_bytes) {
      AIFLOW_ASSIGN(group.memory_, make(places.memory, "memory"));
      AIFLOW_TRY(limit_memory(group.memory_, places.is_v2, *limits.memory_bytes));
    }
    if (limits.cpus) {
      AIFLOW_ASSIGN(const auto folder, make(places.cpu, "processor time"));
      AIFLOW_TRY(limit_cpu(folder, places.is_v2, *limits.cpus));
    }
    if (limits.pids) {
      AIFLOW_ASSIGN(const auto folder, make(places.pids, "processes"));
      AIFLOW_TRY(put(folder / "pids.max", std::to_string(*limits.pids)));
      group.pids_ = folder;
    }
    return {};
  };
  if (auto made = all(); !made) {
    return fail(std::move(made).error().with_context(
        "its limits cannot be set (a worker needs to be root for that)"));
  }
  return group;
}

Cgroup::Cgroup(Cgroup&& other) noexcept
    : folders_(std::exchange(other.folders_, {})),
      memory_(std::exchange(other.memory_, {})),
      pids_(std::exchange(other.pids_, {})) {}

Cgroup::~Cgroup() {
  for (const fs::path& folder : folders_) ::rmdir(folder.c_str());
}

std::vector<fs::path> Cgroup::joins() const {
  std::vector<fs::path> files;
  for (const fs::path& folder : folders_) files.push_back(folder / "cgroup.procs");
  return files;
}

bool Cgroup::ran_out_of_memory() const {
  if (memory_.empty()) return false;
  // Version 2 counts in memory.events, version 1 in memory.oom_control.
  return counter(memory_ / "memory.events", "oom_kill") > 0 ||
         counter(memory_ / "memory.oom_control", "oom_kill") > 0;
}

std::optional<std::int64_t> Cgroup::memory_peak_bytes() const {
  if (memory_.empty()) return std::nullopt;
  for (const char* name : {"memory.peak", "memory.max_usage_in_bytes"}) {
    const auto text = read_file(memory_ / name, kFileBytesMax);
    std::int64_t bytes = 0;
    if (!text) continue;
    if (std::from_chars(text->data(), text->data() + text->size(), bytes).ec == std::errc{}) {
      return bytes;
    }
  }
  return std::nullopt;
}

bool Cgroup::ran_out_of_pids() const {
  return !pids_.empty() && counter(pids_ / "pids.events", "max") > 0;
}

void remove_empty_cgroups(const CgroupPlaces& places, const std::string& prefix) {
  for (const fs::path& place : {places.memory, places.cpu, places.pids}) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(place, error)) {
      if (entry.path().filename().string().starts_with(prefix)) ::rmdir(entry.path().c_str());
    }
  }
}

}  // namespace aiflow::os
