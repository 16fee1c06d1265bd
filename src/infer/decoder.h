// SPDX-License-Identifier: Apache-2.0
// Model outputs -> detections, by a declared kind (docs/guide/decoders.md): "ssd_anchors", "yolox",
// "fastestdet". Pure; a Decoder may be used from many threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "geometry/box.h"
#include "infer/preprocess.h"
#include "json/value.h"

namespace aiflow::infer {

struct Detection {
  geometry::Box box;  ///< pixels of the picture, inside it
  double score = 0;   ///< 0 to 1
  int class_id = 0;   ///< index into labels
  std::string label;
};

struct Decoded {
  std::vector<Detection> detections;  ///< by falling score
  std::int64_t dropped_nan = 0;       ///< candidates left out because a number was NaN or +infinity
};

class Decoder {
 public:
  virtual ~Decoder() = default;

  /// Errors: invalid_argument naming the member of the configuration.
  [[nodiscard]] static Result<std::unique_ptr<const Decoder>> make(const json::Value& config);

  /// What pictures must become before they go into the model.
  [[nodiscard]] virtual const InputSpec& input() const = 0;
  [[nodiscard]] virtual const std::vector<std::string>& labels() const = 0;

  /// The configuration's own threshold, for callers that have none.
  [[nodiscard]] virtual double score_min() const = 0;

  /// The model's outputs that hold coordinates: a quantised model needs them in finer steps than
  /// the rest.
  [[nodiscard]] virtual std::vector<std::string> box_outputs() const = 0;

  /// Errors: invalid_argument when an output that decode needs is not among the model's.
  [[nodiscard]] virtual Status check_outputs(std::span<const engine::TensorSpec> specs) const = 0;

  /// Candidates under `score_min` (0 to 1) are left out, then NMS per class.
  /// Errors: invalid_argument when an output is missing or its shape does not fit.
  [[nodiscard]] virtual Result<Decoded> decode(std::span<const engine::Output> outputs,
                                               const Placement& placement,
                                               double score_min) const = 0;
};

}  // namespace aiflow::infer
