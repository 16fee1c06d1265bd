// SPDX-License-Identifier: Apache-2.0
// Generated from api/inference.yaml by tools/codegen; do not edit.
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

/// A tensor in the frame's payload. datatype as in the Open Inference Protocol (FP32, UINT8, ...).
struct TensorRef {
  std::string name{};
  std::string datatype{};
  std::vector<std::int64_t> shape{};
  std::int64_t offset{};
  std::int64_t size{};
  friend bool operator==(const TensorRef&, const TensorRef&) = default;
};
[[nodiscard]] json::Value to_json(const TensorRef& value);
[[nodiscard]] Result<TensorRef> parse_tensor_ref(const json::Value& value);

struct Describe {
  std::int64_t id{};
  friend bool operator==(const Describe&, const Describe&) = default;
};
[[nodiscard]] json::Value to_json(const Describe& value);
[[nodiscard]] Result<Describe> parse_describe(const json::Value& value);

/// -1 = any extent.
struct TensorSpec {
  std::string name{};
  std::string datatype{};
  std::vector<std::int64_t> shape{};
  friend bool operator==(const TensorSpec&, const TensorSpec&) = default;
};
[[nodiscard]] json::Value to_json(const TensorSpec& value);
[[nodiscard]] Result<TensorSpec> parse_tensor_spec(const json::Value& value);

struct Description {
  std::int64_t id{};
  std::string model{};
  std::string version{};
  std::string variant{};
  std::string engine{};
  std::string engine_version{};
  std::vector<TensorSpec> inputs{};
  std::vector<TensorSpec> outputs{};
  json::Value decoder{};
  friend bool operator==(const Description&, const Description&) = default;
};
[[nodiscard]] json::Value to_json(const Description& value);
[[nodiscard]] Result<Description> parse_description(const json::Value& value);

/// Is the process alive, and does its engine get on? Never waits for the engine.
struct Ping {
  std::int64_t id{};
  friend bool operator==(const Ping&, const Ping&) = default;
};
[[nodiscard]] json::Value to_json(const Ping& value);
[[nodiscard]] Result<Ping> parse_ping(const json::Value& value);

/// running_ms - how long the engine has been at its current request; 0 = it has none.
struct Pong {
  std::int64_t id{};
  std::int64_t running_ms{};
  friend bool operator==(const Pong&, const Pong&) = default;
};
[[nodiscard]] json::Value to_json(const Pong& value);
[[nodiscard]] Result<Pong> parse_pong(const json::Value& value);

struct Infer {
  std::int64_t id{};
  std::vector<TensorRef> inputs{};
  std::vector<std::string> outputs{};
  std::int64_t deadline_ms{};
  friend bool operator==(const Infer&, const Infer&) = default;
};
[[nodiscard]] json::Value to_json(const Infer& value);
[[nodiscard]] Result<Infer> parse_infer(const json::Value& value);

struct Inferred {
  std::int64_t id{};
  std::vector<TensorRef> outputs{};
  std::int64_t queue_us{};
  std::int64_t run_us{};
  friend bool operator==(const Inferred&, const Inferred&) = default;
};
[[nodiscard]] json::Value to_json(const Inferred& value);
[[nodiscard]] Result<Inferred> parse_inferred(const json::Value& value);

/// Payload is one image, packed rows of 3 bytes a pixel ("bgr" or "rgb").
struct Detect {
  std::int64_t id{};
  std::int64_t width{};
  std::int64_t height{};
  std::string format{};
  double score_min{};
  std::int64_t deadline_ms{};
  friend bool operator==(const Detect&, const Detect&) = default;
};
[[nodiscard]] json::Value to_json(const Detect& value);
[[nodiscard]] Result<Detect> parse_detect(const json::Value& value);

/// Box in pixels of the image that was sent.
struct DetectionWire {
  std::string label{};
  std::int64_t class_id{};
  double score{};
  double x{};
  double y{};
  double w{};
  double h{};
  friend bool operator==(const DetectionWire&, const DetectionWire&) = default;
};
[[nodiscard]] json::Value to_json(const DetectionWire& value);
[[nodiscard]] Result<DetectionWire> parse_detection_wire(const json::Value& value);

struct Detected {
  std::int64_t id{};
  std::vector<DetectionWire> detections{};
  std::int64_t pre_us{};
  std::int64_t run_us{};
  std::int64_t post_us{};
  std::int64_t queue_us{};
  friend bool operator==(const Detected&, const Detected&) = default;
};
[[nodiscard]] json::Value to_json(const Detected& value);
[[nodiscard]] Result<Detected> parse_detected(const json::Value& value);

struct Failed {
  std::int64_t id{};
  std::string code{};
  std::string message{};
  friend bool operator==(const Failed&, const Failed&) = default;
};
[[nodiscard]] json::Value to_json(const Failed& value);
[[nodiscard]] Result<Failed> parse_failed(const json::Value& value);

}  // namespace aiflow::wire
