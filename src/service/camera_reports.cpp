// SPDX-License-Identifier: Apache-2.0
// What Cameras does with the reports of a camera's process. All of it runs on that camera's thread.
#include "log/log.h"
#include "service/cameras.h"
#include "service/detail/camera_live.h"
#include "store/event_log.h"

namespace aiflow::service {
namespace {

constexpr auto kShowEvery = std::chrono::milliseconds(500);
constexpr auto kSaveEvery = std::chrono::seconds(5);
constexpr auto kFpsWindow = std::chrono::seconds(2);

json::Value counts_of(const wire::FrameReport& report) {
  json::Object out;
  for (const auto& [name, count] : report.counts) out.emplace_back(name, count);
  return json::Value(std::move(out));
}

json::Value stats_of(const wire::FrameReport& report) {
  return json::object({{"decode_us", report.decode_us},
                       {"detect_us", report.detect_us},
                       {"track_us", report.track_us},
                       {"rules_us", report.rules_us},
                       {"encode_us", report.encode_us}});
}

json::Value points_of(const std::vector<wire::Point>& points) {
  json::Array out;
  for (const auto& point : points) out.push_back(wire::to_json(point));
  return json::Value(std::move(out));
}

}  // namespace

void Cameras::on_report(const LivePtr& live, const wire::FrameReport& report,
                        std::string_view jpeg) {
  const auto now = parts_.clock.steady_now();
  std::vector<std::shared_ptr<Viewer>> viewers;
  std::optional<store::CameraRow> to_save;
  std::optional<store::CameraRow> to_show;
  bool has_started = false;
  {
    const std::scoped_lock lock(mutex_);
    auto& row = live->row;
    has_started = row.state != "running";
    row.state = "running";
    row.cause.clear();
    row.frame = report.frame;
    row.frames_total = report.frames_total;
    row.dropped = report.dropped;
    row.counts = counts_of(report);
    row.stats = stats_of(report);
    live->tracks = static_cast<std::int64_t>(report.tracks.size());
    if (!jpeg.empty()) live->jpeg = jpeg;
    ++live->frames_since;
    if (now - live->fps_since >= kFpsWindow) {
      const std::chrono::duration<double> window = now - live->fps_since;
      const bool is_first = live->fps_since == SteadyTime{};
      live->fps = is_first ? 0 : static_cast<double>(live->frames_since) / window.count();
      live->frames_since = 0;
      live->fps_since = now;
    }
    if (now - live->saved_at >= kSaveEvery || has_started) to_save = row, live->saved_at = now;
    if (now - live->shown_at >= kShowEvery) to_show = row, live->shown_at = now;
    for (const auto& [id, viewer] : live->viewers) viewers.push_back(viewer);
  }
  parts_.services.observe(live->row.service, std::chrono::microseconds(report.detect_us));
  if (!viewers.empty()) {
    const auto text = json::write(wire::to_json(report));
    for (const auto& viewer : viewers) (*viewer)(text, jpeg);
  }
  if (to_save) {
    if (const auto saved = save(*to_save, has_started); !saved) {
      log::warn("camera not saved", {{"camera", to_save->camera_id}, {"error", saved.error()}});
    }
  }
  if (to_show) {
    parts_.events.publish({{.id = 0,
                            .kind = std::string(store::kind::camera),
                            .at = parts_.clock.now(),
                            .data = wire::to_json(to_wire(*to_show))}});
  }
}

void Cameras::on_event(const LivePtr& live, const wire::SceneEventReport& report,
                       std::string_view jpeg) {
  const auto event = event_of(live, report, jpeg);
  if (!event) {
    log::error("scene event lost", {{"camera", live->row.camera_id}, {"error", event.error()}});
    return;
  }
  const auto stored = parts_.store.transact(
      [&](db::Connection& db) { return store::EventStore(db).put(*event, parts_.clock.now()); });
  if (!stored) {
    log::error("scene event not stored", {{"event", report.event_id}, {"error", stored.error()}});
    return;
  }
  log::info("scene event", {{"camera", live->row.camera_id},
                            {"kind", report.kind},
                            {"rule", report.rule_id},
                            {"frame", report.frame}});
  parts_.events.wake();
}

/// The stored form, with the thread to service, variant, report, pack and DAG run.
Result<wire::SceneEvent> Cameras::event_of(const LivePtr& live,
                                           const wire::SceneEventReport& report,
                                           std::string_view jpeg) {
  const auto now = parts_.clock.now();
  const auto known = event(report.event_id);
  wire::SceneEvent out;
  if (known) out = *known;
  if (!known) out.started_at = now;
  if (report.phase == "end") out.ended_at = now;
  if (!jpeg.empty() && !(known && known->snapshot_sha256)) {
    AIFLOW_ASSIGN(const auto blob, parts_.catalogue.put_blob(jpeg));
    out.snapshot_sha256 = blob.sha256;
  }
  const auto& service = live->service;
  const auto& row = live->row;
  out.event_id = report.event_id;
  out.camera_id = row.camera_id.value;
  out.rule_id = report.rule_id;
  out.rule_name = report.rule_id;
  const auto* rules = row.rules.is_array() ? &row.rules : row.rules.find("rules");
  for (const auto& rule : rules != nullptr ? rules->as_array() : json::Array{}) {
    const auto* id = rule.find("rule_id");
    const auto* name = rule.find("name");
    const bool is_it = id != nullptr && id->is_string() && id->as_string() == report.rule_id;
    if (is_it && name != nullptr && name->is_string()) out.rule_name = name->as_string();
  }
  out.kind = report.kind;
  if (!known) out.state = "new";
  if (!known) {
    out.media_time_ms = report.media_time_us / 1000;
    out.frame = report.frame;
    out.track_ids = report.track_ids;
    out.label = report.label;
    out.score = report.score;
    out.points = points_of(report.points);
  }
  out.values = report.values;
  out.service = service.name;
  out.model = service.model;
  out.version = service.version;
  out.variant = service.variant;
  out.variant_id = service.variant_id;
  out.report_id = service.report_id;
  out.pack_digest = service.pack_digest;
  out.lineage = row.lineage;
  return out;
}

void Cameras::on_restart(const LivePtr& live, const std::string& reason) {
  store::CameraRow row;
  {
    const std::scoped_lock lock(mutex_);
    live->row.state = "starting";
    live->row.cause = reason;
    row = live->row;
  }
  log::warn("camera restarts", {{"camera", row.camera_id}, {"reason", reason}});
  (void)save(row, true);
}

/// Of the last frame; of a camera that could not send that one, the newest there is.
void Cameras::keep_picture(const LivePtr& live, std::string_view jpeg) {
  std::string newest;
  {
    const std::scoped_lock lock(mutex_);
    if (!jpeg.empty()) live->jpeg = jpeg;
    newest = live->jpeg;
  }
  if (newest.empty()) return;
  const auto& id = live->row.camera_id;
  if (const auto kept = parts_.pictures.keep(id.value, newest); !kept) {
    log::warn("camera picture not kept", {{"camera", id}, {"error", kept.error()}});
  }
}

void Cameras::on_ended(const LivePtr& live, const wire::CameraEnded& ended, std::string_view jpeg) {
  keep_picture(live, jpeg);
  store::CameraRow row;
  {
    const std::scoped_lock lock(mutex_);
    // A server that stops ends its cameras, and starts them again later: their rows stay.
    if (stopping_ && ended.reason == "stopped") return;
    row = live->row;
    row.state = ended.reason == "end" ? "ended" : ended.reason == "stopped" ? "stopped" : "failed";
    row.cause = ended.error.value_or("");
    row.wanted = false;
    row.dropped = ended.dropped;
    row.stats = wire::to_json(ended);
    live->row = row;
    live->fps = 0;
    live->tracks = 0;
  }
  log::info("camera ended", {{"camera", row.camera_id},
                             {"reason", ended.reason},
                             {"frames", ended.frames},
                             {"events", ended.events},
                             {"error", row.cause}});
  if (const auto saved = save(row, true); !saved) {
    log::error("camera not saved", {{"camera", row.camera_id}, {"error", saved.error()}});
  }
}

Status Cameras::save(const store::CameraRow& row, bool with_event) {
  const auto camera = to_wire(row);
  const auto saved = parts_.store.transact([&](db::Connection& db) -> Status {
    AIFLOW_TRY(store::CameraStore(db).put(row));
    if (!with_event) return {};
    const auto appended =
        store::EventLog(db).append(store::kind::camera, parts_.clock.now(), wire::to_json(camera));
    AIFLOW_TRY(appended);
    return {};
  });
  AIFLOW_TRY(saved);
  if (with_event) parts_.events.wake();
  return {};
}

/// The row with the live numbers, and without the source's password.
wire::Camera Cameras::to_wire(const store::CameraRow& row) {
  auto camera = store::to_wire(row);
  const auto count = parts_.store.read(
      [&](db::Connection& db) { return store::EventStore(db).count(row.camera_id.value); });
  camera.event_count = count.value_or(0);
  camera.source = without_password(camera.source);
  const std::scoped_lock lock(mutex_);
  const auto found = live_.find(row.camera_id.value);
  if (found == live_.end()) return camera;
  const auto& live = *found->second;
  camera.frame = live.row.frame;
  camera.frames_total = live.row.frames_total;
  camera.dropped = live.row.dropped;
  camera.counts = live.row.counts;
  camera.stats = live.row.stats;
  camera.fps = live.fps;
  camera.tracks = live.tracks;
  return camera;
}

}  // namespace aiflow::service
