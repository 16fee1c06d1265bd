// SPDX-License-Identifier: Apache-2.0
// Where triggers wait. A host is told what to wait for and says, once or each time, what came. It
// remembers nothing over a restart: its owner has the waits in its database and adds them again.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "json/value.h"
#include "trigger/trigger.h"

namespace aiflow::trigger {

/// Chosen by the owner, never used again in one process.
using WaitId = std::uint64_t;

struct Wait {
  WaitId id = 0;
  Trigger trigger{};
  bool repeats = false;  ///< fires for each message, until it is removed
};

struct Fired {
  WaitId id = 0;
  json::Value event{};
  std::string error{};  ///< not empty: the trigger failed, and will not fire any more
  /// To be called, on any thread, when what this leads to is stored: until then the message is
  /// kept where it came from, and comes again when its wait is added anew. Empty: it is not kept.
  std::function<void()> stored{};
};

/// Takes what fires; called from a thread of the host, must not block nor call back.
using FiredSink = std::function<void(Fired)>;

class Host {
 public:
  virtual ~Host() = default;
  /// Errors: internal, when the machine lacks what it needs.
  [[nodiscard]] virtual Status start(FiredSink sink) = 0;
  /// From any thread, between start and stop; never blocks. Fires once unless it repeats.
  virtual void add(Wait wait) = 0;
  /// What it has said before may still be on its way. Unknown ids are ignored.
  virtual void remove(WaitId id) = 0;
  /// Nothing fires after it returns.
  virtual void stop() = 0;
};

}  // namespace aiflow::trigger
