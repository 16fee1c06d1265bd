// SPDX-License-Identifier: Apache-2.0
#include "store/camera_store.h"

#include "store/detail/rows.h"

namespace aiflow::store {
namespace {

constexpr std::string_view kSelect =
    "SELECT camera_id, name, source, service, rules, classes, start_frame, end_frame, realtime,"
    " score_min, detect_fps, wanted, state, cause, frame, frames_total, dropped, counts, stats,"
    " created_at, dag_id, run_id, task_id, try_number, username FROM cameras";

CameraRow read_camera(db::Row& row) {
  return {.camera_id = CameraId{row.text()},
          .name = row.text(),
          .source = row.text(),
          .service = row.text(),
          .rules = detail::read_json(row),
          .classes = detail::read_strings(row),
          .start_frame = row.integer(),
          .end_frame = row.optional_integer(),
          .realtime = row.boolean(),
          .score_min = row.optional_real(),
          .detect_fps = row.optional_real(),
          .wanted = row.boolean(),
          .state = row.text(),
          .cause = row.text(),
          .frame = row.integer(),
          .frames_total = row.integer(),
          .dropped = row.integer(),
          .counts = detail::read_json(row),
          .stats = detail::read_json(row),
          .created_at = row.time(),
          .lineage = detail::read_lineage(row)};
}

std::string missing(const CameraId& id) { return "camera '" + id.value + "' does not exist"; }

}  // namespace

Status CameraStore::put(const CameraRow& camera) {
  const wire::Lineage& lineage = camera.lineage;
  return db_.run(R"(
    REPLACE INTO cameras (camera_id, name, source, service, rules, classes, start_frame, end_frame,
      realtime, score_min, detect_fps, wanted, state, cause, frame, frames_total, dropped, counts,
      stats, created_at, dag_id, run_id, task_id, try_number, username)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))",
                 {camera.camera_id.value,
                  camera.name,
                  camera.source,
                  camera.service,
                  json::write(camera.rules),
                  detail::write_strings(camera.classes),
                  camera.start_frame,
                  camera.end_frame,
                  camera.realtime,
                  camera.score_min,
                  camera.detect_fps,
                  camera.wanted,
                  camera.state,
                  camera.cause,
                  camera.frame,
                  camera.frames_total,
                  camera.dropped,
                  json::write(camera.counts),
                  json::write(camera.stats),
                  camera.created_at,
                  lineage.dag_id,
                  lineage.dag_run_id,
                  lineage.task_id,
                  lineage.try_number,
                  lineage.username});
}

Status CameraStore::remove(const CameraId& id) {
  AIFLOW_TRY(db_.run("DELETE FROM cameras WHERE camera_id = ?", {id.value}));
  if (db_.changes() > 0) return {};
  return fail(ErrorCode::not_found, missing(id));
}

Result<CameraRow> CameraStore::get(const CameraId& id) {
  static const std::string sql = std::string(kSelect) + " WHERE camera_id = ?";
  return detail::require(db_.first(sql, {id.value}, read_camera), missing(id));
}

Result<std::vector<CameraRow>> CameraStore::list() {
  static const std::string sql = std::string(kSelect) + " ORDER BY camera_id";
  return db_.all(sql, {}, read_camera);
}

wire::Camera to_wire(const CameraRow& row) {
  wire::Camera camera;
  camera.camera_id = row.camera_id.value;
  camera.name = row.name;
  camera.source = row.source;
  camera.state = row.state;
  camera.cause = row.cause;
  camera.service = row.service;
  camera.rules = row.rules;
  camera.start_frame = row.start_frame;
  camera.end_frame = row.end_frame;
  camera.realtime = row.realtime;
  camera.frame = row.frame;
  camera.frames_total = row.frames_total;
  camera.dropped = row.dropped;
  camera.counts = row.counts;
  camera.created_at = row.created_at;
  camera.lineage = row.lineage;
  camera.stats = row.stats;
  return camera;
}

}  // namespace aiflow::store
