// SPDX-License-Identifier: Apache-2.0
// What the state of a pod means for its attempt: each way to end is one outcome with one cause.
// Pure.
#pragma once

#include <optional>
#include <string>

#include "base/states.h"
#include "executor/kubernetes/pod_plan.h"
#include "kubernetes/pod.h"

namespace aiflow::executor {

struct PodVerdict {
  Outcome outcome = Outcome::failed;
  std::string cause{};  ///< for people; empty after success
  std::optional<std::int64_t> exit_code{};
  std::optional<WallTime> started_at{};
  std::optional<WallTime> ended_at{};
  std::string message{};  ///< the base container's termination message
};

/// How the attempt has ended; nullopt while it goes on. Its end is that of the base container: what
/// runs beside it does not count.
[[nodiscard]] std::optional<PodVerdict> judge(const kubernetes::Pod& pod, const PodTerms& terms);
/// The pod is gone without that anybody here wished it.
[[nodiscard]] PodVerdict judge_gone(const kubernetes::Pod& last, const PodTerms& terms);

/// What keeps a pod from starting.
struct StartTrouble {
  enum class Kind {
    waits,     ///< it may start yet: no node has room, an image is being pulled
    pulling,   ///< the image could not be pulled; a registry may have been away for a moment
    hopeless,  ///< it never will
  };
  Kind kind = Kind::waits;
  std::string words;  ///< empty: nothing is known
};
[[nodiscard]] StartTrouble start_trouble(const kubernetes::Pod& pod);

/// The base container has begun, now or earlier.
[[nodiscard]] bool has_begun(const kubernetes::Pod& pod, const PodTerms& terms);

/// The init container that has failed; null: none.
[[nodiscard]] const kubernetes::ContainerStatus* failed_init_container(const kubernetes::Pod& pod);

/// "5s", "1500ms": as a cause has it.
[[nodiscard]] std::string seconds_of(Duration d);

}  // namespace aiflow::executor
