// SPDX-License-Identifier: Apache-2.0
// Variants of a detector side by side on labelled frames: accuracy, agreement with the first,
// latency, size. The result is the report's body (docs/guide/reports.md).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "engine/engine.h"
#include "json/value.h"
#include "media/image.h"
#include "optimize/accuracy.h"
#include "optimize/label_file.h"

namespace aiflow::optimize {

struct ComparedVariant {
  std::string name;
  std::vector<std::byte> onnx;
};

struct ComparedFrame {
  std::int64_t frame = 0;
  std::shared_ptr<const media::Image> image;
  std::vector<LabelledBox> labels;
};

struct CompareOptions {
  std::string label = "Person";
  int runs = 200;   ///< timed runs of each variant
  int warmup = 20;  ///< untimed runs of each before
  double accuracy_loss_max = 0.02;
  AccuracyOptions accuracy;
  std::string video_name;
  std::string labels_name;
};

/// What compare needs besides the data. `progress(done, total)` counts runs.
struct CompareTools {
  const engine::Engine& engine;
  const Clock& clock;
  json::Value decoder;
  std::function<void(std::size_t, std::size_t)> progress;
};

/// `variants` is not empty; the first is the reference.
/// Errors: invalid_argument (no frames, a decoder that does not fit), as Engine::open.
[[nodiscard]] Result<json::Value> compare(const std::vector<ComparedVariant>& variants,
                                          const std::vector<ComparedFrame>& frames,
                                          const CompareOptions& options, const CompareTools& tools);

}  // namespace aiflow::optimize
