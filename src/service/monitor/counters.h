// SPDX-License-Identifier: Apache-2.0
// What the server counts as it happens: steps of the scheduler, changes of state, requests. All of
// it is in the registry that /metrics shows, with few labels whose values the server knows.
// Thread-safe; each call returns at once.
#pragma once

#include <string_view>
#include <vector>

#include "conductor/conductor.h"
#include "log/metrics.h"
#include "wire/engine.h"

namespace aiflow::service {

class Counters {
 public:
  Counters();

  void step(const conductor::StepTimes& times);
  /// Committed changes, as the conductor publishes them.
  void changes(const std::vector<wire::StreamEvent>& events);
  /// route_class - one of few words; see http_api's route_class().
  void request(std::string_view route_class, int status, Duration took);

  /// Prometheus text.
  [[nodiscard]] std::string text() const { return registry_.render(); }

 private:
  void task_changed(const json::Value& task);
  log::Registry registry_;
};

}  // namespace aiflow::service
