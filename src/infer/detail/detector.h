// SPDX-License-Identifier: Apache-2.0
// What all detector decoders share: the common configuration, reading outputs as floats, and the
// way from a candidate in the model's input to a detection in the picture.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "infer/decoder.h"
#include "infer/nms.h"

namespace aiflow::infer {

struct DetectorConfig {
  InputSpec input;
  std::vector<std::string> labels;
  double score_min = 0.4;
  NmsOptions nms;
};

[[nodiscard]] Result<DetectorConfig> parse_detector_config(const json::Value& config);

/// A box in pixels of the model's input.
struct Candidate {
  double centre_x = 0;
  double centre_y = 0;
  double width = 0;
  double height = 0;
  double score = 0;
  int class_id = 0;
};

/// Collects candidates of one picture and turns them into detections.
class Candidates {
 public:
  Candidates(const DetectorConfig& config, const Placement& placement)
      : config_(config), placement_(placement) {}

  /// Leaves out what has a NaN or infinite number, or lies outside the picture.
  void add(const Candidate& candidate);
  void drop_nan() { ++out_.dropped_nan; }

  /// The best ones after NMS, with labels.
  [[nodiscard]] Decoded finish();

 private:
  const DetectorConfig& config_;
  const Placement& placement_;
  Decoded out_;
};

/// An output's elements as floats, without a copy when they are floats already.
class Floats {
 public:
  explicit Floats(const tensor::Tensor& tensor);
  [[nodiscard]] std::span<const float> values() const { return values_; }

 private:
  std::vector<float> copy_;
  std::span<const float> values_;
};

/// Errors: invalid_argument when there is no such output.
[[nodiscard]] Result<const tensor::Tensor*> find_output(std::span<const engine::Output> outputs,
                                                        const std::string& name);
[[nodiscard]] Status check_has_output(std::span<const engine::TensorSpec> specs,
                                      const std::string& name);

[[nodiscard]] Result<std::unique_ptr<const Decoder>> make_ssd_anchors(const json::Value& config);
[[nodiscard]] Result<std::unique_ptr<const Decoder>> make_yolox(const json::Value& config);
[[nodiscard]] Result<std::unique_ptr<const Decoder>> make_fastestdet(const json::Value& config);

/// Implements what does not depend on the kind.
class Detector : public Decoder {
 public:
  explicit Detector(DetectorConfig config) : config_(std::move(config)) {}
  [[nodiscard]] const InputSpec& input() const override { return config_.input; }
  [[nodiscard]] const std::vector<std::string>& labels() const override { return config_.labels; }
  [[nodiscard]] double score_min() const override { return config_.score_min; }

 protected:
  [[nodiscard]] const DetectorConfig& config() const { return config_; }

 private:
  DetectorConfig config_;
};

}  // namespace aiflow::infer
