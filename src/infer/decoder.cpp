// SPDX-License-Identifier: Apache-2.0
#include "infer/decoder.h"

#include <algorithm>
#include <cmath>

#include "infer/detail/detector.h"

namespace aiflow::infer {
namespace {

/// More candidates than this mean a broken model or a threshold near 0; the best ones are enough.
constexpr std::size_t kCandidatesMax = 4096;
constexpr std::size_t kLabelsMax = 65'536;

Result<double> read_share(const json::Value& config, const char* key, double otherwise) {
  AIFLOW_ASSIGN(const auto value, json::get_double_or(config, key, otherwise));
  if (value >= 0 && value <= 1) return value;
  return fail(ErrorCode::invalid_argument, "'" + std::string(key) + "' must be 0 to 1");
}

}  // namespace

Result<std::unique_ptr<const Decoder>> Decoder::make(const json::Value& config) {
  auto made = [&]() -> Result<std::unique_ptr<const Decoder>> {
    AIFLOW_ASSIGN(const auto kind, json::get_string(config, "kind"));
    if (kind == "ssd_anchors") return make_ssd_anchors(config);
    if (kind == "yolox") return make_yolox(config);
    if (kind == "fastestdet") return make_fastestdet(config);
    return fail(ErrorCode::invalid_argument,
                "kind '" + kind + "' is unknown; known are ssd_anchors, yolox, fastestdet");
  }();
  if (made) return made;
  return fail(std::move(made).error().with_context("decoder"));
}

Result<DetectorConfig> parse_detector_config(const json::Value& config) {
  DetectorConfig out;
  AIFLOW_ASSIGN(const json::Value* input, json::get_object(config, "input"));
  AIFLOW_ASSIGN(out.input, parse_input_spec(*input));
  AIFLOW_ASSIGN(const json::Array* labels, json::get_array(config, "labels"));
  for (const auto& label : *labels) {
    if (!label.is_string()) {
      return fail(ErrorCode::invalid_argument, "'labels' must be an array of strings");
    }
    out.labels.push_back(label.as_string());
  }
  if (out.labels.empty() || out.labels.size() > kLabelsMax) {
    return fail(ErrorCode::invalid_argument, "'labels' must have 1 to 65536 names");
  }
  AIFLOW_ASSIGN(out.score_min, read_share(config, "score_min", 0.4));
  AIFLOW_ASSIGN(out.nms.iou, read_share(config, "nms_iou", 0.5));
  AIFLOW_ASSIGN(out.nms.containment, read_share(config, "nms_containment", 0));
  AIFLOW_ASSIGN(out.nms.across_classes, json::get_bool_or(config, "nms_across_classes", false));
  AIFLOW_ASSIGN(const auto detections_max, json::get_int_or(config, "detections_max", 100));
  if (detections_max < 1 || detections_max > 1000) {
    return fail(ErrorCode::invalid_argument, "'detections_max' must be 1 to 1000");
  }
  out.nms.detections_max = static_cast<int>(detections_max);
  return out;
}

void Candidates::add(const Candidate& c) {
  const auto& p = placement_;
  const double x = (c.centre_x - c.width / 2 - p.pad_x) / p.scale_x;
  const double y = (c.centre_y - c.height / 2 - p.pad_y) / p.scale_y;
  const double right = x + c.width / p.scale_x;
  const double bottom = y + c.height / p.scale_y;
  const bool finite = std::isfinite(x) && std::isfinite(y) && std::isfinite(right) &&
                      std::isfinite(bottom) && std::isfinite(c.score);
  if (!finite) return drop_nan();
  const double x0 = std::clamp(x, 0.0, static_cast<double>(p.image_width));
  const double y0 = std::clamp(y, 0.0, static_cast<double>(p.image_height));
  const double w = std::clamp(right, 0.0, static_cast<double>(p.image_width)) - x0;
  const double h = std::clamp(bottom, 0.0, static_cast<double>(p.image_height)) - y0;
  if (w <= 0 || h <= 0) return;
  out_.detections.push_back({{x0, y0, w, h}, c.score, c.class_id, {}});
}

Decoded Candidates::finish() {
  auto& found = out_.detections;
  if (found.size() > kCandidatesMax) {
    std::ranges::stable_sort(found, std::ranges::greater{}, &Detection::score);
    found.resize(kCandidatesMax);
  }
  found = suppress(std::move(found), config_.nms);
  for (auto& detection : found) {
    detection.label = config_.labels[static_cast<std::size_t>(detection.class_id)];
  }
  return std::move(out_);
}

Floats::Floats(const tensor::Tensor& tensor) {
  if (tensor.dtype() == tensor::DType::f32) {
    values_ = tensor.data<float>();
    return;
  }
  copy_ = tensor::to_floats(tensor.view());
  values_ = copy_;
}

Result<const tensor::Tensor*> find_output(std::span<const engine::Output> outputs,
                                          const std::string& name) {
  const auto found = std::ranges::find(outputs, name, &engine::Output::name);
  if (found != outputs.end()) return &found->tensor;
  return fail(ErrorCode::invalid_argument, "the model has no output '" + name + "'");
}

Status check_has_output(std::span<const engine::TensorSpec> specs, const std::string& name) {
  if (std::ranges::find(specs, name, &engine::TensorSpec::name) != specs.end()) return {};
  return fail(ErrorCode::invalid_argument, "decoder: the model has no output '" + name + "'");
}

}  // namespace aiflow::infer
