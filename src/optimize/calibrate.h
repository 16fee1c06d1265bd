// SPDX-License-Identifier: Apache-2.0
// Runs a model over frames and notes the range of every value that quantisation needs.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "graph/graph.h"
#include "graph/quantize.h"
#include "infer/decoder.h"
#include "infer/preprocess.h"
#include "media/image.h"

namespace aiflow::optimize {

class Calibrator {
 public:
  /// Opens a copy of the graph whose intermediate values are outputs too.
  /// Errors: as Engine::open; invalid_argument when the model has not one input.
  [[nodiscard]] static Result<Calibrator> open(const engine::Engine& engine,
                                               const graph::Graph& graph,
                                               const infer::InputSpec& input);

  /// Errors: as Session::run.
  [[nodiscard]] Status add(const media::Image& image);

  [[nodiscard]] std::size_t frames() const { return frames_; }

  /// `percent` 100 = everything that was seen; less cuts outliers (graph::RangeCollector).
  [[nodiscard]] std::map<std::string, graph::Range> ranges(double percent) const;

  /// Mean of each channel (axis 1) of every picture and matrix.
  [[nodiscard]] std::map<std::string, std::vector<float>> channel_means() const;

 private:
  Calibrator(engine::Session session, std::vector<std::string> values, infer::InputSpec input);

  engine::Session session_;
  struct ChannelSums {
    std::vector<double> sums;
    std::size_t values = 0;  ///< of each channel
  };
  void note(const std::string& name, const tensor::TensorView& value);

  std::map<std::string, graph::RangeCollector> collectors_;
  std::map<std::string, ChannelSums> channels_;
  infer::Preprocessor preprocessor_;
  tensor::Tensor input_;
  std::size_t frames_ = 0;
};

}  // namespace aiflow::optimize
