// SPDX-License-Identifier: Apache-2.0
// The server's scheduler (src/sched) with the runs that an island has, as their pictures and what
// has ended since say. It grants what the island has jobs for, and nothing else.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/placement.h"
#include "sched/state.h"
#include "wire/worker.h"

namespace aiflow::island {

class Replica {
 public:
  /// A run, and which of its attempts the worker has.
  struct Part {
    const wire::Job* job = nullptr;  ///< with the picture
    std::vector<wire::AttemptRef> in_hand;
  };
  /// Pictures that do not fit together are left out, with a warning.
  Replica(const std::vector<Part>& parts, const WorkerOffer& offer, sched::Now now);

  /// Attempts to begin, after these have ended. Ends that are known already change nothing.
  [[nodiscard]] std::vector<wire::AttemptRef> step(const std::vector<wire::Finished>& ended,
                                                   sched::Now now);
  /// When something is due without an end.
  [[nodiscard]] sched::Wakeup next_wakeup() const { return state_.next_wakeup(); }

 private:
  sched::State state_;
};

}  // namespace aiflow::island
