// SPDX-License-Identifier: Apache-2.0
// A model that is ready to answer: engine session, metadata, decoder. One thread at a time.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "engine/engine.h"
#include "infer/decoder.h"
#include "infer/preprocess.h"
#include "json/value.h"
#include "wire/inference.h"

namespace aiflow::infer {

/// The file given to aiflow-infer with --meta: {model, version, variant, decoder?}.
struct ModelMeta {
  std::string model;
  std::string version;
  std::string variant;
  json::Value decoder = {};  ///< null = tensors only
};

/// Errors: invalid_argument.
[[nodiscard]] Result<ModelMeta> parse_model_meta(const json::Value& value);

class Model {
 public:
  /// Errors: as Engine::open; invalid_argument when the decoder's configuration is wrong or does
  /// not fit the model's inputs.
  [[nodiscard]] static Result<Model> open(const engine::Engine& engine,
                                          std::span<const std::byte> bytes, ModelMeta meta,
                                          const engine::OpenOptions& options);

  [[nodiscard]] const wire::Description& description() const { return description_; }
  /// Null when the model has no decoder.
  [[nodiscard]] const Decoder* decoder() const { return decoder_.get(); }
  [[nodiscard]] engine::Session& session() { return session_; }

 private:
  Model(engine::Session session, std::unique_ptr<const Decoder> decoder,
        wire::Description description);
  engine::Session session_;
  std::unique_ptr<const Decoder> decoder_;
  wire::Description description_;
};

/// Picture in, detections out, with the time of each step; what optimise and compare run
/// in-process.
class Pipeline {
 public:
  /// The model must have a decoder (asserted) and outlive the pipeline.
  Pipeline(Model& model, const Clock& clock);

  struct Outcome {
    Decoded decoded;
    Duration pre{};
    Duration run{};
    Duration post{};
  };
  /// `score_min` <= 0 = the decoder's own. Errors: the engine's, or the decoder's.
  [[nodiscard]] Result<Outcome> detect(const ImageView& image, double score_min);

 private:
  Model& model_;
  const Clock& clock_;
  Preprocessor preprocessor_;
  tensor::Tensor input_;
};

}  // namespace aiflow::infer
