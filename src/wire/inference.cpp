// SPDX-License-Identifier: Apache-2.0
// Generated from api/inference.yaml by tools/codegen; do not edit.
#include "wire/inference.h"

#include "wire/detail/codec.h"

namespace aiflow::wire {

Status read_value(const json::Value& value, TensorRef& out);
Status read_value(const json::Value& value, Describe& out);
Status read_value(const json::Value& value, TensorSpec& out);
Status read_value(const json::Value& value, Description& out);
Status read_value(const json::Value& value, Ping& out);
Status read_value(const json::Value& value, Pong& out);
Status read_value(const json::Value& value, Infer& out);
Status read_value(const json::Value& value, Inferred& out);
Status read_value(const json::Value& value, Detect& out);
Status read_value(const json::Value& value, DetectionWire& out);
Status read_value(const json::Value& value, Detected& out);
Status read_value(const json::Value& value, Failed& out);

json::Value to_json(const TensorRef& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "name", value.name);
  detail::put(out, "datatype", value.datatype);
  detail::put(out, "shape", value.shape);
  detail::put(out, "offset", value.offset);
  detail::put(out, "size", value.size);
  return json::Value(std::move(out));
}

Result<TensorRef> parse_tensor_ref(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TensorRef");
  TensorRef out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "datatype", out.datatype));
  AIFLOW_TRY(detail::get(value, "shape", out.shape));
  AIFLOW_TRY(detail::get(value, "offset", out.offset));
  AIFLOW_TRY(detail::get(value, "size", out.size));
  return out;
}

Status read_value(const json::Value& value, TensorRef& out) {
  AIFLOW_ASSIGN(out, parse_tensor_ref(value));
  return {};
}

json::Value to_json(const Describe& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "id", value.id);
  return json::Value(std::move(out));
}

Result<Describe> parse_describe(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Describe");
  Describe out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  return out;
}

Status read_value(const json::Value& value, Describe& out) {
  AIFLOW_ASSIGN(out, parse_describe(value));
  return {};
}

json::Value to_json(const TensorSpec& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "name", value.name);
  detail::put(out, "datatype", value.datatype);
  detail::put(out, "shape", value.shape);
  return json::Value(std::move(out));
}

Result<TensorSpec> parse_tensor_spec(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TensorSpec");
  TensorSpec out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "datatype", out.datatype));
  AIFLOW_TRY(detail::get(value, "shape", out.shape));
  return out;
}

Status read_value(const json::Value& value, TensorSpec& out) {
  AIFLOW_ASSIGN(out, parse_tensor_spec(value));
  return {};
}

json::Value to_json(const Description& value) {
  json::Object out;
  out.reserve(9);
  detail::put(out, "id", value.id);
  detail::put(out, "model", value.model);
  detail::put(out, "version", value.version);
  detail::put(out, "variant", value.variant);
  detail::put(out, "engine", value.engine);
  detail::put(out, "engine_version", value.engine_version);
  detail::put(out, "inputs", value.inputs);
  detail::put(out, "outputs", value.outputs);
  detail::put(out, "decoder", value.decoder);
  return json::Value(std::move(out));
}

Result<Description> parse_description(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Description");
  Description out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "model", out.model));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "variant", out.variant));
  AIFLOW_TRY(detail::get(value, "engine", out.engine));
  AIFLOW_TRY(detail::get(value, "engine_version", out.engine_version));
  AIFLOW_TRY(detail::get(value, "inputs", out.inputs));
  AIFLOW_TRY(detail::get(value, "outputs", out.outputs));
  AIFLOW_TRY(detail::get(value, "decoder", out.decoder));
  return out;
}

Status read_value(const json::Value& value, Description& out) {
  AIFLOW_ASSIGN(out, parse_description(value));
  return {};
}

json::Value to_json(const Ping& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "id", value.id);
  return json::Value(std::move(out));
}

Result<Ping> parse_ping(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Ping");
  Ping out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  return out;
}

Status read_value(const json::Value& value, Ping& out) {
  AIFLOW_ASSIGN(out, parse_ping(value));
  return {};
}

json::Value to_json(const Pong& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "id", value.id);
  detail::put(out, "running_ms", value.running_ms);
  return json::Value(std::move(out));
}

Result<Pong> parse_pong(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Pong");
  Pong out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "running_ms", out.running_ms));
  return out;
}

Status read_value(const json::Value& value, Pong& out) {
  AIFLOW_ASSIGN(out, parse_pong(value));
  return {};
}

json::Value to_json(const Infer& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "id", value.id);
  detail::put(out, "inputs", value.inputs);
  detail::put(out, "outputs", value.outputs);
  detail::put(out, "deadline_ms", value.deadline_ms);
  return json::Value(std::move(out));
}

Result<Infer> parse_infer(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Infer");
  Infer out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "inputs", out.inputs));
  AIFLOW_TRY(detail::get(value, "outputs", out.outputs));
  AIFLOW_TRY(detail::get(value, "deadline_ms", out.deadline_ms));
  return out;
}

Status read_value(const json::Value& value, Infer& out) {
  AIFLOW_ASSIGN(out, parse_infer(value));
  return {};
}

json::Value to_json(const Inferred& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "id", value.id);
  detail::put(out, "outputs", value.outputs);
  detail::put(out, "queue_us", value.queue_us);
  detail::put(out, "run_us", value.run_us);
  return json::Value(std::move(out));
}

Result<Inferred> parse_inferred(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Inferred");
  Inferred out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "outputs", out.outputs));
  AIFLOW_TRY(detail::get(value, "queue_us", out.queue_us));
  AIFLOW_TRY(detail::get(value, "run_us", out.run_us));
  return out;
}

Status read_value(const json::Value& value, Inferred& out) {
  AIFLOW_ASSIGN(out, parse_inferred(value));
  return {};
}

json::Value to_json(const Detect& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "id", value.id);
  detail::put(out, "width", value.width);
  detail::put(out, "height", value.height);
  detail::put(out, "format", value.format);
  detail::put(out, "score_min", value.score_min);
  detail::put(out, "deadline_ms", value.deadline_ms);
  return json::Value(std::move(out));
}

Result<Detect> parse_detect(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Detect");
  Detect out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "width", out.width));
  AIFLOW_TRY(detail::get(value, "height", out.height));
  AIFLOW_TRY(detail::get(value, "format", out.format));
  AIFLOW_TRY(detail::get(value, "score_min", out.score_min));
  AIFLOW_TRY(detail::get(value, "deadline_ms", out.deadline_ms));
  return out;
}

Status read_value(const json::Value& value, Detect& out) {
  AIFLOW_ASSIGN(out, parse_detect(value));
  return {};
}

json::Value to_json(const DetectionWire& value) {
  json::Object out;
  out.reserve(7);
  detail::put(out, "label", value.label);
  detail::put(out, "class_id", value.class_id);
  detail::put(out, "score", value.score);
  detail::put(out, "x", value.x);
  detail::put(out, "y", value.y);
  detail::put(out, "w", value.w);
  detail::put(out, "h", value.h);
  return json::Value(std::move(out));
}

Result<DetectionWire> parse_detection_wire(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DetectionWire");
  DetectionWire out;
  AIFLOW_TRY(detail::get(value, "label", out.label));
  AIFLOW_TRY(detail::get(value, "class_id", out.class_id));
  AIFLOW_TRY(detail::get(value, "score", out.score));
  AIFLOW_TRY(detail::get(value, "x", out.x));
  AIFLOW_TRY(detail::get(value, "y", out.y));
  AIFLOW_TRY(detail::get(value, "w", out.w));
  AIFLOW_TRY(detail::get(value, "h", out.h));
  return out;
}

Status read_value(const json::Value& value, DetectionWire& out) {
  AIFLOW_ASSIGN(out, parse_detection_wire(value));
  return {};
}

json::Value to_json(const Detected& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "id", value.id);
  detail::put(out, "detections", value.detections);
  detail::put(out, "pre_us", value.pre_us);
  detail::put(out, "run_us", value.run_us);
  detail::put(out, "post_us", value.post_us);
  detail::put(out, "queue_us", value.queue_us);
  return json::Value(std::move(out));
}

Result<Detected> parse_detected(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Detected");
  Detected out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "detections", out.detections));
  AIFLOW_TRY(detail::get(value, "pre_us", out.pre_us));
  AIFLOW_TRY(detail::get(value, "run_us", out.run_us));
  AIFLOW_TRY(detail::get(value, "post_us", out.post_us));
  AIFLOW_TRY(detail::get(value, "queue_us", out.queue_us));
  return out;
}

Status read_value(const json::Value& value, Detected& out) {
  AIFLOW_ASSIGN(out, parse_detected(value));
  return {};
}

json::Value to_json(const Failed& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "id", value.id);
  detail::put(out, "code", value.code);
  detail::put(out, "message", value.message);
  return json::Value(std::move(out));
}

Result<Failed> parse_failed(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Failed");
  Failed out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "code", out.code));
  AIFLOW_TRY(detail::get(value, "message", out.message));
  return out;
}

Status read_value(const json::Value& value, Failed& out) {
  AIFLOW_ASSIGN(out, parse_failed(value));
  return {};
}

}  // namespace aiflow::wire
