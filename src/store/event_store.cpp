// SPDX-License-Identifier: Apache-2.0
#include "store/event_store.h"

#include <utility>

#include "store/detail/rows.h"
#include "store/detail/sight_filter.h"
#include "store/event_log.h"

namespace aiflow::store {
namespace {

constexpr std::string_view kSelect =
    "SELECT event_id, camera_id, rule_id, rule_name, kind, state, started_at, ended_at,"
    " media_time_ms, frame, track_ids, label, score, points, \"values\", snapshot_sha256, service,"
    " model, version, variant, variant_id, report_id, pack_digest, dag_id, run_id, task_id,"
    " try_number, username FROM scene_events";

std::vector<std::int64_t> read_track_ids(db::Row& row) {
  std::vector<std::int64_t> ids;
  const json::Value value = detail::read_json(row);
  if (!value.is_array()) return ids;
  for (const json::Value& id : value.as_array()) {
    if (id.is_int()) ids.push_back(id.as_int());
  }
  return ids;
}

std::string write_track_ids(const std::vector<std::int64_t>& ids) {
  json::Array array;
  for (const std::int64_t id : ids) array.emplace_back(id);
  return json::write(json::Value(std::move(array)));
}

wire::SceneEvent read_event(db::Row& row) {
  return {.event_id = row.text(),
          .camera_id = row.text(),
          .rule_id = row.text(),
          .rule_name = row.text(),
          .kind = row.text(),
          .state = row.text(),
          .started_at = row.time(),
          .ended_at = row.optional_time(),
          .media_time_ms = row.integer(),
          .frame = row.integer(),
          .track_ids = read_track_ids(row),
          .label = row.text(),
          .score = row.real(),
          .points = detail::read_json(row),
          .values = detail::read_json(row),
          .snapshot_sha256 = row.optional_text(),
          .service = row.text(),
          .model = row.text(),
          .version = row.integer(),
          .variant = row.text(),
          .variant_id = row.integer(),
          .report_id = row.optional_integer(),
          .pack_digest = row.text(),
          .lineage = detail::read_lineage(row)};
}

Status insert(db::Connection& db, const wire::SceneEvent& event) {
  const wire::Lineage& lineage = event.lineage;
  return db.run(R"(
    INSERT INTO scene_events (event_id, camera_id, rule_id, rule_name, kind, state, started_at,
      ended_at, media_time_ms, frame, track_ids, label, score, points, "values", snapshot_sha256,
      service, model, version, variant, variant_id, report_id, pack_digest, dag_id, run_id,
      task_id, try_number, username)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))",
                {event.event_id,
                 event.camera_id,
                 event.rule_id,
                 event.rule_name,
                 event.kind,
                 event.state,
                 event.started_at,
                 event.ended_at,
                 event.media_time_ms,
                 event.frame,
                 write_track_ids(event.track_ids),
                 event.label,
                 event.score,
                 json::write(event.points),
                 json::write(event.values),
                 event.snapshot_sha256,
                 event.service,
                 event.model,
                 event.version,
                 event.variant,
                 event.variant_id,
                 event.report_id,
                 event.pack_digest,
                 lineage.dag_id,
                 lineage.dag_run_id,
                 lineage.task_id,
                 lineage.try_number,
                 lineage.username});
}

}  // namespace

Result<wire::SceneEvent> EventStore::put(const wire::SceneEvent& event, WallTime now) {
  AIFLOW_TRY(db_.run(R"(
    UPDATE scene_events SET state = CASE WHEN reviewed = 1 THEN state ELSE ? END, ended_at = ?,
      track_ids = ?, score = ?, points = ?, "values" = ?,
      snapshot_sha256 = coalesce(?, snapshot_sha256)
    WHERE event_id = ?)",
                     {event.state, event.ended_at, write_track_ids(event.track_ids), event.score,
                      json::write(event.points), json::write(event.values), event.snapshot_sha256,
                      event.event_id}));
  if (db_.changes() == 0) AIFLOW_TRY(insert(db_, event));
  AIFLOW_ASSIGN(wire::SceneEvent stored, get(event.event_id));
  AIFLOW_TRY(EventLog(db_).append(kind::scene_event, now, wire::to_json(stored)));
  return stored;
}

Result<wire::SceneEvent> EventStore::set_state(const std::string& event_id,
                                               const std::string& state, WallTime now) {
  AIFLOW_TRY(db_.run("UPDATE scene_events SET state = ?, reviewed = 1 WHERE event_id = ?",
                     {state, event_id}));
  AIFLOW_ASSIGN(wire::SceneEvent stored, get(event_id));
  AIFLOW_TRY(EventLog(db_).append(kind::scene_event, now, wire::to_json(stored)));
  return stored;
}

Result<wire::SceneEvent> EventStore::get(const std::string& event_id) {
  static const std::string sql = std::string(kSelect) + " WHERE event_id = ?";
  return detail::require(db_.first(sql, {event_id}, read_event),
                         "event '" + event_id + "' does not exist");
}

Result<Listed<wire::SceneEvent>> EventStore::list(const SceneEventQuery& query) {
  detail::Where where;
  if (query.camera_id) where.add("camera_id = ?", *query.camera_id);
  if (query.kind) where.add("kind = ?", *query.kind);
  if (query.state) where.add("state = ?", *query.state);
  if (query.since) where.add("started_at >= ?", *query.since);
  if (query.run) {
    where.add("dag_id = ?", query.run->dag_id.value);
    where.add("run_id = ?", query.run->run_id.value);
  }
  detail::add_sight(where, "dag_id", query.sight);
  AIFLOW_ASSIGN(const auto total,
                db_.first("SELECT count(*) FROM scene_events" + where.text(), where.params(),
                          [](db::Row& row) { return row.integer(); }));
  if (const auto& after = query.after) {
    where.add("started_at <= ?", after->started_at);
    where.add("(started_at < ? OR event_id > ?)", {after->started_at, after->event_id});
  }
  AIFLOW_ASSIGN(auto items,
                db_.all(std::string(kSelect) + where.text() +
                            " ORDER BY started_at DESC, event_id LIMIT ? OFFSET ?",
                        where.params_with({query.page.limit, query.page.offset}), read_event));
  return Listed<wire::SceneEvent>{.items = std::move(items), .total = total.value_or(0)};
}

Result<std::int64_t> EventStore::count(const std::string& camera_id) {
  AIFLOW_ASSIGN(const auto count,
                db_.first("SELECT count(*) FROM scene_events WHERE camera_id = ?", {camera_id},
                          [](db::Row& row) { return row.integer(); }));
  return count.value_or(0);
}

}  // namespace aiflow::store
