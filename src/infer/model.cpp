// SPDX-License-Identifier: Apache-2.0
#include "infer/model.h"

#include <algorithm>

namespace aiflow::infer {
namespace {

wire::TensorSpec to_wire(const engine::TensorSpec& spec) {
  return {.name = spec.name,
          .datatype = std::string(tensor::to_string(spec.dtype)),
          .shape = spec.shape};
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string out = "[";
  for (const auto dim : shape) out += (out.size() > 1 ? "," : "") + std::to_string(dim);
  return out + "]";
}

/// The decoder makes one picture a run; the model must take just that.
Status check_input(const InputSpec& wanted, const std::vector<engine::TensorSpec>& inputs) {
  if (inputs.size() != 1) {
    return fail(ErrorCode::invalid_argument,
                "decoder: the model must have one input, it has " + std::to_string(inputs.size()));
  }
  const auto& input = inputs[0];
  const std::string name = "decoder: input '" + wanted.name + "'";
  if (!wanted.name.empty() && wanted.name != input.name) {
    return fail(ErrorCode::invalid_argument, name + " is not the model's '" + input.name + "'");
  }
  const std::vector<std::int64_t> shape =
      wanted.layout == Layout::nchw ? std::vector<std::int64_t>{1, 3, wanted.height, wanted.width}
                                    : std::vector<std::int64_t>{1, wanted.height, wanted.width, 3};
  const bool fits = std::ranges::equal(
      shape, input.shape, [](std::int64_t a, std::int64_t b) { return b < 0 || a == b; });
  if (fits && wanted.dtype == input.dtype) return {};
  return fail(ErrorCode::invalid_argument,
              name + " is " + std::string(tensor::to_string(wanted.dtype)) + shape_text(shape) +
                  ", the model takes " + std::string(tensor::to_string(input.dtype)) +
                  shape_text(input.shape));
}

}  // namespace

Result<ModelMeta> parse_model_meta(const json::Value& value) {
  ModelMeta out;
  AIFLOW_ASSIGN(out.model, json::get_string(value, "model"));
  AIFLOW_ASSIGN(out.version, json::get_string_or(value, "version", "1"));
  AIFLOW_ASSIGN(out.variant, json::get_string_or(value, "variant", ""));
  const json::Value* decoder = value.find("decoder");
  const bool is_empty = decoder == nullptr || *decoder == json::object({});
  if (!is_empty) out.decoder = *decoder;
  return out;
}

Model::Model(engine::Session session, std::unique_ptr<const Decoder> decoder,
             wire::Description description)
    : session_(std::move(session)),
      decoder_(std::move(decoder)),
      description_(std::move(description)) {}

Result<Model> Model::open(const engine::Engine& engine, std::span<const std::byte> bytes,
                          ModelMeta meta, const engine::OpenOptions& options) {
  std::unique_ptr<const Decoder> decoder;
  if (!meta.decoder.is_null()) {
    AIFLOW_ASSIGN(decoder, Decoder::make(meta.decoder));
  }
  AIFLOW_ASSIGN(auto session, engine.open(bytes, options));
  if (decoder) {
    AIFLOW_TRY(check_input(decoder->input(), session.inputs()));
    AIFLOW_TRY(decoder->check_outputs(session.outputs()));
  }
  wire::Description description{.id = 0,
                                .model = std::move(meta.model),
                                .version = std::move(meta.version),
                                .variant = std::move(meta.variant),
                                .engine = engine.info().name,
                                .engine_version = engine.info().version,
                                .inputs = {},
                                .outputs = {},
                                .decoder = std::move(meta.decoder)};
  for (const auto& spec : session.inputs()) description.inputs.push_back(to_wire(spec));
  for (const auto& spec : session.outputs()) description.outputs.push_back(to_wire(spec));
  return Model(std::move(session), std::move(decoder), std::move(description));
}

Pipeline::Pipeline(Model& model, const Clock& clock)
    : model_(model), clock_(clock), preprocessor_([&] {
        AIFLOW_ASSERT(model.decoder() != nullptr);
        return model.decoder()->input();
      }()) {}

Result<Pipeline::Outcome> Pipeline::detect(const ImageView& image, double score_min) {
  const auto start = clock_.steady_now();
  const Placement placement = preprocessor_.run(image, input_);
  const auto filled = clock_.steady_now();
  const engine::Input input{model_.session().inputs()[0].name, input_.view()};
  AIFLOW_ASSIGN(const auto outputs, model_.session().run({&input, 1}));
  const auto ran = clock_.steady_now();
  const Decoder& decoder = *model_.decoder();
  const double least = score_min > 0 ? score_min : decoder.score_min();
  AIFLOW_ASSIGN(auto decoded, decoder.decode(outputs, placement, least));
  return Outcome{.decoded = std::move(decoded),
                 .pre = filled - start,
                 .run = ran - filled,
                 .post = clock_.steady_now() - ran};
}

}  // namespace aiflow::infer
