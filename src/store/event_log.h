// SPDX-License-Identifier: Apache-2.0
// The log of changes: one row per change, written in the change's own transaction, numbered without
// reuse. The browser's event stream follows it, and a reconnecting browser resumes by id.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "db/connection.h"
#include "json/value.h"
#include "wire/engine.h"

namespace aiflow::store {

/// Kinds as api/engine.yaml names them at StreamEvent.
namespace kind {
inline constexpr std::string_view dag = "dag";
inline constexpr std::string_view dag_run = "dag_run";
inline constexpr std::string_view asset_event = "asset_event";
inline constexpr std::string_view backfill = "backfill";
inline constexpr std::string_view task_instance = "task_instance";
inline constexpr std::string_view import_error = "import_error";
inline constexpr std::string_view progress = "progress";
inline constexpr std::string_view usage = "usage";
inline constexpr std::string_view model = "model";
inline constexpr std::string_view report = "report";
inline constexpr std::string_view pack = "pack";
inline constexpr std::string_view service = "service";
inline constexpr std::string_view camera = "camera";
inline constexpr std::string_view scene_event = "scene_event";
inline constexpr std::string_view worker = "worker";
inline constexpr std::string_view pool = "pool";
inline constexpr std::string_view notice = "notice";
}  // namespace kind

class EventLog {
 public:
  explicit EventLog(db::Connection& db) : db_(db) {}

  /// Adds a row; the answer carries its id. `data`: the changed object as its list route gives it.
  [[nodiscard]] Result<wire::StreamEvent> append(std::string_view kind, WallTime at,
                                                 json::Value data);
  /// As append, for an object that is gone: `deleted` = true is added to what it was last.
  [[nodiscard]] Result<wire::StreamEvent> append_deleted(std::string_view kind, WallTime at,
                                                         json::Value last);
  /// Rows with an id above `after`, oldest first.
  [[nodiscard]] Result<std::vector<wire::StreamEvent>> after(std::int64_t after, int limit);
  /// The newest id, 0 when there is none. Ids are never reused, also after prune.
  [[nodiscard]] Result<std::int64_t> last_id();
  /// The oldest id that is still there; 0 when there is none. A client whose id is older reloads.
  [[nodiscard]] Result<std::int64_t> first_id();
  /// Keeps the newest `keep` rows, at least one.
  Status prune(std::int64_t keep);

 private:
  db::Connection& db_;
};

}  // namespace aiflow::store
