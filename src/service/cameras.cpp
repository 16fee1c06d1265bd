// SPDX-License-Identifier: Apache-2.0
#include "service/cameras.h"

#include <algorithm>
#include <atomic>

#include "log/log.h"
#include "service/detail/camera_live.h"
#include "store/event_log.h"
#include "watch/rule_config.h"

namespace aiflow::service {
namespace {

/// Below it the built-in detector takes stones and tripods for persons
/// (docs/guide/video-events.md).
constexpr double kScoreMin = 0.4;
constexpr double kLiveFps = 10;

bool is_url(const std::string& source) { return source.find("://") != std::string::npos; }

/// Only schemes that FFmpeg fetches pictures from; a file is a plain absolute path (reliability.md,
/// section 5: no exec:, no concat:).
Status check_source(const std::string& source) {
  if (is_url(source)) {
    for (const char* scheme : {"rtsp://", "rtsps://", "http://", "https://"}) {
      if (source.starts_with(scheme)) return {};
    }
    return fail(ErrorCode::invalid_argument,
                "'source' is a file's absolute path or an rtsp, rtsps, http or https address");
  }
  const std::filesystem::path path(source);
  if (!path.is_absolute()) {
    return fail(ErrorCode::invalid_argument, "'source' must be an absolute path: '" + source + "'");
  }
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return fail(ErrorCode::not_found, "there is no video file '" + source + "'");
  }
  return {};
}

Result<std::vector<wire::RuleConfig>> parse_rules(const json::Value& rules) {
  const auto* list = rules.is_array() ? &rules : rules.find("rules");
  if (rules.is_null()) return std::vector<wire::RuleConfig>{};
  if (list == nullptr || !list->is_array()) {
    return fail(ErrorCode::invalid_argument, "'rules' must be a list of rules");
  }
  std::vector<wire::RuleConfig> out;
  for (const auto& item : list->as_array()) {
    auto rule = wire::parse_rule_config(item);
    if (!rule) return fail(std::move(rule).error().with_context("'rules'"));
    out.push_back(*std::move(rule));
  }
  AIFLOW_TRY(watch::to_rules(out));
  return out;
}

Status check_range(std::string_view name, std::optional<double> value, double max) {
  if (!value || (*value >= 0 && *value <= max)) return {};
  return fail(ErrorCode::invalid_argument, "'" + std::string(name) + "' must be between 0 and " +
                                               std::to_string(static_cast<int>(max)));
}

}  // namespace

Result<wire::Camera> Cameras::create(const wire::CameraCreate& request,
                                     const wire::Lineage& lineage) {
  const std::scoped_lock one_at_a_time(change_mutex_);
  AIFLOW_ASSIGN(auto row, plan(request, lineage));
  AIFLOW_TRY(parts_.services.clients(row.service));  // ready, or the reason why not
  if (const auto old = find(row.camera_id.value)) end(old);
  AIFLOW_TRY(parts_.pictures.forget(row.camera_id.value));  // of what it watched before
  AIFLOW_TRY(save(row, true));
  if (auto launched = launch(row); !launched) {
    row.state = "failed";
    row.wanted = false;
    row.cause = launched.error().message;
    AIFLOW_TRY(save(row, true));
    return fail(std::move(launched).error());
  }
  return get(row.camera_id.value);
}

Result<store::CameraRow> Cameras::plan(const wire::CameraCreate& request,
                                       const wire::Lineage& lineage) {
  AIFLOW_TRY(check_name("camera", request.camera_id));
  AIFLOW_TRY(check_source(request.source));
  AIFLOW_TRY(parse_rules(request.rules));
  AIFLOW_TRY(check_range("score_min", request.score_min, 1));
  AIFLOW_TRY(check_range("detect_fps", request.detect_fps, 120));
  const auto start = request.start_frame.value_or(0);
  if (start < 0 || (request.end_frame && *request.end_frame <= start)) {
    return fail(ErrorCode::invalid_argument, "'end_frame' must be after 'start_frame'");
  }
  store::CameraRow row;
  row.camera_id = CameraId{request.camera_id};
  row.name = request.name.value_or(request.camera_id);
  row.source = request.source;
  row.service = request.service;
  row.rules = request.rules.is_null() ? json::Value(json::Array{}) : request.rules;
  row.classes = request.classes.value_or(std::vector<std::string>{});
  row.start_frame = start;
  row.end_frame = request.end_frame;
  row.realtime = request.realtime.value_or(is_url(request.source));
  row.score_min = request.score_min;
  row.detect_fps = request.detect_fps;
  row.state = "starting";
  row.frame = start;
  row.counts = json::object({});
  row.stats = json::object({});
  row.created_at = parts_.clock.now();
  row.lineage = lineage;
  return row;
}

Status Cameras::launch(const store::CameraRow& row) {
  AIFLOW_ASSIGN(auto rules, parse_rules(row.rules));
  auto live = std::make_shared<Live>();
  live->row = row;
  AIFLOW_ASSIGN(live->service, parts_.services.get(row.service));
  live->saved_at = parts_.clock.steady_now();
  watch::CameraProcessOptions options;
  options.program = parts_.program;
  options.config = {.camera_id = row.camera_id.value,
                    .source = row.source,
                    .start_frame = std::max(row.start_frame, row.frame),
                    .end_frame = row.end_frame,
                    .realtime = row.realtime,
                    .infer_socket = parts_.services.address(row.service).string(),
                    .classes = row.classes,
                    .score_min = row.score_min.value_or(kScoreMin),
                    .detect_fps = row.detect_fps.value_or(0),
                    .rules = std::move(rules),
                    .live_fps = kLiveFps,
                    // The same after a restart, so that no event comes twice; another when the
                    // camera is made anew, so that each run has events of its own.
                    .event_key = row.camera_id.value + "@" + format_time(row.created_at)};
  options.callbacks.on_report = [this, live](const auto& report, std::string_view jpeg) {
    on_report(live, report, jpeg);
  };
  options.callbacks.on_event = [this, live](const auto& report, std::string_view jpeg) {
    on_event(live, report, jpeg);
  };
  options.callbacks.on_restart = [this, live](const std::string& reason, Duration) {
    on_restart(live, reason);
  };
  options.callbacks.on_ended = [this, live](const auto& ended, std::string_view jpeg) {
    on_ended(live, ended, jpeg);
  };
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return fail(ErrorCode::cancelled, "the server is stopping");
    live_[row.camera_id.value] = live;
  }
  auto process = watch::CameraProcess::start(parts_.clock, std::move(options));
  const std::scoped_lock lock(mutex_);
  if (!process) {
    live_.erase(row.camera_id.value);
    return fail(std::move(process).error().with_context("camera '" + row.camera_id.value + "'"));
  }
  live->process = *std::move(process);
  live->process->set_live(!live->viewers.empty());
  return {};
}

Result<wire::Camera> Cameras::stop(const std::string& id) {
  const std::scoped_lock one_at_a_time(change_mutex_);
  AIFLOW_ASSIGN(const auto known, get(id));
  if (const auto live = find(id)) end(live);
  if (known.state != "starting" && known.state != "running") return known;
  AIFLOW_ASSIGN(auto row, parts_.store.read([&](db::Connection& db) {
    return store::CameraStore(db).get(CameraId{id});
  }));
  row.wanted = false;
  row.state = "stopped";
  AIFLOW_TRY(save(row, true));
  return get(id);
}

Status Cameras::remove(const std::string& id) {
  const std::scoped_lock one_at_a_time(change_mutex_);
  AIFLOW_ASSIGN(auto camera, get(id));
  if (const auto live = find(id)) end(live);
  AIFLOW_TRY(parts_.pictures.forget(id));
  camera.state = "removed";
  const auto gone = parts_.store.transact([&](db::Connection& db) -> Result<wire::StreamEvent> {
    AIFLOW_TRY(store::CameraStore(db).remove(CameraId{id}));
    return store::EventLog(db).append_deleted(store::kind::camera, parts_.clock.now(),
                                              wire::to_json(camera));
  });
  parts_.events.wake();
  AIFLOW_TRY(gone);
  return {};
}

/// Ends a camera's process for good and forgets it.
void Cameras::end(const LivePtr& live) {
  watch::CameraProcess* process = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    process = live->process.get();
  }
  if (process != nullptr) process->stop();
  std::unique_ptr<watch::CameraProcess> dying;
  const std::scoped_lock lock(mutex_);
  dying = std::move(live->process);
  const auto found = live_.find(live->row.camera_id.value);
  if (found != live_.end() && found->second == live) live_.erase(found);
}

Result<std::vector<wire::Camera>> Cameras::list() {
  AIFLOW_ASSIGN(const auto rows, parts_.store.read([](db::Connection& db) {
    return store::CameraStore(db).list();
  }));
  std::vector<wire::Camera> out;
  for (const auto& row : rows) out.push_back(to_wire(row));
  return out;
}

Result<wire::Camera> Cameras::get(const std::string& id) {
  AIFLOW_ASSIGN(const auto row, parts_.store.read([&](db::Connection& db) {
    return store::CameraStore(db).get(CameraId{id});
  }));
  return to_wire(row);
}

void Cameras::restore() {
  const auto rows =
      parts_.store.read([](db::Connection& db) { return store::CameraStore(db).list(); });
  if (!rows) {
    log::error("cameras cannot be restored", {{"error", rows.error()}});
    return;
  }
  for (auto row : *rows) {
    if (!row.wanted || (row.state != "starting" && row.state != "running")) continue;
    const std::scoped_lock one_at_a_time(change_mutex_);
    if (find(row.camera_id.value)) continue;  // created anew in the meantime
    const auto launched = launch(row);
    if (launched) continue;
    if (launched.error().code == ErrorCode::cancelled) return;
    log::error("camera not restored", {{"camera", row.camera_id}, {"error", launched.error()}});
    row.state = "failed";
    row.cause = launched.error().message;
    (void)save(row, true);
  }
}

void Cameras::stop_all() {
  std::map<std::string, LivePtr> all;
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  const std::scoped_lock one_at_a_time(change_mutex_);
  {
    const std::scoped_lock lock(mutex_);
    all = live_;
  }
  for (const auto& [id, live] : all) end(live);
}

Cameras::LivePtr Cameras::find(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  const auto found = live_.find(id);
  return found == live_.end() ? nullptr : found->second;
}

Result<std::int64_t> Cameras::add_viewer(const std::string& id, Viewer viewer) {
  AIFLOW_TRY(get(id));
  const std::scoped_lock lock(mutex_);
  const auto number = next_viewer_++;
  const auto found = live_.find(id);
  if (found == live_.end()) return number;  // ended: there is nothing to see, and no error in it
  auto& live = *found->second;
  live.viewers[number] = std::make_shared<Viewer>(std::move(viewer));
  if (live.process) live.process->set_live(true);
  return number;
}

void Cameras::remove_viewer(const std::string& id, std::int64_t viewer) {
  const std::scoped_lock lock(mutex_);
  const auto found = live_.find(id);
  if (found == live_.end()) return;
  auto& live = *found->second;
  live.viewers.erase(viewer);
  if (live.viewers.empty() && live.process) live.process->set_live(false);
}

Result<std::string> Cameras::picture(const std::string& id) {
  const auto live = find(id);
  if (!live) {
    AIFLOW_TRY(get(id));
    return parts_.pictures.get(id);
  }
  const bool runs = [&] {
    const std::scoped_lock lock(mutex_);
    return live->process && live->process->running();
  }();
  if (runs) {
    const auto fresh = std::make_shared<detail::OnePicture>();
    AIFLOW_ASSIGN(
        const auto viewer,
        add_viewer(id, [fresh](const std::string&, std::string_view jpeg) { fresh->offer(jpeg); }));
    auto bytes = fresh->wait(std::chrono::seconds(2));
    remove_viewer(id, viewer);
    if (bytes) return *std::move(bytes);
  }
  const std::scoped_lock lock(mutex_);
  return live->jpeg.empty() ? parts_.pictures.get(id) : live->jpeg;
}

Result<store::Listed<wire::SceneEvent>> Cameras::events(const store::SceneEventQuery& query) {
  return parts_.store.read([&](db::Connection& db) { return store::EventStore(db).list(query); });
}

Result<wire::SceneEvent> Cameras::event(const std::string& id) {
  return parts_.store.read([&](db::Connection& db) { return store::EventStore(db).get(id); });
}

Result<wire::SceneEvent> Cameras::set_event_state(const std::string& id, const std::string& state) {
  if (state != "new" && state != "open" && state != "acknowledged" && state != "false_alarm") {
    return fail(ErrorCode::invalid_argument,
                "'state' must be new, open, acknowledged or false_alarm");
  }
  auto changed = parts_.store.transact([&](db::Connection& db) {
    return store::EventStore(db).set_state(id, state, parts_.clock.now());
  });
  parts_.events.wake();
  return changed;
}

std::string without_password(const std::string& source) {
  const auto scheme = source.find("://");
  if (scheme == std::string::npos) return source;
  const auto begin = scheme + 3;
  const auto end = std::min(source.find('/', begin), source.size());
  const auto at = source.rfind('@', end);
  const auto colon = source.find(':', begin);
  if (at == std::string::npos || at < begin || colon > at) return source;
  return source.substr(0, colon + 1) + "***" + source.substr(at);
}

}  // namespace aiflow::service
