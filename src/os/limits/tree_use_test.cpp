// SPDX-License-Identifier: Apache-2.0
#include "os/limits/tree_use.h"

#include <doctest/doctest.h>

#include <csignal>

#include "os/file.h"
#include "os/process.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"

namespace aiflow::os {
namespace {

using std::chrono::milliseconds;

Deadline soon(const Clock& clock) { return Deadline::after(clock, std::chrono::seconds(20)); }

/// Keeps its processor busy until it has used so many hundredths of a second of it.
constexpr const char* kBusy =
    "busy() { while read -ra f < /proc/self/stat; [ $((f[13]+f[14])) -lt $1 ]; do :; done; }; ";

TEST_CASE("what an ended process and its children have used is known") {
  const SystemClock clock;
  auto process = Process::start({.argv = {"bash", "-c", std::string(kBusy) + "(busy 10); :"}});
  REQUIRE(process);
  CHECK(!process->use());
  REQUIRE(process->wait(soon(clock)));
  REQUIRE(process->use());
  CHECK(process->use()->user + process->use()->system >= milliseconds(90));
  CHECK(process->use()->resident_peak_bytes > 0);
}

TEST_CASE("the memory of a large process is its peak") {
  const SystemClock clock;
  auto process =
      Process::start({.argv = {"/usr/bin/python3", "-c", "held = bytearray(200 << 20); del held"}});
  REQUIRE(process);
  REQUIRE(process->wait(soon(clock)));
  REQUIRE(process->use());
  CHECK(process->use()->resident_peak_bytes > 200L << 20);
  CHECK(own_resident_peak_bytes() > 0);
}

TEST_CASE("a tree of processes is summed up, ended children too") {
  const SystemClock clock;
  const auto dir = TempDir::create("aiflow-tree").value();
  const std::string ready = (dir.path() / "ready").string();
  // A child that has ended, one that lives, and one below that one with 50 MiB.
  auto process = Process::start(
      {.argv = {"bash", "-c",
                std::string(kBusy) + "(busy 10); (python3 -c \"held = b'x' * (50 << 20); " +
                    "open('" + ready +
                    "', 'w').write('1'); import time; time.sleep(60)\"; :) & "
                    "wait"}});
  REQUIRE(process);
  const Deadline deadline = soon(clock);
  while (read_file(ready, 10).value_or("").empty()) REQUIRE(!deadline.passed(clock.steady_now()));
  const TreeUse use = ProcessTable().below(process->pid());
  CHECK(use.cpu >= milliseconds(90));
  CHECK(use.resident_bytes > 50L << 20);
  CHECK(use.resident_bytes < 500L << 20);
  process->signal_group(SIGKILL);
  REQUIRE(process->wait(soon(clock)));
  CHECK(ProcessTable().below(process->pid()).resident_bytes == 0);
}

}  // namespace
}  // namespace aiflow::os
