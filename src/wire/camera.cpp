// SPDX-License-Identifier: Apache-2.0
// Generated from api/camera.yaml by tools/codegen; do not edit.
#include "wire/camera.h"

#include "wire/detail/codec.h"

namespace aiflow::wire {

Status read_value(const json::Value& value, Point& out);
Status read_value(const json::Value& value, RuleConfig& out);
Status read_value(const json::Value& value, CameraConfig& out);
Status read_value(const json::Value& value, TrackWire& out);
Status read_value(const json::Value& value, FrameReport& out);
Status read_value(const json::Value& value, SceneEventReport& out);
Status read_value(const json::Value& value, CameraEnded& out);
Status read_value(const json::Value& value, LiveSwitch& out);
Status read_value(const json::Value& value, CameraStop& out);

json::Value to_json(const Point& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "x", value.x);
  detail::put(out, "y", value.y);
  return json::Value(std::move(out));
}

Result<Point> parse_point(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Point");
  Point out;
  AIFLOW_TRY(detail::get(value, "x", out.x));
  AIFLOW_TRY(detail::get(value, "y", out.y));
  return out;
}

Status read_value(const json::Value& value, Point& out) {
  AIFLOW_ASSIGN(out, parse_point(value));
  return {};
}

json::Value to_json(const RuleConfig& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "rule_id", value.rule_id);
  detail::put(out, "kind", value.kind);
  detail::put(out, "name", value.name);
  detail::put(out, "points", value.points);
  detail::put(out, "classes", value.classes);
  detail::put(out, "params", value.params);
  return json::Value(std::move(out));
}

Result<RuleConfig> parse_rule_config(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("RuleConfig");
  RuleConfig out;
  AIFLOW_TRY(detail::get(value, "rule_id", out.rule_id));
  AIFLOW_TRY(detail::get(value, "kind", out.kind));
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "points", out.points));
  AIFLOW_TRY(detail::get(value, "classes", out.classes));
  AIFLOW_TRY(detail::get(value, "params", out.params));
  return out;
}

Status read_value(const json::Value& value, RuleConfig& out) {
  AIFLOW_ASSIGN(out, parse_rule_config(value));
  return {};
}

json::Value to_json(const CameraConfig& value) {
  json::Object out;
  out.reserve(12);
  detail::put(out, "camera_id", value.camera_id);
  detail::put(out, "source", value.source);
  detail::put(out, "start_frame", value.start_frame);
  detail::put(out, "end_frame", value.end_frame);
  detail::put(out, "realtime", value.realtime);
  detail::put(out, "infer_socket", value.infer_socket);
  detail::put(out, "classes", value.classes);
  detail::put(out, "score_min", value.score_min);
  detail::put(out, "detect_fps", value.detect_fps);
  detail::put(out, "rules", value.rules);
  detail::put(out, "live_fps", value.live_fps);
  detail::put(out, "event_key", value.event_key);
  return json::Value(std::move(out));
}

Result<CameraConfig> parse_camera_config(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("CameraConfig");
  CameraConfig out;
  AIFLOW_TRY(detail::get(value, "camera_id", out.camera_id));
  AIFLOW_TRY(detail::get(value, "source", out.source));
  AIFLOW_TRY(detail::get(value, "start_frame", out.start_frame));
  AIFLOW_TRY(detail::get(value, "end_frame", out.end_frame));
  AIFLOW_TRY(detail::get(value, "realtime", out.realtime));
  AIFLOW_TRY(detail::get(value, "infer_socket", out.infer_socket));
  AIFLOW_TRY(detail::get(value, "classes", out.classes));
  AIFLOW_TRY(detail::get(value, "score_min", out.score_min));
  AIFLOW_TRY(detail::get(value, "detect_fps", out.detect_fps));
  AIFLOW_TRY(detail::get(value, "rules", out.rules));
  AIFLOW_TRY(detail::get(value, "live_fps", out.live_fps));
  AIFLOW_TRY(detail::get(value, "event_key", out.event_key));
  return out;
}

Status read_value(const json::Value& value, CameraConfig& out) {
  AIFLOW_ASSIGN(out, parse_camera_config(value));
  return {};
}

json::Value to_json(const TrackWire& value) {
  json::Object out;
  out.reserve(8);
  detail::put(out, "track_id", value.track_id);
  detail::put(out, "label", value.label);
  detail::put(out, "score", value.score);
  detail::put(out, "x", value.x);
  detail::put(out, "y", value.y);
  detail::put(out, "w", value.w);
  detail::put(out, "h", value.h);
  detail::put(out, "confirmed", value.confirmed);
  return json::Value(std::move(out));
}

Result<TrackWire> parse_track_wire(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TrackWire");
  TrackWire out;
  AIFLOW_TRY(detail::get(value, "track_id", out.track_id));
  AIFLOW_TRY(detail::get(value, "label", out.label));
  AIFLOW_TRY(detail::get(value, "score", out.score));
  AIFLOW_TRY(detail::get(value, "x", out.x));
  AIFLOW_TRY(detail::get(value, "y", out.y));
  AIFLOW_TRY(detail::get(value, "w", out.w));
  AIFLOW_TRY(detail::get(value, "h", out.h));
  AIFLOW_TRY(detail::get(value, "confirmed", out.confirmed));
  return out;
}

Status read_value(const json::Value& value, TrackWire& out) {
  AIFLOW_ASSIGN(out, parse_track_wire(value));
  return {};
}

json::Value to_json(const FrameReport& value) {
  json::Object out;
  out.reserve(13);
  detail::put(out, "frame", value.frame);
  detail::put(out, "frames_total", value.frames_total);
  detail::put(out, "media_time_us", value.media_time_us);
  detail::put(out, "width", value.width);
  detail::put(out, "height", value.height);
  detail::put(out, "tracks", value.tracks);
  detail::put(out, "counts", value.counts);
  detail::put(out, "dropped", value.dropped);
  detail::put(out, "decode_us", value.decode_us);
  detail::put(out, "detect_us", value.detect_us);
  detail::put(out, "track_us", value.track_us);
  detail::put(out, "rules_us", value.rules_us);
  detail::put(out, "encode_us", value.encode_us);
  return json::Value(std::move(out));
}

Result<FrameReport> parse_frame_report(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("FrameReport");
  FrameReport out;
  AIFLOW_TRY(detail::get(value, "frame", out.frame));
  AIFLOW_TRY(detail::get(value, "frames_total", out.frames_total));
  AIFLOW_TRY(detail::get(value, "media_time_us", out.media_time_us));
  AIFLOW_TRY(detail::get(value, "width", out.width));
  AIFLOW_TRY(detail::get(value, "height", out.height));
  AIFLOW_TRY(detail::get(value, "tracks", out.tracks));
  AIFLOW_TRY(detail::get(value, "counts", out.counts));
  AIFLOW_TRY(detail::get(value, "dropped", out.dropped));
  AIFLOW_TRY(detail::get(value, "decode_us", out.decode_us));
  AIFLOW_TRY(detail::get(value, "detect_us", out.detect_us));
  AIFLOW_TRY(detail::get(value, "track_us", out.track_us));
  AIFLOW_TRY(detail::get(value, "rules_us", out.rules_us));
  AIFLOW_TRY(detail::get(value, "encode_us", out.encode_us));
  return out;
}

Status read_value(const json::Value& value, FrameReport& out) {
  AIFLOW_ASSIGN(out, parse_frame_report(value));
  return {};
}

json::Value to_json(const SceneEventReport& value) {
  json::Object out;
  out.reserve(11);
  detail::put(out, "event_id", value.event_id);
  detail::put(out, "rule_id", value.rule_id);
  detail::put(out, "kind", value.kind);
  detail::put(out, "phase", value.phase);
  detail::put(out, "media_time_us", value.media_time_us);
  detail::put(out, "frame", value.frame);
  detail::put(out, "track_ids", value.track_ids);
  detail::put(out, "label", value.label);
  detail::put(out, "score", value.score);
  detail::put(out, "points", value.points);
  detail::put(out, "values", value.values);
  return json::Value(std::move(out));
}

Result<SceneEventReport> parse_scene_event_report(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("SceneEventReport");
  SceneEventReport out;
  AIFLOW_TRY(detail::get(value, "event_id", out.event_id));
  AIFLOW_TRY(detail::get(value, "rule_id", out.rule_id));
  AIFLOW_TRY(detail::get(value, "kind", out.kind));
  AIFLOW_TRY(detail::get(value, "phase", out.phase));
  AIFLOW_TRY(detail::get(value, "media_time_us", out.media_time_us));
  AIFLOW_TRY(detail::get(value, "frame", out.frame));
  AIFLOW_TRY(detail::get(value, "track_ids", out.track_ids));
  AIFLOW_TRY(detail::get(value, "label", out.label));
  AIFLOW_TRY(detail::get(value, "score", out.score));
  AIFLOW_TRY(detail::get(value, "points", out.points));
  AIFLOW_TRY(detail::get(value, "values", out.values));
  return out;
}

Status read_value(const json::Value& value, SceneEventReport& out) {
  AIFLOW_ASSIGN(out, parse_scene_event_report(value));
  return {};
}

json::Value to_json(const CameraEnded& value) {
  json::Object out;
  out.reserve(9);
  detail::put(out, "reason", value.reason);
  detail::put(out, "error", value.error);
  detail::put(out, "frames", value.frames);
  detail::put(out, "events", value.events);
  detail::put(out, "dropped", value.dropped);
  detail::put(out, "seconds", value.seconds);
  detail::put(out, "decode_us_mean", value.decode_us_mean);
  detail::put(out, "detect_us_mean", value.detect_us_mean);
  detail::put(out, "overhead_us_mean", value.overhead_us_mean);
  return json::Value(std::move(out));
}

Result<CameraEnded> parse_camera_ended(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("CameraEnded");
  CameraEnded out;
  AIFLOW_TRY(detail::get(value, "reason", out.reason));
  AIFLOW_TRY(detail::get(value, "error", out.error));
  AIFLOW_TRY(detail::get(value, "frames", out.frames));
  AIFLOW_TRY(detail::get(value, "events", out.events));
  AIFLOW_TRY(detail::get(value, "dropped", out.dropped));
  AIFLOW_TRY(detail::get(value, "seconds", out.seconds));
  AIFLOW_TRY(detail::get(value, "decode_us_mean", out.decode_us_mean));
  AIFLOW_TRY(detail::get(value, "detect_us_mean", out.detect_us_mean));
  AIFLOW_TRY(detail::get(value, "overhead_us_mean", out.overhead_us_mean));
  return out;
}

Status read_value(const json::Value& value, CameraEnded& out) {
  AIFLOW_ASSIGN(out, parse_camera_ended(value));
  return {};
}

json::Value to_json(const LiveSwitch& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "on", value.on);
  return json::Value(std::move(out));
}

Result<LiveSwitch> parse_live_switch(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("LiveSwitch");
  LiveSwitch out;
  AIFLOW_TRY(detail::get(value, "on", out.on));
  return out;
}

Status read_value(const json::Value& value, LiveSwitch& out) {
  AIFLOW_ASSIGN(out, parse_live_switch(value));
  return {};
}

json::Value to_json(const CameraStop& /*value*/) {
  json::Object out;
  return json::Value(std::move(out));
}

Result<CameraStop> parse_camera_stop(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("CameraStop");
  CameraStop out;
  return out;
}

Status read_value(const json::Value& value, CameraStop& out) {
  AIFLOW_ASSIGN(out, parse_camera_stop(value));
  return {};
}

}  // namespace aiflow::wire
