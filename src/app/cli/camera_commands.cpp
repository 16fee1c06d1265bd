// SPDX-License-Identifier: Apache-2.0
// aiflow camera …, aiflow events …
#include <filesystem>
#include <iostream>

#include "app/cli/commands.h"
#include "os/file.h"

namespace aiflow::app {
namespace {

constexpr std::size_t kRulesBytesMax = 1U << 20;

bool has_ended(const wire::Camera& camera) {
  return camera.state == "ended" || camera.state == "failed" || camera.state == "stopped";
}

Status list_cameras(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/cameras"));
  return print_list(
      in, items,
      {.header = {"CAMERA", "STATE", "SERVICE", "FRAME", "FPS", "TRACKS", "EVENTS", "CAUSE"},
       .row = [](const json::Value& item) -> Result<std::vector<std::string>> {
         AIFLOW_ASSIGN(const auto camera, wire::parse_camera(item));
         return std::vector<std::string>{
             camera.camera_id,
             camera.state,
             camera.service,
             std::to_string(camera.frame) + "/" + std::to_string(camera.frames_total),
             std::to_string(static_cast<int>(camera.fps)),
             std::to_string(camera.tracks),
             std::to_string(camera.event_count),
             camera.cause};
       },
       .empty = "no cameras yet: aiflow camera add ID --source VIDEO --service S --rules FILE"});
}

/// The body of create_camera. A source without a scheme is a file, made absolute here, because the
/// server has another working directory.
Result<json::Value> camera_body(const Invocation& in) {
  std::string source = in.text("--source");
  if (source.find("://") == std::string::npos) {
    std::error_code ignored;
    source = std::filesystem::absolute(source, ignored).string();
    if (!std::filesystem::exists(source, ignored)) {
      return fail(ErrorCode::not_found, "no such video file: " + source);
    }
  }
  AIFLOW_ASSIGN(const auto text, os::read_file(in.text("--rules"), kRulesBytesMax));
  auto rules = json::parse(text);
  if (!rules) return fail(std::move(rules.error()).with_context(in.text("--rules")));
  const json::Value* list = rules->is_object() ? rules->find("rules") : &*rules;
  if (list == nullptr || !list->is_array()) {
    return fail(ErrorCode::invalid_argument,
                in.text("--rules") + ": needs a list of rules, or {\"rules\": [...]}");
  }
  json::Value body = json::object({{"camera_id", in.text("camera_id")},
                                   {"source", source},
                                   {"service", in.text("--service")},
                                   {"rules", *list},
                                   {"realtime", in.flag("--realtime")}});
  if (in.given("--name")) body.set("name", in.text("--name"));
  for (const auto& [option, member] :
       {std::pair{"--start-frame", "start_frame"}, std::pair{"--end-frame", "end_frame"}}) {
    if (!in.given(option)) continue;
    AIFLOW_ASSIGN(const auto frame, in.number(option));
    body.set(member, frame);
  }
  json::Array classes;
  for (const auto& label : in.list("--class")) classes.emplace_back(label);
  if (!classes.empty()) body.set("classes", std::move(classes));
  return body;
}

/// Follows the camera on the event stream until it has ended; shows its progress.
Result<json::Value> wait_for_end(ApiClient& client, const std::string& camera_id) {
  ProgressReporter progress;
  json::Value last;
  const auto show = [&](const json::Value& data) {
    const auto camera = wire::parse_camera(data);
    if (!camera || camera->camera_id != camera_id) return true;
    last = data;
    progress.report({.done = static_cast<double>(camera->frame),
                     .total = static_cast<double>(camera->frames_total),
                     .unit = "frames",
                     .what = "watching " + camera_id});
    return !has_ended(*camera);
  };
  const auto follow = [&](const net::SseMessage& message) {
    const auto event = json::parse(message.data);
    if (!event) return true;
    const std::string kind = json::get_string_or(*event, "kind", "").value_or("");
    if (kind == "camera") return show(*event->find("data"));
    if (kind != "hello") return true;
    // What happened before the stream began; the stream itself holds the other connection.
    ApiClient reader(client.clock(), client.home());
    const auto now = reader.get(api_path({"cameras", camera_id}));
    return !now || show(*now);
  };
  AIFLOW_TRY(client.stream("/api/v2/stream", {.request = {}, .on_event = follow, .stop = {}}));
  return last;
}

Status add_camera(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto body, camera_body(in));
  AIFLOW_ASSIGN(auto answer, client.call("POST", "/api/v2/cameras", body));
  if (in.flag("--wait")) {
    AIFLOW_ASSIGN(answer, wait_for_end(client, in.text("camera_id")));
  }
  AIFLOW_ASSIGN(const auto camera, wire::parse_camera(answer));
  if (in.flag("--json")) {
    std::cout << json::write(answer) << "\n";
  } else {
    std::cout << camera.camera_id << " is " << camera.state << ", frame " << camera.frame << " of "
              << camera.frames_total << ", " << camera.event_count << " events\n";
  }
  if (camera.state == "failed")
    return fail(ErrorCode::internal, "camera '" + camera.camera_id + "': " + camera.cause);
  return {};
}

Status stop_camera(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(
      const auto answer,
      client.call("POST", api_path({"cameras", in.text("camera_id"), "stop"}), json::object({})));
  AIFLOW_ASSIGN(const auto camera, wire::parse_camera(answer));
  std::cout << camera.camera_id << " is " << camera.state << "\n";
  return {};
}

Status delete_camera(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_TRY(client.call("DELETE", api_path({"cameras", in.text("camera_id")})));
  std::cout << "camera " << in.text("camera_id") << " deleted; its events stay\n";
  return {};
}

std::string media_time(std::int64_t ms) {
  const auto seconds = ms / 1000;
  const std::string rest = std::to_string(seconds % 60);
  return std::to_string(seconds / 60) + ":" + (rest.size() < 2 ? "0" : "") + rest + "." +
         std::to_string(ms / 100 % 10);
}

Status list_events(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  std::string query = "/api/v2/events?limit=" + in.text("--limit");
  if (in.given("--camera")) query += "&camera_id=" + net::percent_encode(in.text("--camera"));
  if (in.given("--kind")) query += "&kind=" + net::percent_encode(in.text("--kind"));
  AIFLOW_ASSIGN(const auto items, client.list(query));
  return print_list(in, items,
                    {.header = event_header(),
                     .row = [](const json::Value& item) { return event_row(item); },
                     .empty = "no events"});
}

Status show_event(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto answer, client.get(api_path({"events", in.text("event_id")})));
  print_object(in, answer);
  return {};
}

Status save_snapshot(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto answer, client.get(api_path({"events", in.text("event_id")})));
  AIFLOW_ASSIGN(const auto event, wire::parse_scene_event(answer));
  if (!event.snapshot_sha256) {
    return fail(ErrorCode::unavailable, "event '" + event.event_id + "' has no snapshot");
  }
  const auto file = in.given("--out") ? in.text("--out") : event.event_id + ".jpg";
  AIFLOW_TRY(client.get_blob(*event.snapshot_sha256, file));
  std::cout << file << "\n";
  return {};
}

}  // namespace

std::string event_kind(const wire::SceneEvent& event) {
  const auto direction = json::get_string_or(event.values, "direction", "").value_or("");
  // The sides as the dashboard writes them; a rule names itself, not its sides.
  if (direction == "a_to_b") return event.kind + " A → B";
  if (direction == "b_to_a") return event.kind + " B → A";
  return event.kind;
}

std::vector<std::string> event_header() {
  return {"TIME",  "VIDEO TIME", "KIND",  "RULE",     "TRACKS",
          "LABEL", "SCORE",      "STATE", "SNAPSHOT", "EVENT"};
}

Result<std::vector<std::string>> event_row(const json::Value& item) {
  AIFLOW_ASSIGN(const auto event, wire::parse_scene_event(item));
  std::string tracks;
  for (const auto id : event.track_ids) tracks += (tracks.empty() ? "" : ",") + std::to_string(id);
  return std::vector<std::string>{format_time(event.started_at).substr(11, 8) + "Z",
                                  media_time(event.media_time_ms),
                                  event_kind(event),
                                  event.rule_name,
                                  tracks,
                                  event.label,
                                  std::to_string(event.score).substr(0, 4),
                                  event.state,
                                  event.snapshot_sha256.value_or("-").substr(0, 8),
                                  event.event_id};
}

std::vector<Command> camera_commands(const Clock& clock) {
  const Parameter id{.name = "camera_id", .help = "the camera", .required = true};
  return {
      {.words = {"camera", "list"},
       .summary = "all cameras",
       .parameters = with_common({}),
       .examples = {"aiflow camera list"},
       .run = [&clock](const Invocation& in) { return list_cameras(clock, in); }},
      {.words = {"camera", "add"},
       .summary = "adds or replaces a camera and starts it",
       .parameters = with_common(
           {id,
            {.name = "--source",
             .help = "video file, or rtsp:// or http:// address",
             .required = true},
            {.name = "--service", .help = "deployed detector", .required = true},
            {.name = "--rules", .help = "JSON file with lines and zones", .required = true},
            {.name = "--name", .help = "name on screen"},
            {.name = "--class", .help = "label to watch; all when left out", .many = true},
            {.name = "--start-frame", .help = "first frame of a file"},
            {.name = "--end-frame", .help = "one past the last frame of a file"},
            {.name = "--realtime", .help = "play a file at its own pace", .flag = true},
            {.name = "--wait", .help = "show progress until a file has ended", .flag = true}}),
       .examples = {"aiflow camera add street --source vtest.avi --service person-detector "
                    "--rules examples/street_rules.json --wait"},
       .run = [&clock](const Invocation& in) { return add_camera(clock, in); }},
      {.words = {"camera", "stop"},
       .summary = "stops a camera",
       .parameters = with_common({id}),
       .examples = {"aiflow camera stop street"},
       .run = [&clock](const Invocation& in) { return stop_camera(clock, in); }},
      {.words = {"camera", "delete"},
       .summary = "stops a camera and takes it out of the list; its events stay",
       .parameters = with_common({id}),
       .examples = {"aiflow camera delete street"},
       .run = [&clock](const Invocation& in) { return delete_camera(clock, in); }},
      {.words = {"events", "list"},
       .summary = "what the cameras' rules found, newest first",
       .parameters = with_common({{.name = "--camera", .help = "only this camera"},
                                  {.name = "--kind", .help = "only this kind"},
                                  {.name = "--limit", .help = "how many", .otherwise = "50"}}),
       .examples = {"aiflow events list --kind line_crossing"},
       .run = [&clock](const Invocation& in) { return list_events(clock, in); }},
      {.words = {"events", "show"},
       .summary = "one event and the thread back to its DAG run",
       .parameters = with_common({{.name = "event_id", .help = "the event", .required = true}}),
       .examples = {"aiflow events show EVENT --json"},
       .run = [&clock](const Invocation& in) { return show_event(clock, in); }},
      {.words = {"events", "snapshot"},
       .summary = "saves an event's picture as a JPEG file and prints its name",
       .parameters = {{.name = "event_id", .help = "the event", .required = true},
                      {.name = "--out", .help = "the file; EVENT.jpg when left out"},
                      {.name = "--home", .help = "data directory"}},
       .examples = {"aiflow events snapshot EVENT --out /tmp/event.jpg"},
       .run = [&clock](const Invocation& in) { return save_snapshot(clock, in); }},
  };
}

}  // namespace aiflow::app
