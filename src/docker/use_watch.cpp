// SPDX-License-Identifier: Apache-2.0
#include "docker/use_watch.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace aiflow::docker {
namespace {

constexpr Duration kEveryMin = std::chrono::seconds(1);
constexpr int kLooksPerAge = 60;
/// A daemon that hangs must not hold up the container's end.
constexpr Duration kLookTime = std::chrono::seconds(3);

}  // namespace

UseWatch::UseWatch(const Clock& clock, std::filesystem::path socket, std::string id,
                   std::function<void(const ContainerUse&)> used)
    : thread_([&clock, socket = std::move(socket), id = std::move(id),
               used = std::move(used)](const std::stop_token& stop) {
        Engine engine(clock, socket);
        const SteadyTime began = clock.steady_now();
        std::mutex mutex;
        std::condition_variable_any woken;
        while (!stop.stop_requested()) {
          const auto age = std::chrono::duration_cast<Duration>(clock.steady_now() - began);
          std::unique_lock lock(mutex);
          woken.wait_for(lock, stop, std::max(kEveryMin, age / kLooksPerAge), [] { return false; });
          if (stop.stop_requested()) return;
          // One that has just ended uses nothing, and a daemon that is away tells nothing.
          if (const auto use = engine.use(id, Deadline::after(clock, kLookTime))) used(*use);
        }
      }) {}

}  // namespace aiflow::docker
