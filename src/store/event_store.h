// SPDX-License-Identifier: Apache-2.0
// Scene events, each with the thread back to service, model variant, report, pack and DAG run.
// Rows have the API's shape (wire::SceneEvent). Writers append their event_log row.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "db/connection.h"
#include "store/data/sight.h"
#include "store/keys.h"
#include "wire/engine.h"

namespace aiflow::store {

struct SceneEventQuery {
  std::optional<std::string> camera_id;
  std::optional<std::string> kind;
  std::optional<std::string> state;
  std::optional<RunKey> run;  ///< those whose lineage is this DAG run
  std::optional<WallTime> since;
  Page page;
  struct After {
    WallTime started_at{};
    std::string event_id{};
  };
  Sight sight{};
  std::optional<After> after{};  ///< only those that come after it in the list
};

class EventStore {
 public:
  explicit EventStore(db::Connection& db) : db_(db) {}

  /// Adds the event, or brings the one of that id up to date (ended_at, values, snapshot): reports
  /// may come twice. A state that a person set is kept.
  [[nodiscard]] Result<wire::SceneEvent> put(const wire::SceneEvent& event, WallTime now);
  /// E.g. "acknowledged". Errors: not_found.
  [[nodiscard]] Result<wire::SceneEvent> set_state(const std::string& event_id,
                                                   const std::string& state, WallTime now);
  /// Errors: not_found.
  [[nodiscard]] Result<wire::SceneEvent> get(const std::string& event_id);
  /// Newest first.
  [[nodiscard]] Result<Listed<wire::SceneEvent>> list(const SceneEventQuery& query);
  [[nodiscard]] Result<std::int64_t> count(const std::string& camera_id);

 private:
  db::Connection& db_;
};

}  // namespace aiflow::store
