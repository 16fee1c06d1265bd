// SPDX-License-Identifier: Apache-2.0
#include "trigger/loop_host.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "os/temp_dir.h"
#include "trigger/testing/bench.h"

namespace aiflow::trigger {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using testing::Bench;

void write(const fs::path& path) { std::ofstream(path) << "x"; }

TEST_CASE("a time fires when it has come, the earliest first") {
  Bench bench;
  const WallTime now = bench.clock().now();
  const WaitId late = bench.add(TimeTrigger{now + 60ms});
  const WaitId early = bench.add(TimeTrigger{now + 20ms});
  bench.add(TimeTrigger{now + 1h});
  CHECK(bench.next().id == early);
  const Fired second = bench.next();
  CHECK(second.id == late);
  CHECK(second.event.as_string() == format_time(now + 60ms));
  CHECK(bench.clock().now() >= now + 60ms);
}

TEST_CASE("a wait that is removed is silent") {
  Bench bench;
  bench.host().remove(bench.add(TimeTrigger{bench.clock().now() + 1h}));
  CHECK(bench.is_silent());
}

TEST_CASE("a file fires when it is there, or when it comes") {
  Bench bench;
  const auto folder = os::TempDir::create("files").value();
  write(folder.path() / "old");
  const WaitId old = bench.add(FileTrigger{.pattern = folder.path() / "old", .poll = 1h});
  CHECK(bench.next().id == old);
  // Longer than this test may take: only the kernel's word can make them fire.
  const WaitId named = bench.add(FileTrigger{.pattern = folder.path() / "new", .poll = 1h});
  CHECK(bench.is_silent());
  write(folder.path() / "other");
  write(folder.path() / "new");
  const Fired fired = bench.next();
  CHECK(fired.id == named);
  CHECK(fired.event.as_bool());
  const WaitId pattern = bench.add(FileTrigger{.pattern = folder.path() / "*.csv", .poll = 1h});
  fs::rename(folder.path() / "other", folder.path() / "a.csv");
  CHECK(bench.next().id == pattern);
}

TEST_CASE("a file in a folder that is not there yet is found by looking") {
  Bench bench;
  const auto folder = os::TempDir::create("files").value();
  const WaitId id = bench.add(FileTrigger{.pattern = folder.path() / "sub" / "f", .poll = 10ms});
  CHECK(bench.is_silent());
  fs::create_directory(folder.path() / "sub");
  write(folder.path() / "sub" / "f");
  CHECK(bench.next().id == id);
}

TEST_CASE("a folder fires when a file is below it; ** goes through folders") {
  Bench bench;
  const auto folder = os::TempDir::create("files").value();
  fs::create_directories(folder.path() / "empty" / "deeper");
  const WaitId below = bench.add(FileTrigger{.pattern = folder.path() / "empty", .poll = 10ms});
  const WaitId deep = bench.add(
      FileTrigger{.pattern = folder.path() / "**" / "*.csv", .recursive = true, .poll = 10ms});
  CHECK(bench.is_silent());
  write(folder.path() / "empty" / "deeper" / "f");
  CHECK(bench.next().id == below);
  write(folder.path() / "empty" / "deeper" / "f.csv");
  CHECK(bench.next().id == deep);
}

TEST_CASE("a watched folder that goes and comes again is no end of the wait") {
  Bench bench;
  const auto folder = os::TempDir::create("files").value();
  const fs::path sub = folder.path() / "sub";
  fs::create_directory(sub);
  const WaitId id = bench.add(FileTrigger{.pattern = sub / "f", .poll = 10ms});
  CHECK(bench.is_silent());
  fs::remove(sub);
  fs::create_directory(sub);
  write(sub / "f");
  CHECK(bench.next().id == id);
}

}  // namespace
}  // namespace aiflow::trigger
