// SPDX-License-Identifier: Apache-2.0
// Generated from api/camera.yaml by tools/codegen; do not edit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/states.h"
#include "json/value.h"

namespace aiflow::wire {

struct Point {
  double x{};
  double y{};
  friend bool operator==(const Point&, const Point&) = default;
};
[[nodiscard]] json::Value to_json(const Point& value);
[[nodiscard]] Result<Point> parse_point(const json::Value& value);

/// Coordinates are fractions of the frame's width and height. Meaning and defaults - video.md section 6.
struct RuleConfig {
  std::string rule_id{};
  std::string kind{};
  std::string name{};
  std::vector<Point> points{};
  std::vector<std::string> classes{};
  json::Value params{};
  friend bool operator==(const RuleConfig&, const RuleConfig&) = default;
};
[[nodiscard]] json::Value to_json(const RuleConfig& value);
[[nodiscard]] Result<RuleConfig> parse_rule_config(const json::Value& value);

struct CameraConfig {
  std::string camera_id{};
  std::string source{};
  std::int64_t start_frame{};
  std::optional<std::int64_t> end_frame{};
  bool realtime{};
  std::string infer_socket{};
  std::vector<std::string> classes{};
  double score_min{};
  double detect_fps{};
  std::vector<RuleConfig> rules{};
  double live_fps{};
  std::optional<std::string> event_key{};
  friend bool operator==(const CameraConfig&, const CameraConfig&) = default;
};
[[nodiscard]] json::Value to_json(const CameraConfig& value);
[[nodiscard]] Result<CameraConfig> parse_camera_config(const json::Value& value);

struct TrackWire {
  std::int64_t track_id{};
  std::string label{};
  double score{};
  double x{};
  double y{};
  double w{};
  double h{};
  bool confirmed{};
  friend bool operator==(const TrackWire&, const TrackWire&) = default;
};
[[nodiscard]] json::Value to_json(const TrackWire& value);
[[nodiscard]] Result<TrackWire> parse_track_wire(const json::Value& value);

/// Up; payload = JPEG with the first frame, then at live_fps if live, else 1 a second; or empty.
struct FrameReport {
  std::int64_t frame{};
  std::int64_t frames_total{};
  std::int64_t media_time_us{};
  std::int64_t width{};
  std::int64_t height{};
  std::vector<TrackWire> tracks{};
  std::map<std::string, std::int64_t> counts{};
  std::int64_t dropped{};
  std::int64_t decode_us{};
  std::int64_t detect_us{};
  std::int64_t track_us{};
  std::int64_t rules_us{};
  std::int64_t encode_us{};
  friend bool operator==(const FrameReport&, const FrameReport&) = default;
};
[[nodiscard]] json::Value to_json(const FrameReport& value);
[[nodiscard]] Result<FrameReport> parse_frame_report(const json::Value& value);

/// Up; payload = snapshot JPEG with the deciding box, zone and point drawn. phase - start | end.
struct SceneEventReport {
  std::string event_id{};
  std::string rule_id{};
  std::string kind{};
  std::string phase{};
  std::int64_t media_time_us{};
  std::int64_t frame{};
  std::vector<std::int64_t> track_ids{};
  std::string label{};
  double score{};
  std::vector<Point> points{};
  json::Value values{};
  friend bool operator==(const SceneEventReport&, const SceneEventReport&) = default;
};
[[nodiscard]] json::Value to_json(const SceneEventReport& value);
[[nodiscard]] Result<SceneEventReport> parse_scene_event_report(const json::Value& value);

/// Up, the last message; payload = JPEG of the last frame, empty when there was none.
struct CameraEnded {
  std::string reason{};
  std::optional<std::string> error{};
  std::int64_t frames{};
  std::int64_t events{};
  std::int64_t dropped{};
  double seconds{};
  double decode_us_mean{};
  double detect_us_mean{};
  double overhead_us_mean{};
  friend bool operator==(const CameraEnded&, const CameraEnded&) = default;
};
[[nodiscard]] json::Value to_json(const CameraEnded& value);
[[nodiscard]] Result<CameraEnded> parse_camera_ended(const json::Value& value);

/// Down; pictures wanted or not.
struct LiveSwitch {
  bool on{};
  friend bool operator==(const LiveSwitch&, const LiveSwitch&) = default;
};
[[nodiscard]] json::Value to_json(const LiveSwitch& value);
[[nodiscard]] Result<LiveSwitch> parse_live_switch(const json::Value& value);

struct CameraStop {
  friend bool operator==(const CameraStop&, const CameraStop&) = default;
};
[[nodiscard]] json::Value to_json(const CameraStop& value);
[[nodiscard]] Result<CameraStop> parse_camera_stop(const json::Value& value);

}  // namespace aiflow::wire
