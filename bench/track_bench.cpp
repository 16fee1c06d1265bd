// SPDX-License-Identifier: Apache-2.0
// Time of one tracker update with 30 people who walk to and fro, jitter and get missed; prints one
// line of JSON. Goal: at most 200 us a frame.
#include <algorithm>
#include <cstdio>
#include <vector>

#include "base/prng.h"
#include "os/system_clock.h"
#include "track/tracker.h"

int main() {
  using namespace std::chrono_literals;
  constexpr int kPeople = 30;
  constexpr int kFrames = 3000;
  aiflow::Prng prng(1);
  const aiflow::os::SystemClock clock;
  aiflow::track::Tracker tracker;
  std::vector<double> times_us;
  std::size_t tracks = 0;
  for (int f = 0; f < kFrames; ++f) {
    std::vector<aiflow::track::Detection> seen;
    for (int i = 0; i < kPeople; ++i) {
      if (prng.chance(0.1)) continue;
      const int phase = (f * (1 + i % 3) + 40 * i) % 1200;
      const double x = phase < 600 ? phase : 1200 - phase;
      seen.push_back({{x + 3 * prng.unit(), 20.0 * i + 3 * prng.unit(), 30, 80},
                      0.4 + 0.6 * prng.unit(),
                      "Person"});
    }
    const auto begin = clock.steady_now();
    tracks += tracker.update(seen, 100ms * f).size();
    times_us.push_back(static_cast<double>((clock.steady_now() - begin).count()));
  }
  std::ranges::sort(times_us);
  std::printf(
      "{\"people\": %d, \"tracks_mean\": %.1f, \"update_us_p50\": %.0f, "
      "\"update_us_p99\": %.0f}\n",
      kPeople, static_cast<double>(tracks) / kFrames, times_us[kFrames / 2],
      times_us[kFrames * 99 / 100]);
  return 0;
}
