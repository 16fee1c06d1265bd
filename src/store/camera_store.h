// SPDX-License-Identifier: Apache-2.0
// Cameras: configuration, wanted state, and the last known state and counters. Counters are saved
// now and then (save_progress), not per frame; the live ones are the service layer's, which also
// appends the event_log row.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "db/connection.h"
#include "json/value.h"
#include "wire/engine.h"

namespace aiflow::store {

struct CameraRow {
  CameraId camera_id;
  std::string name;
  std::string source;
  std::string service;
  json::Value rules;
  std::vector<std::string> classes;
  std::int64_t start_frame = 0;
  std::optional<std::int64_t> end_frame;
  bool realtime = false;
  std::optional<double> score_min;
  std::optional<double> detect_fps;
  bool wanted = true;  ///< false = stopped by a person or ended: do not start it again
  std::string state;   ///< starting | running | ended | failed | stopped
  std::string cause;
  std::int64_t frame = 0;
  std::int64_t frames_total = 0;
  std::int64_t dropped = 0;
  json::Value counts;
  json::Value stats;
  WallTime created_at;
  wire::Lineage lineage;
};

class CameraStore {
 public:
  explicit CameraStore(db::Connection& db) : db_(db) {}

  /// Inserts or replaces the row of that id.
  Status put(const CameraRow& camera);
  /// Errors: not_found.
  Status remove(const CameraId& id);
  /// Errors: not_found.
  [[nodiscard]] Result<CameraRow> get(const CameraId& id);
  /// By id.
  [[nodiscard]] Result<std::vector<CameraRow>> list();

 private:
  db::Connection& db_;
};

/// Live numbers (fps, tracks) are left at 0; event_count is EventStore's.
[[nodiscard]] wire::Camera to_wire(const CameraRow& row);

}  // namespace aiflow::store
