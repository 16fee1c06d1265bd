// SPDX-License-Identifier: Apache-2.0
// The ONNX Runtime plug-in: engine_abi.h over ONNX Runtime's C API. The library is not linked; it
// is loaded from the pack's folder (ort_library.h).
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine_abi.h"
#include "engine_ort/detail/ort_library.h"

namespace aiflow::engine_ort {
namespace {

constexpr std::size_t kRankMax = 64;

int32_t set_error(aiflow_engine_error* error, int32_t code, const std::string& message) {
  error->code = code;
  std::snprintf(error->message, sizeof error->message, "%s", message.c_str());
  return code;
}

/// A failed call of ONNX Runtime as an Error. An unspecific failure is `otherwise`.
Status check(OrtStatus* status, ErrorCode otherwise = ErrorCode::internal) {
  if (!status) return {};
  const OrtApi& api = *ort_library().api;
  const OrtErrorCode code = api.GetErrorCode(status);
  std::string message = api.GetErrorMessage(status);
  api.ReleaseStatus(status);
  switch (code) {
    case ORT_INVALID_PROTOBUF:
    case ORT_NO_MODEL: return fail(ErrorCode::corrupt, std::move(message));
    case ORT_NOT_IMPLEMENTED:
    case ORT_INVALID_GRAPH:
    case ORT_INVALID_ARGUMENT: return fail(ErrorCode::invalid_argument, std::move(message));
    default: return fail(otherwise, std::move(message));
  }
}

/// Calls `body` and writes its error for the host; `misfit` = what invalid_argument means here.
template <class Body>
int32_t guarded(aiflow_engine_error* error, int32_t misfit, Body body) {
  try {
    const Status status = body();
    if (status) return AIFLOW_ENGINE_OK;
    const Error& why = status.error();
    if (why.code == ErrorCode::corrupt) return set_error(error, AIFLOW_ENGINE_CORRUPT, why.message);
    const int32_t code =
        why.code == ErrorCode::invalid_argument ? misfit : int32_t{AIFLOW_ENGINE_INTERNAL};
    return set_error(error, code, why.message);
  } catch (const std::exception& e) {  // of the standard library: none may cross the C border
    return set_error(error, AIFLOW_ENGINE_INTERNAL, e.what());
  }
}

/// Frees one of ONNX Runtime's objects by the API's own function.
template <class T, void (*OrtApi::*Release)(T*)>
struct Releaser {
  void operator()(T* object) const { (ort_library().api->*Release)(object); }
};
using SessionPtr = std::unique_ptr<OrtSession, Releaser<OrtSession, &OrtApi::ReleaseSession>>;
using ValuePtr = std::unique_ptr<OrtValue, Releaser<OrtValue, &OrtApi::ReleaseValue>>;
using OptionsPtr =
    std::unique_ptr<OrtSessionOptions, Releaser<OrtSessionOptions, &OrtApi::ReleaseSessionOptions>>;
using TypeInfoPtr = std::unique_ptr<OrtTypeInfo, Releaser<OrtTypeInfo, &OrtApi::ReleaseTypeInfo>>;
using ShapeInfoPtr =
    std::unique_ptr<OrtTensorTypeAndShapeInfo,
                    Releaser<OrtTensorTypeAndShapeInfo, &OrtApi::ReleaseTensorTypeAndShapeInfo>>;
using MemoryInfoPtr =
    std::unique_ptr<OrtMemoryInfo, Releaser<OrtMemoryInfo, &OrtApi::ReleaseMemoryInfo>>;

struct Spec {
  std::string name;
  int32_t dtype = 0;
  std::vector<int64_t> shape;
};

struct Session {
  SessionPtr ort;
  MemoryInfoPtr memory;
  std::vector<Spec> inputs;
  std::vector<Spec> outputs;
  std::vector<aiflow_engine_spec> input_specs;
  std::vector<aiflow_engine_spec> output_specs;
  std::vector<const char*> output_names;
  std::vector<ValuePtr> last_values;
  std::vector<std::vector<int64_t>> last_shapes;
  std::vector<aiflow_engine_tensor> last_outputs;
  aiflow_engine_session abi{};
};

Result<std::vector<int64_t>> read_shape(const OrtApi& api, const OrtTensorTypeAndShapeInfo* info) {
  std::size_t rank = 0;
  AIFLOW_TRY(check(api.GetDimensionsCount(info, &rank)));
  if (rank > kRankMax) {
    return fail(ErrorCode::invalid_argument, "a tensor has too many dimensions");
  }
  std::vector<int64_t> shape(rank);
  AIFLOW_TRY(check(api.GetDimensions(info, shape.data(), rank)));
  return shape;
}

Result<std::uint64_t> element_bytes(int32_t dtype) {
  switch (dtype) {
    case AIFLOW_ENGINE_U8:
    case AIFLOW_ENGINE_I8:
    case AIFLOW_ENGINE_BOOL: return 1;
    case AIFLOW_ENGINE_F16:
    case AIFLOW_ENGINE_BF16:
    case AIFLOW_ENGINE_U16:
    case AIFLOW_ENGINE_I16: return 2;
    case AIFLOW_ENGINE_F32:
    case AIFLOW_ENGINE_I32:
    case AIFLOW_ENGINE_U32: return 4;
    case AIFLOW_ENGINE_F64:
    case AIFLOW_ENGINE_I64:
    case AIFLOW_ENGINE_U64: return 8;
    default: return fail(ErrorCode::invalid_argument, "a tensor's element type is not supported");
  }
}

Result<Spec> read_spec(const OrtApi& api, TypeInfoPtr type, std::string name) {
  const OrtTensorTypeAndShapeInfo* info = nullptr;  // belongs to `type`
  AIFLOW_TRY(check(api.CastTypeInfoToTensorInfo(type.get(), &info)));
  if (!info) return fail(ErrorCode::invalid_argument, "'" + name + "' is not a tensor");
  ONNXTensorElementDataType dtype{};
  AIFLOW_TRY(check(api.GetTensorElementType(info, &dtype)));
  AIFLOW_TRY(element_bytes(static_cast<int32_t>(dtype)));
  AIFLOW_ASSIGN(auto shape, read_shape(api, info));
  return Spec{std::move(name), static_cast<int32_t>(dtype), std::move(shape)};
}

/// The three calls that tell of inputs, or of outputs.
struct IoReader {
  decltype(OrtApi::SessionGetInputCount) count;
  decltype(OrtApi::SessionGetInputName) name;
  decltype(OrtApi::SessionGetInputTypeInfo) type;
};

Result<std::vector<Spec>> read_specs(const OrtApi& api, const OrtSession* session,
                                     const IoReader& io) {
  OrtAllocator* allocator = nullptr;  // the process-wide one, not ours to free
  AIFLOW_TRY(check(api.GetAllocatorWithDefaultOptions(&allocator)));
  std::size_t count = 0;
  AIFLOW_TRY(check(io.count(session, &count)));
  std::vector<Spec> specs;
  for (std::size_t i = 0; i < count; ++i) {
    char* text = nullptr;
    AIFLOW_TRY(check(io.name(session, i, allocator, &text)));
    std::string name(text);
    AIFLOW_TRY(check(api.AllocatorFree(allocator, text)));
    OrtTypeInfo* type = nullptr;
    AIFLOW_TRY(check(io.type(session, i, &type)));
    AIFLOW_ASSIGN(auto spec, read_spec(api, TypeInfoPtr(type), std::move(name)));
    specs.push_back(std::move(spec));
  }
  return specs;
}

std::vector<aiflow_engine_spec> abi_specs(const std::vector<Spec>& specs) {
  std::vector<aiflow_engine_spec> out;
  for (const auto& spec : specs) {
    out.push_back({.name = spec.name.c_str(),
                   .dtype = spec.dtype,
                   .rank = static_cast<int32_t>(spec.shape.size()),
                   .shape = spec.shape.data()});
  }
  return out;
}

Result<OptionsPtr> make_options(const OrtApi& api, const aiflow_engine_open_options& given) {
  OrtSessionOptions* raw = nullptr;
  AIFLOW_TRY(check(api.CreateSessionOptions(&raw)));
  OptionsPtr options(raw);
  AIFLOW_TRY(check(api.SetIntraOpNumThreads(raw, given.threads)));
  AIFLOW_TRY(check(api.SetInterOpNumThreads(raw, 1)));
  constexpr GraphOptimizationLevel kLevels[] = {ORT_DISABLE_ALL, ORT_ENABLE_BASIC, ORT_ENABLE_ALL};
  const int level =
      given.graph_optimization < 0 || given.graph_optimization > 2 ? 2 : given.graph_optimization;
  AIFLOW_TRY(check(api.SetSessionGraphOptimizationLevel(raw, kLevels[level])));
  // Idle engine threads would burn a core that cameras decode on.
  AIFLOW_TRY(check(api.AddSessionConfigEntry(raw, "session.intra_op.allow_spinning", "0")));
  return options;
}

void fill_abi(Session& session) {
  session.input_specs = abi_specs(session.inputs);
  session.output_specs = abi_specs(session.outputs);
  for (const auto& spec : session.outputs) session.output_names.push_back(spec.name.c_str());
  session.abi = {.struct_bytes = sizeof session.abi,
                 .input_count = static_cast<int32_t>(session.inputs.size()),
                 .output_count = static_cast<int32_t>(session.outputs.size()),
                 .inputs = session.input_specs.data(),
                 .outputs = session.output_specs.data(),
                 .impl = &session};
}

Result<std::unique_ptr<Session>> open_session(const OrtLibrary& library, const void* model,
                                              uint64_t model_bytes,
                                              const aiflow_engine_open_options& given) {
  const OrtApi& api = *library.api;
  auto session = std::make_unique<Session>();
  AIFLOW_ASSIGN(const OptionsPtr options, make_options(api, given));
  OrtSession* ort = nullptr;
  AIFLOW_TRY(check(api.CreateSessionFromArray(library.env, model, model_bytes, options.get(), &ort),
                   ErrorCode::invalid_argument));
  session->ort.reset(ort);
  OrtMemoryInfo* memory = nullptr;
  AIFLOW_TRY(check(api.CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory)));
  session->memory.reset(memory);
  AIFLOW_ASSIGN(session->inputs, read_specs(api, ort,
                                            {api.SessionGetInputCount, api.SessionGetInputName,
                                             api.SessionGetInputTypeInfo}));
  AIFLOW_ASSIGN(session->outputs, read_specs(api, ort,
                                             {api.SessionGetOutputCount, api.SessionGetOutputName,
                                              api.SessionGetOutputTypeInfo}));
  fill_abi(*session);
  return session;
}

Status keep_output(const OrtApi& api, Session& session, std::size_t index) {
  OrtValue* value = session.last_values[index].get();
  OrtTensorTypeAndShapeInfo* raw = nullptr;
  AIFLOW_TRY(check(api.GetTensorTypeAndShape(value, &raw)));
  const ShapeInfoPtr info(raw);
  ONNXTensorElementDataType dtype{};
  AIFLOW_TRY(check(api.GetTensorElementType(raw, &dtype)));
  std::size_t elements = 0;
  AIFLOW_TRY(check(api.GetTensorShapeElementCount(raw, &elements)));
  void* data = nullptr;
  AIFLOW_TRY(check(api.GetTensorMutableData(value, &data)));
  AIFLOW_ASSIGN(session.last_shapes[index], read_shape(api, raw));
  AIFLOW_ASSIGN(const auto bytes_each, element_bytes(static_cast<int32_t>(dtype)));
  const auto& shape = session.last_shapes[index];
  session.last_outputs[index] = {.name = session.outputs[index].name.c_str(),
                                 .dtype = static_cast<int32_t>(dtype),
                                 .rank = static_cast<int32_t>(shape.size()),
                                 .shape = shape.data(),
                                 .data = data,
                                 .bytes = elements * bytes_each};
  return {};
}

Status run_session(const OrtApi& api, Session& session, const aiflow_engine_tensor* inputs,
                   int32_t input_count) {
  std::vector<ValuePtr> values;
  std::vector<const OrtValue*> raw_values;
  std::vector<const char*> names;
  for (int32_t i = 0; i < input_count; ++i) {
    const auto& in = inputs[i];
    OrtValue* value = nullptr;
    // ONNX Runtime takes a mutable pointer, and only reads an input.
    AIFLOW_TRY(check(api.CreateTensorWithDataAsOrtValue(
        session.memory.get(), const_cast<void*>(in.data), in.bytes, in.shape,
        static_cast<std::size_t>(in.rank), static_cast<ONNXTensorElementDataType>(in.dtype),
        &value)));
    values.emplace_back(value);
    raw_values.push_back(value);
    names.push_back(in.name);
  }
  const std::size_t output_count = session.outputs.size();
  std::vector<OrtValue*> results(output_count, nullptr);
  session.last_outputs.clear();
  session.last_values.clear();
  OrtStatus* status =
      api.Run(session.ort.get(), nullptr, names.data(), raw_values.data(), raw_values.size(),
              session.output_names.data(), output_count, results.data());
  for (OrtValue* result : results) session.last_values.emplace_back(result);
  AIFLOW_TRY(check(status));
  session.last_shapes.resize(output_count);
  session.last_outputs.resize(output_count);
  for (std::size_t i = 0; i < output_count; ++i) {
    AIFLOW_TRY(keep_output(api, session, i));
  }
  return {};
}

}  // namespace
}  // namespace aiflow::engine_ort

namespace ort = aiflow::engine_ort;

void aiflow_engine_describe(aiflow_engine_description* out) {
  const auto& library = ort::ort_library();
  out->abi_major = AIFLOW_ENGINE_ABI_MAJOR;
  out->abi_minor = AIFLOW_ENGINE_ABI_MINOR;
  out->name = "onnxruntime";
  out->version = library.api ? library.version.c_str() : nullptr;
}

int32_t aiflow_engine_open(const void* model, uint64_t model_bytes,
                           const aiflow_engine_open_options* options, aiflow_engine_session** out,
                           aiflow_engine_error* error) {
  *out = nullptr;
  const auto& library = ort::ort_library();
  if (!library.api) return ort::set_error(error, AIFLOW_ENGINE_UNAVAILABLE, library.error);
  // A zero length makes ONNX Runtime read a file name instead.
  if (model_bytes == 0) return ort::set_error(error, AIFLOW_ENGINE_CORRUPT, "the model is empty");
  return ort::guarded(error, AIFLOW_ENGINE_UNSUPPORTED, [&]() -> aiflow::Status {
    AIFLOW_ASSIGN(auto session, ort::open_session(library, model, model_bytes, *options));
    *out = &session.release()->abi;
    return {};
  });
}

void aiflow_engine_close(aiflow_engine_session* session) {
  if (session) delete static_cast<ort::Session*>(session->impl);
}

int32_t aiflow_engine_run(aiflow_engine_session* session, const aiflow_engine_tensor* inputs,
                          int32_t input_count, const aiflow_engine_tensor** outputs,
                          aiflow_engine_error* error) {
  auto& own = *static_cast<ort::Session*>(session->impl);
  return ort::guarded(error, AIFLOW_ENGINE_INVALID_ARGUMENT, [&]() -> aiflow::Status {
    AIFLOW_TRY(ort::run_session(*ort::ort_library().api, own, inputs, input_count));
    *outputs = own.last_outputs.data();
    return {};
  });
}
