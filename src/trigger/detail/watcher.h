// SPDX-License-Identifier: Apache-2.0
// One kind of triggers on a loop. Everything happens on the loop's thread.
#pragma once

#include <functional>

#include "trigger/host.h"

namespace aiflow::trigger::detail {

/// Called by a watcher when a wait fires; one that does not repeat is forgotten before.
using Fire = std::function<void(Fired)>;

class Watcher {
 public:
  virtual ~Watcher() = default;
  /// May fire at once.
  virtual void add(const Wait& wait) = 0;
  /// Unknown ids are ignored.
  virtual void remove(WaitId id) = 0;
};

}  // namespace aiflow::trigger::detail
