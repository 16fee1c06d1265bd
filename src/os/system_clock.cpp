// SPDX-License-Identifier: Apache-2.0
#include "os/system_clock.h"

#include <ctime>

namespace aiflow::os {
namespace {

Duration read_clock(clockid_t id) {
  timespec ts{};
  ::clock_gettime(id, &ts);
  return std::chrono::duration_cast<Duration>(std::chrono::seconds(ts.tv_sec) +
                                              std::chrono::nanoseconds(ts.tv_nsec));
}

}  // namespace

WallTime SystemClock::now() const { return WallTime(read_clock(CLOCK_REALTIME)); }

SteadyTime SystemClock::steady_now() const { return SteadyTime(read_clock(CLOCK_MONOTONIC)); }

WallTime BootClock::now() const { return WallTime(read_clock(CLOCK_REALTIME)); }

SteadyTime BootClock::steady_now() const { return SteadyTime(read_clock(CLOCK_BOOTTIME)); }

void sleep_for(Duration duration) {
  timespec left{.tv_sec = duration.count() / 1'000'000,
                .tv_nsec = duration.count() % 1'000'000 * 1'000};
  while (::nanosleep(&left, &left) != 0) {
  }
}

}  // namespace aiflow::os
