// SPDX-License-Identifier: Apache-2.0
// What a task asks of the place it runs at, and what a worker offers. The scheduler counts the
// slots that a task may use with it; executors choose a worker with it. Pure data.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace aiflow {

/// Worker labels: name to value, e.g. gpu=true, site=seoul-3.
using Labels = std::map<std::string, std::string>;

struct Placement {
  std::string executor = "local";  ///< local | redis | docker | kubernetes | kubernetes:CLUSTER
  std::string queue = "default";
  Labels labels{};  ///< the worker must have all of them, with these values
  auto operator<=>(const Placement&) const = default;
};

struct WorkerOffer {
  std::int32_t slots = 0;  ///< attempts at a time; 0: none now (away, cordoned)
  std::vector<std::string> executors{"local"};
  std::vector<std::string> queues{"default"};
  Labels labels{};
  bool operator==(const WorkerOffer&) const = default;
};

/// A task with this label goes on while its worker is cut off from the server, and has the lease of
/// islands (docs/guide/islands.md). Its value is the island's name.
inline constexpr const char* kIslandLabel = "island";

/// Other executors know no islands.
[[nodiscard]] inline bool is_of_island(const Placement& place) {
  return place.executor == Placement{}.executor && place.labels.contains(kIslandLabel);
}

/// Whether a task may run there, leaving slots aside.
[[nodiscard]] inline bool serves(const WorkerOffer& offer, const Placement& wanted) {
  const auto has = [](const std::vector<std::string>& all, std::string_view one) {
    return std::ranges::find(all, one) != all.end();
  };
  // A cluster places its pods itself: labels are its node selector, and it knows no queues.
  if (wanted.executor.starts_with("kubernetes")) return has(offer.executors, wanted.executor);
  return has(offer.executors, wanted.executor) && has(offer.queues, wanted.queue) &&
         // Cut off, an island's worker ends nothing: what has the usual lease may not be there.
         (!offer.labels.contains(kIslandLabel) || is_of_island(wanted)) &&
         std::ranges::all_of(wanted.labels, [&](const auto& label) {
           const auto found = offer.labels.find(label.first);
           return found != offer.labels.end() && found->second == label.second;
         });
}

/// For people: "queue 'gpu', label site=seoul-3"; empty for what any worker does.
[[nodiscard]] std::string describe(const Placement& wanted);

}  // namespace aiflow
