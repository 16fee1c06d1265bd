// SPDX-License-Identifier: Apache-2.0
#include "edges.h"

#include <algorithm>
#include <array>

namespace aiflow::sim {
namespace {

using enum TaskState;

// Published in docs/guide/faults.md. no_status goes to success when the task is empty, and a state
// that waits for another try when it is empty in the version that the run was moved to; a state
// that waits goes to skipped or failed with dagrun_timeout, fail_fast or a branch; restarting is a
// cleared instance whose old process has not ended.
constexpr std::array kByScheduler = {
    std::pair{no_status, scheduled},
    std::pair{no_status, success},
    std::pair{no_status, skipped},
    std::pair{no_status, upstream_failed},
    std::pair{no_status, removed},
    std::pair{scheduled, queued},
    std::pair{scheduled, no_status},
    std::pair{scheduled, skipped},
    std::pair{scheduled, upstream_failed},
    std::pair{scheduled, removed},
    std::pair{queued, running},
    std::pair{queued, scheduled},
    std::pair{queued, failed},
    std::pair{queued, skipped},
    std::pair{queued, removed},
    std::pair{running, success},
    std::pair{running, failed},
    std::pair{running, skipped},
    std::pair{running, up_for_retry},
    std::pair{running, up_for_reschedule},
    std::pair{running, deferred},
    std::pair{running, removed},
    std::pair{deferred, scheduled},
    std::pair{deferred, skipped},
    std::pair{deferred, removed},
    std::pair{up_for_retry, scheduled},
    std::pair{up_for_retry, success},
    std::pair{up_for_retry, skipped},
    std::pair{up_for_retry, upstream_failed},
    std::pair{up_for_retry, removed},
    std::pair{up_for_reschedule, scheduled},
    std::pair{up_for_reschedule, success},
    std::pair{up_for_reschedule, skipped},
    std::pair{up_for_reschedule, upstream_failed},
    std::pair{up_for_reschedule, removed},
    std::pair{restarting, no_status},
    std::pair{restarting, failed},
    std::pair{restarting, skipped},
    std::pair{restarting, removed},
    std::pair{success, removed},
    std::pair{failed, removed},
    std::pair{skipped, removed},
    std::pair{upstream_failed, removed},
    std::pair{removed, no_status},
};
// Clear leads to no_status, or to restarting while a process runs; mark to the other three.
constexpr std::array kCleared = {scheduled, queued,          deferred,     success,          failed,
                                 skipped,   upstream_failed, up_for_retry, up_for_reschedule};
constexpr std::array kMarks = {success, failed, skipped};
constexpr std::array kMarked = {no_status, scheduled,       queued,       running,
                                deferred,  restarting,      success,      failed,
                                skipped,   upstream_failed, up_for_retry, up_for_reschedule};

std::vector<Edge> make_table() {
  std::vector<Edge> table;
  for (const auto& [from, to] : kByScheduler) table.push_back({from, to, false});
  table.push_back({running, restarting, true});
  for (const TaskState from : kCleared) table.push_back({from, no_status, true});
  for (const TaskState from : kMarked) {
    for (const TaskState to : kMarks) {
      if (from != to) table.push_back({from, to, true});
    }
  }
  std::ranges::sort(table);
  return table;
}

const std::vector<Edge>& table() {
  static const std::vector<Edge> made = make_table();
  return made;
}

}  // namespace

std::string to_text(const Edge& edge) {
  return std::string(to_string(edge.from)) + " -> " + std::string(to_string(edge.to)) +
         (edge.by_user ? " by a user" : "");
}

bool is_finished(TaskState state) {
  return state == success || state == failed || state == upstream_failed || state == skipped ||
         state == removed;
}

bool EdgeCoverage::take(const Edge& edge) {
  ++counts_[edge];
  return std::ranges::binary_search(table(), edge);
}

void EdgeCoverage::add(const EdgeCoverage& other) {
  for (const auto& [edge, count] : other.counts_) counts_[edge] += count;
}

std::vector<Edge> EdgeCoverage::missing() const {
  std::vector<Edge> missing;
  for (const Edge& edge : table()) {
    if (!counts_.contains(edge)) missing.push_back(edge);
  }
  return missing;
}

std::size_t EdgeCoverage::published() { return table().size(); }

}  // namespace aiflow::sim
