// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "engine/detail/plugin.h"
#include "engine/engine_abi.h"

namespace aiflow::engine {
namespace {

using tensor::DType;

constexpr int kThreadsMax = 256;
constexpr std::int32_t kSpecsMax = 4096;

struct DTypePair {
  DType dtype;
  std::int32_t code;
};
constexpr std::array<DTypePair, 13> kDTypes{{{DType::f32, AIFLOW_ENGINE_F32},
                                             {DType::f64, AIFLOW_ENGINE_F64},
                                             {DType::f16, AIFLOW_ENGINE_F16},
                                             {DType::bf16, AIFLOW_ENGINE_BF16},
                                             {DType::i8, AIFLOW_ENGINE_I8},
                                             {DType::u8, AIFLOW_ENGINE_U8},
                                             {DType::i16, AIFLOW_ENGINE_I16},
                                             {DType::u16, AIFLOW_ENGINE_U16},
                                             {DType::i32, AIFLOW_ENGINE_I32},
                                             {DType::u32, AIFLOW_ENGINE_U32},
                                             {DType::i64, AIFLOW_ENGINE_I64},
                                             {DType::u64, AIFLOW_ENGINE_U64},
                                             {DType::boolean, AIFLOW_ENGINE_BOOL}}};

std::int32_t code_of(DType dtype) {
  const auto* it = std::ranges::find(kDTypes, dtype, &DTypePair::dtype);
  AIFLOW_ASSERT(it != kDTypes.end());
  return it->code;
}

std::optional<DType> dtype_of(std::int32_t code) {
  const auto* it = std::ranges::find(kDTypes, code, &DTypePair::code);
  if (it == kDTypes.end()) return std::nullopt;
  return it->dtype;
}

Error error_of(std::int32_t code, const aiflow_engine_error& error) {
  std::string message(error.message, ::strnlen(error.message, sizeof error.message));
  if (message.empty()) message = "the engine gave no reason";
  switch (code) {
    case AIFLOW_ENGINE_INVALID_ARGUMENT:
    case AIFLOW_ENGINE_UNSUPPORTED: return {ErrorCode::invalid_argument, std::move(message)};
    case AIFLOW_ENGINE_CORRUPT: return {ErrorCode::corrupt, std::move(message)};
    case AIFLOW_ENGINE_UNAVAILABLE: return {ErrorCode::unavailable, std::move(message)};
    default: return {ErrorCode::internal, std::move(message)};
  }
}

/// A plug-in is another compiler's work: what it says about the model is checked once, here.
Result<std::vector<TensorSpec>> read_specs(const aiflow_engine_spec* specs, std::int32_t count) {
  if (count < 0 || count > kSpecsMax || (count > 0 && !specs)) {
    return fail(ErrorCode::internal, "the engine gave a wrong number of inputs or outputs");
  }
  std::vector<TensorSpec> out;
  for (std::int32_t i = 0; i < count; ++i) {
    const auto& spec = specs[i];
    const auto dtype = dtype_of(spec.dtype);
    if (!spec.name || !dtype || spec.rank < 0 ||
        spec.rank > static_cast<std::int32_t>(tensor::kRankMax) || (spec.rank > 0 && !spec.shape)) {
      return fail(ErrorCode::invalid_argument,
                  "tensor '" + std::string(spec.name ? spec.name : "") +
                      "' of the model has a type or rank that is not supported");
    }
    out.push_back({spec.name, *dtype, {spec.shape, spec.shape + spec.rank}});
  }
  return out;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string out = "[";
  for (const auto dim : shape) {
    if (out.size() > 1) out += ",";
    out += dim < 0 ? "any" : std::to_string(dim);
  }
  return out + "]";
}

Status check_fits(const TensorSpec& spec, const tensor::TensorView& view) {
  const std::string name = "input '" + spec.name + "'";
  if (view.dtype() != spec.dtype) {
    return fail(ErrorCode::invalid_argument,
                name + " must be " + std::string(tensor::to_string(spec.dtype)) + ", not " +
                    std::string(tensor::to_string(view.dtype())));
  }
  const auto dims = view.shape().dims();
  const bool same = std::ranges::equal(dims, spec.shape, [](std::int64_t have, std::int64_t want) {
    return want < 0 || have == want;
  });
  if (same) return {};
  return fail(ErrorCode::invalid_argument, name + " must have shape " + shape_text(spec.shape) +
                                               ", not " + tensor::to_string(view.shape()));
}

Result<Output> copy_output(const aiflow_engine_tensor& from) {
  const auto dtype = dtype_of(from.dtype);
  if (!from.name || !dtype || from.rank < 0 || (from.rank > 0 && !from.shape) ||
      (from.bytes > 0 && !from.data)) {
    return fail(ErrorCode::internal, "the engine gave an output that can't be read");
  }
  AIFLOW_ASSIGN(auto shape, tensor::Shape::make({from.shape, static_cast<std::size_t>(from.rank)}));
  const std::span bytes(static_cast<const std::byte*>(from.data), from.bytes);
  AIFLOW_ASSIGN(auto copy, tensor::Tensor::from_bytes(*dtype, std::move(shape), bytes));
  return Output{from.name, std::move(copy)};
}

}  // namespace

struct Session::Impl {
  std::shared_ptr<const Engine::Plugin> plugin;
  aiflow_engine_session* handle = nullptr;
  std::vector<TensorSpec> inputs;
  std::vector<TensorSpec> outputs;

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (handle) plugin->close(handle);
  }

  Status check(std::span<const Input> given) const;
};

Status Session::Impl::check(std::span<const Input> given) const {
  for (const auto& spec : inputs) {
    const auto count = std::ranges::count(given, spec.name, &Input::name);
    if (count == 1) continue;
    return fail(ErrorCode::invalid_argument,
                "input '" + spec.name + "' is " + (count == 0 ? "missing" : "given twice"));
  }
  for (const auto& input : given) {
    const auto spec = std::ranges::find(inputs, input.name, &TensorSpec::name);
    if (spec == inputs.end()) {
      return fail(ErrorCode::invalid_argument, "the model has no input '" + input.name + "'");
    }
    AIFLOW_TRY(check_fits(*spec, input.view));
  }
  return {};
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

const std::vector<TensorSpec>& Session::inputs() const { return impl_->inputs; }
const std::vector<TensorSpec>& Session::outputs() const { return impl_->outputs; }

Result<std::vector<Output>> Session::run(std::span<const Input> inputs) {
  AIFLOW_TRY(impl_->check(inputs));
  std::vector<aiflow_engine_tensor> in;
  in.reserve(inputs.size());
  for (const auto& input : inputs) {
    const auto& view = input.view;
    in.push_back({.name = input.name.c_str(),
                  .dtype = code_of(view.dtype()),
                  .rank = static_cast<std::int32_t>(view.shape().rank()),
                  .shape = view.shape().dims().data(),
                  .data = view.bytes().data(),
                  .bytes = view.bytes().size()});
  }
  const aiflow_engine_tensor* out = nullptr;
  aiflow_engine_error error{};
  const auto code = impl_->plugin->run(impl_->handle, in.data(),
                                       static_cast<std::int32_t>(in.size()), &out, &error);
  if (code != AIFLOW_ENGINE_OK) return fail(error_of(code, error));
  std::vector<Output> outputs;
  for (std::size_t i = 0; i < impl_->outputs.size(); ++i) {
    AIFLOW_ASSIGN(auto output, copy_output(out[i]));
    outputs.push_back(std::move(output));
  }
  return outputs;
}

Engine::Engine(std::shared_ptr<const Plugin> plugin) : plugin_(std::move(plugin)) {}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;
Engine::~Engine() = default;

const EngineInfo& Engine::info() const { return plugin_->info; }

Result<Session> Engine::open(std::span<const std::byte> model, const OpenOptions& options) const {
  if (options.threads < 1 || options.threads > kThreadsMax) {
    return fail(ErrorCode::invalid_argument, "threads must be 1 to " + std::to_string(kThreadsMax));
  }
  aiflow_engine_open_options abi_options{};
  abi_options.struct_bytes = sizeof abi_options;
  abi_options.threads = options.threads;
  abi_options.graph_optimization = static_cast<std::int32_t>(options.graph_optimization);
  auto impl = std::make_unique<Session::Impl>();
  impl->plugin = plugin_;
  aiflow_engine_error error{};
  const auto code = plugin_->open(model.data(), model.size(), &abi_options, &impl->handle, &error);
  if (code != AIFLOW_ENGINE_OK) return fail(error_of(code, error));
  AIFLOW_ASSERT(impl->handle != nullptr);
  AIFLOW_ASSIGN(impl->inputs, read_specs(impl->handle->inputs, impl->handle->input_count));
  AIFLOW_ASSIGN(impl->outputs, read_specs(impl->handle->outputs, impl->handle->output_count));
  return Session(std::move(impl));
}

}  // namespace aiflow::engine
