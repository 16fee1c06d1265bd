// SPDX-License-Identifier: Apache-2.0
#include "os/limits/latency.h"

#include <doctest/doctest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <thread>

#include "os/signals.h"

using namespace aiflow;

namespace {

/// In nanoseconds; 0 where the kernel knows none.
std::uint64_t slice_of_this_thread() {
  // A sched_attr, whose header cannot be included beside <pthread.h>: sched_runtime is at byte 24.
  std::array<std::uint64_t, 7> attributes{};
  REQUIRE(::syscall(SYS_sched_getattr, 0, attributes.data(), sizeof(attributes), 0) == 0);
  return attributes[3];
}

}  // namespace

TEST_CASE("a thread that asks for low latency gets a short slice, which it does not hand on") {
  std::uint64_t before = 0;
  std::uint64_t asked = 0;
  std::uint64_t of_child = 0;
  std::jthread([&] {
    before = slice_of_this_thread();
    os::prefer_low_latency();
    asked = slice_of_this_thread();
    std::jthread([&] { of_child = slice_of_this_thread(); }).join();
  }).join();
  CHECK(of_child == before);
  if (before == 0) return;  // before Linux 6.12
  CHECK(asked == 100'000);
  CHECK(before > asked);
}

TEST_CASE("a thread that blocks signals is not chosen for one") {
  sigset_t blocked;
  std::jthread([&] {
    os::block_signals();
    ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  }).join();
  CHECK(::sigismember(&blocked, SIGCHLD) == 1);
  CHECK(::sigismember(&blocked, SIGTERM) == 1);
}
