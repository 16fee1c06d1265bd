// SPDX-License-Identifier: Apache-2.0
#include "os/limits/cgroup.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "os/file.h"
#include "os/process.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"

namespace aiflow::os {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHybrid =
    "30 23 0:26 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755\n"
    "31 30 0:27 / /sys/fs/cgroup/memory rw,nosuid shared:9 - cgroup cgroup rw,memory\n"
    "32 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "33 30 0:29 /docker/ab /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
    "34 30 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

TEST_CASE("groups are below our own in version 1, also in a container") {
  const auto places = cgroup_places(
      "9:name=systemd:/\n4:memory:/a/b\n2:cpu,cpuacct:/\n8:pids:/docker/ab/c\n0::/\n", kHybrid);
  CHECK(places.memory == "/sys/fs/cgroup/memory/a/b");
  CHECK(places.cpu == "/sys/fs/cgroup/cpu,cpuacct/");
  CHECK(places.pids == "/sys/fs/cgroup/pids/c");
  CHECK_FALSE(places.is_v2);
}

TEST_CASE("version 2 has one place for all, and a host without groups none") {
  const auto places =
      cgroup_places("0::/user.slice\n", "34 30 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  CHECK(places.memory == "/sys/fs/cgroup/aiflow");
  CHECK(places.cpu == places.memory);
  CHECK(places.is_v2);
  const auto none = cgroup_places("", "garbage\n\n1 2\n");
  CHECK(none.memory.empty());
  const auto refused = Cgroup::create(none, "x", {.pids = 3});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.contains("no control groups for processes"));
}

TEST_CASE("version 2's files get the kernel's words") {
  // A folder of plain files in the kernel's place: what is written is what the kernel would read.
  const TempDir dir = TempDir::create("cgroup").value();
  const fs::path ours = dir.path() / "aiflow";
  REQUIRE(make_dirs(ours / "t1"));
  for (const auto& file : {dir.path() / "cgroup.subtree_control", ours / "cgroup.subtree_control",
                           ours / "t1/memory.max", ours / "t1/memory.swap.max", ours / "t1/cpu.max",
                           ours / "t1/pids.max"}) {
    REQUIRE(write_atomic(file, ""));
  }
  REQUIRE(write_atomic(ours / "t1/memory.events", "low 0\nhigh 0\nmax 7\noom 1\noom_kill 1\n"));
  const CgroupPlaces places{.memory = ours, .cpu = ours, .pids = ours, .is_v2 = true};
  const auto group =
      Cgroup::create(places, "t1", {.cpus = 1.5, .memory_bytes = 64 << 20, .pids = 10});
  REQUIRE(group);
  CHECK(read_file(ours / "t1/memory.max", 100).value() == "67108864");
  CHECK(read_file(ours / "t1/cpu.max", 100).value() == "150000 100000");
  CHECK(read_file(ours / "t1/pids.max", 100).value() == "10");
  CHECK(group->joins() == std::vector<fs::path>{ours / "t1/cgroup.procs"});
  CHECK(group->ran_out_of_memory());
  CHECK_FALSE(group->ran_out_of_pids());
  REQUIRE(write_atomic(ours / "t1/pids.events", "max 2\n"));
  CHECK(group->ran_out_of_pids());
}

/// Runs a shell command in a group with these limits.
struct Limited {
  explicit Limited(const CgroupLimits& limits, const std::string& command)
      : group(Cgroup::create(
            cgroup_places(),
            "aiflow-test." + std::to_string(::getpid()) + "." + std::to_string(++count), limits)) {
    if (!group) return;
    ProcessOptions options;
    options.argv = {"bash", "-c", command};
    options.join = group->joins();
    options.contain_tree = true;
    auto process = Process::start(options);
    REQUIRE(process);
    status = process->wait(Deadline::after(clock, std::chrono::seconds(30))).value();
  }
  static inline int count = 0;  // a group of before may stay busy for a moment
  SystemClock clock;
  Result<Cgroup> group;
  ExitStatus status;
};

TEST_CASE("the kernel keeps a process within its limits") {
  if (::geteuid() != 0) {
    MESSAGE("SKIPPED: limits by control groups need root");
    return;
  }
  SUBCASE("memory") {
    // A string of 128 MiB in a group of 32 MiB.
    const Limited hog({.memory_bytes = 32 << 20},
                      "x=$(head -c 134217728 /dev/zero | tr '\\0' x); :");
    REQUIRE_MESSAGE(hog.group, hog.group.error().message);
    CHECK(hog.group->ran_out_of_memory());
    CHECK_FALSE(hog.status.success());
  }
  SUBCASE("within them") {
    const Limited modest({.cpus = 1, .memory_bytes = 256 << 20, .pids = 20}, "exit 3");
    REQUIRE_MESSAGE(modest.group, modest.group.error().message);
    CHECK(modest.status.exit_code == 3);
    CHECK_FALSE(modest.group->ran_out_of_memory());
    CHECK_FALSE(modest.group->ran_out_of_pids());
  }
  SUBCASE("processes") {
    // dash, as bash tries a fork that fails again for many seconds.
    const Limited many({.pids = 4}, "exec sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 5 & done'");
    REQUIRE_MESSAGE(many.group, many.group.error().message);
    CHECK_FALSE(many.status.success());
    CHECK(many.group->ran_out_of_pids());
  }
}

TEST_CASE("empty groups of a process that was killed are removed, used ones stay") {
  const TempDir dir = TempDir::create("cgroup").value();
  REQUIRE(make_dirs(dir.path() / "aiflow.1"));
  REQUIRE(make_dirs(dir.path() / "other"));
  remove_empty_cgroups({.memory = dir.path()}, "aiflow.");
  CHECK_FALSE(fs::exists(dir.path() / "aiflow.1"));
  CHECK(fs::exists(dir.path() / "other"));
}

}  // namespace
}  // namespace aiflow::os
