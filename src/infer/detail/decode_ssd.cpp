// SPDX-License-Identifier: Apache-2.0
// Kind "ssd_anchors": box offsets to fixed anchors and a score for each class
// (docs/guide/decoders.md).
#include <algorithm>
#include <array>
#include <cmath>

#include "infer/detail/detector.h"

namespace aiflow::infer {
namespace {

constexpr std::int64_t kFeatureMapMax = 512;
constexpr std::size_t kAnchorsMax = 1'000'000;

struct Anchor {
  float x;  ///< centre and size in units of the input
  float y;
  float width;
  float height;
};

struct AnchorConfig {
  std::vector<int> feature_maps;
  std::vector<double> aspect_ratios;
  double scale_min = 0;
  double scale_max = 0;
  double interpolated_ratio = 1;
  double offset = 0.5;
  bool reduce_lowest = false;

  [[nodiscard]] double scale(std::size_t layer) const {
    if (layer >= feature_maps.size()) return 1;
    if (feature_maps.size() == 1) return (scale_min + scale_max) / 2;
    return scale_min + (scale_max - scale_min) * static_cast<double>(layer) /
                           static_cast<double>(feature_maps.size() - 1);
  }
};

enum class ScoreKind { sigmoid, softmax, none };

struct SsdConfig {
  std::string boxes_output;
  std::string scores_output;
  std::array<double, 4> box_scales{1, 1, 1, 1};  ///< y, x, height, width
  ScoreKind score = ScoreKind::sigmoid;
  int background_class = -1;
};

Result<AnchorConfig> parse_anchors(const json::Value& value) {
  AnchorConfig out;
  AIFLOW_ASSIGN(const json::Array* maps, json::get_array(value, "feature_maps"));
  for (const auto& map : *maps) {
    if (!map.is_int() || map.as_int() < 1 || map.as_int() > kFeatureMapMax) {
      return fail(ErrorCode::invalid_argument, "'feature_maps' must be numbers from 1 to 512");
    }
    out.feature_maps.push_back(static_cast<int>(map.as_int()));
  }
  AIFLOW_ASSIGN(const json::Array* ratios, json::get_array(value, "aspect_ratios"));
  for (const auto& ratio : *ratios) {
    if (!ratio.is_number() || !(ratio.as_double() > 0)) {
      return fail(ErrorCode::invalid_argument, "'aspect_ratios' must be positive numbers");
    }
    out.aspect_ratios.push_back(ratio.as_double());
  }
  if (out.feature_maps.empty() || out.feature_maps.size() > 64 || out.aspect_ratios.size() > 64) {
    return fail(ErrorCode::invalid_argument, "'feature_maps' must have 1 to 64 entries");
  }
  AIFLOW_ASSIGN(out.scale_min, json::get_double(value, "scale_min"));
  AIFLOW_ASSIGN(out.scale_max, json::get_double(value, "scale_max"));
  AIFLOW_ASSIGN(out.interpolated_ratio,
                json::get_double_or(value, "interpolated_scale_aspect_ratio", 1));
  AIFLOW_ASSIGN(out.offset, json::get_double_or(value, "offset", 0.5));
  AIFLOW_ASSIGN(out.reduce_lowest, json::get_bool_or(value, "reduce_boxes_in_lowest_layer", false));
  return out;
}

/// Width and height of the anchors at each cell of a layer.
std::vector<std::pair<double, double>> anchor_sizes(const AnchorConfig& config, std::size_t layer) {
  std::vector<std::pair<double, double>> sizes;
  const auto add = [&](double scale, double ratio) {
    sizes.emplace_back(scale * std::sqrt(ratio), scale / std::sqrt(ratio));
  };
  const double scale = config.scale(layer);
  if (layer == 0 && config.reduce_lowest) {
    constexpr double kSmallScale = 0.1;
    add(kSmallScale, 1);
    add(scale, 2);
    add(scale, 0.5);
    return sizes;
  }
  for (const double ratio : config.aspect_ratios) add(scale, ratio);
  if (config.interpolated_ratio > 0) {
    add(std::sqrt(scale * config.scale(layer + 1)), config.interpolated_ratio);
  }
  return sizes;
}

void add_layer(const AnchorConfig& config, std::size_t layer, std::vector<Anchor>& anchors) {
  const auto sizes = anchor_sizes(config, layer);
  const int n = config.feature_maps[layer];
  for (int cell = 0; cell < n * n; ++cell) {
    for (const auto& [width, height] : sizes) {
      anchors.push_back({static_cast<float>((cell % n + config.offset) / n),
                         static_cast<float>((cell / n + config.offset) / n),
                         static_cast<float>(width), static_cast<float>(height)});
    }
  }
}

Result<std::vector<Anchor>> make_anchors(const AnchorConfig& config) {
  std::vector<Anchor> anchors;
  for (std::size_t layer = 0; layer < config.feature_maps.size(); ++layer) {
    const auto cells = static_cast<std::size_t>(config.feature_maps[layer]) *
                       static_cast<std::size_t>(config.feature_maps[layer]);
    if (anchors.size() + cells * anchor_sizes(config, layer).size() > kAnchorsMax) {
      return fail(ErrorCode::invalid_argument, "'anchors' gives more than a million boxes");
    }
    add_layer(config, layer, anchors);
  }
  return anchors;
}

Result<SsdConfig> parse_ssd(const json::Value& value) {
  SsdConfig out;
  AIFLOW_ASSIGN(out.boxes_output, json::get_string(value, "boxes_output"));
  AIFLOW_ASSIGN(out.scores_output, json::get_string(value, "scores_output"));
  AIFLOW_ASSIGN(const json::Array* scales, json::get_array(value, "box_scales"));
  if (scales->size() != 4) {
    return fail(ErrorCode::invalid_argument, "'box_scales' must have four numbers");
  }
  for (std::size_t i = 0; i < 4; ++i) {
    const auto& scale = (*scales)[i];
    if (!scale.is_number() || !(scale.as_double() > 0)) {
      return fail(ErrorCode::invalid_argument, "'box_scales' must be positive");
    }
    out.box_scales[i] = scale.as_double();
  }
  AIFLOW_ASSIGN(const auto score, json::get_string_or(value, "score", "sigmoid"));
  if (score == "softmax") out.score = ScoreKind::softmax;
  if (score == "none") out.score = ScoreKind::none;
  if (score != "sigmoid" && out.score == ScoreKind::sigmoid) {
    return fail(ErrorCode::invalid_argument, "'score' must be sigmoid, softmax or none");
  }
  AIFLOW_ASSIGN(const auto background, json::get_int_or(value, "background_class", -1));
  out.background_class = static_cast<int>(std::clamp<std::int64_t>(background, -1, 1 << 20));
  return out;
}

class SsdAnchors final : public Detector {
 public:
  SsdAnchors(DetectorConfig config, SsdConfig ssd, std::vector<Anchor> anchors)
      : Detector(std::move(config)), ssd_(std::move(ssd)), anchors_(std::move(anchors)) {}

  [[nodiscard]] std::vector<std::string> box_outputs() const override {
    return {ssd_.boxes_output};
  }

  [[nodiscard]] Status check_outputs(std::span<const engine::TensorSpec> specs) const override {
    AIFLOW_TRY(check_has_output(specs, ssd_.boxes_output));
    return check_has_output(specs, ssd_.scores_output);
  }

  [[nodiscard]] Result<Decoded> decode(std::span<const engine::Output> outputs,
                                       const Placement& placement, double score_min) const override;

 private:
  void decode_anchor(std::size_t index, const float* box, Candidate candidate,
                     Candidates& out) const;
  /// The class scores of one anchor as probabilities, where that needs all of them.
  static void softmax(std::span<const float> logits, std::vector<float>& out);

  SsdConfig ssd_;
  std::vector<Anchor> anchors_;
};

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

Result<Decoded> SsdAnchors::decode(std::span<const engine::Output> outputs,
                                   const Placement& placement, double score_min) const {
  AIFLOW_ASSIGN(const auto* boxes_tensor, find_output(outputs, ssd_.boxes_output));
  AIFLOW_ASSIGN(const auto* scores_tensor, find_output(outputs, ssd_.scores_output));
  const std::size_t classes = labels().size();
  if (boxes_tensor->elements() != static_cast<std::int64_t>(anchors_.size() * 4) ||
      scores_tensor->elements() != static_cast<std::int64_t>(anchors_.size() * classes)) {
    return fail(ErrorCode::invalid_argument,
                "decoder: outputs " + tensor::to_string(boxes_tensor->shape()) + " and " +
                    tensor::to_string(scores_tensor->shape()) + " do not fit " +
                    std::to_string(anchors_.size()) + " anchors and " + std::to_string(classes) +
                    " labels");
  }
  const Floats boxes(*boxes_tensor);
  const Floats scores(*scores_tensor);
  const bool sigmoid = ssd_.score == ScoreKind::sigmoid;
  // Logits are compared with the threshold's logit: an exp only for what passes.
  const auto least = static_cast<float>(sigmoid ? std::log(score_min / (1 - score_min))
                                                : score_min);  // -inf at 0, +inf at 1
  Candidates found(config(), placement);
  std::vector<float> shares;
  for (std::size_t i = 0; i < anchors_.size(); ++i) {
    std::span<const float> row = scores.values().subspan(i * classes, classes);
    if (ssd_.score == ScoreKind::softmax) softmax(row, shares);
    if (ssd_.score == ScoreKind::softmax) row = shares;
    for (std::size_t c = 0; c < classes; ++c) {
      if (row[c] < least || static_cast<int>(c) == ssd_.background_class) continue;
      const double score = sigmoid && std::isfinite(row[c]) ? logistic(row[c]) : row[c];
      const Candidate candidate{.score = score, .class_id = static_cast<int>(c)};
      decode_anchor(i, boxes.values().data() + i * 4, candidate, found);
    }
  }
  return found.finish();
}

void SsdAnchors::decode_anchor(std::size_t index, const float* box, Candidate candidate,
                               Candidates& out) const {
  const Anchor& anchor = anchors_[index];
  const auto& scales = ssd_.box_scales;
  const double width = input().width;
  const double height = input().height;
  candidate.centre_y = (box[0] / scales[0] * anchor.height + anchor.y) * height;
  candidate.centre_x = (box[1] / scales[1] * anchor.width + anchor.x) * width;
  candidate.height = std::exp(box[2] / scales[2]) * anchor.height * height;
  candidate.width = std::exp(box[3] / scales[3]) * anchor.width * width;
  out.add(candidate);
}

void SsdAnchors::softmax(std::span<const float> logits, std::vector<float>& out) {
  out.assign(logits.begin(), logits.end());
  const float most = *std::ranges::max_element(out);
  float sum = 0;
  for (auto& v : out) sum += v = std::exp(v - most);
  for (auto& v : out) v /= sum;
}

}  // namespace

Result<std::unique_ptr<const Decoder>> make_ssd_anchors(const json::Value& value) {
  AIFLOW_ASSIGN(auto config, parse_detector_config(value));
  AIFLOW_ASSIGN(auto ssd, parse_ssd(value));
  AIFLOW_ASSIGN(const json::Value* anchors_value, json::get_object(value, "anchors"));
  AIFLOW_ASSIGN(const auto anchor_config, parse_anchors(*anchors_value));
  AIFLOW_ASSIGN(auto anchors, make_anchors(anchor_config));
  return std::unique_ptr<const Decoder>(
      new SsdAnchors(std::move(config), std::move(ssd), std::move(anchors)));
}

}  // namespace aiflow::infer
