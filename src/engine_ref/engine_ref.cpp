// SPDX-License-Identifier: Apache-2.0
// The smallest true plug-in: what a plug-in author reads first, and what tests use where an
// engine's bad behaviour is wanted. A model is text: "aiflow-ref", then one word: "scale" (output y
// = 2 x, any shape), "crash", "hang", "fail", "nan" (one NaN) - what run does.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine_abi.h"

#ifndef AIFLOW_ENGINE_REF_MAJOR
#define AIFLOW_ENGINE_REF_MAJOR AIFLOW_ENGINE_ABI_MAJOR
#endif

namespace {

constexpr int kRank = 2;
constexpr int64_t kAnyShape[kRank] = {-1, -1};

struct RefSession {
  std::string behaviour;
  aiflow_engine_session abi{};
  aiflow_engine_spec input{"x", AIFLOW_ENGINE_F32, kRank, kAnyShape};
  aiflow_engine_spec output{"y", AIFLOW_ENGINE_F32, kRank, kAnyShape};
  std::vector<float> values;
  int64_t shape[kRank] = {0, 0};
  aiflow_engine_tensor result{};
};

int32_t set_error(aiflow_engine_error* error, int32_t code, const char* message) {
  error->code = code;
  std::snprintf(error->message, sizeof error->message, "%s", message);
  return code;
}

void misbehave(const RefSession& session) {
  if (session.behaviour == "crash") ::raise(SIGABRT);  // not one that sanitizers take
  while (session.behaviour == "hang") ::pause();
}

}  // namespace

void aiflow_engine_describe(aiflow_engine_description* out) {
  out->abi_major = AIFLOW_ENGINE_REF_MAJOR;
  out->abi_minor = AIFLOW_ENGINE_ABI_MINOR;
  out->name = "reference";
  out->version = "1";
}

int32_t aiflow_engine_open(const void* model, uint64_t model_bytes,
                           const aiflow_engine_open_options* /*options*/,
                           aiflow_engine_session** out, aiflow_engine_error* error) {
  *out = nullptr;
  const std::string_view text(static_cast<const char*>(model), model_bytes);
  constexpr std::string_view kMagic = "aiflow-ref ";
  if (!text.starts_with(kMagic)) {
    return set_error(error, AIFLOW_ENGINE_CORRUPT, "does not start with 'aiflow-ref '");
  }
  const std::string_view behaviour = text.substr(kMagic.size());
  if (behaviour != "scale" && behaviour != "crash" && behaviour != "hang" && behaviour != "fail" &&
      behaviour != "nan") {
    return set_error(error, AIFLOW_ENGINE_UNSUPPORTED, "unknown behaviour");
  }
  auto* session = new RefSession;
  session->behaviour = behaviour;
  session->abi = {.struct_bytes = sizeof session->abi,
                  .input_count = 1,
                  .output_count = 1,
                  .inputs = &session->input,
                  .outputs = &session->output,
                  .impl = session};
  *out = &session->abi;
  return AIFLOW_ENGINE_OK;
}

void aiflow_engine_close(aiflow_engine_session* session) {
  if (session) delete static_cast<RefSession*>(session->impl);
}

int32_t aiflow_engine_run(aiflow_engine_session* abi, const aiflow_engine_tensor* inputs,
                          int32_t input_count, const aiflow_engine_tensor** outputs,
                          aiflow_engine_error* error) {
  auto& session = *static_cast<RefSession*>(abi->impl);
  misbehave(session);
  if (session.behaviour == "fail") {
    return set_error(error, AIFLOW_ENGINE_INTERNAL, "told to fail");
  }
  if (input_count != 1 || inputs[0].rank != kRank || inputs[0].dtype != AIFLOW_ENGINE_F32) {
    return set_error(error, AIFLOW_ENGINE_INVALID_ARGUMENT, "needs one FP32 matrix");
  }
  session.values.resize(inputs[0].bytes / sizeof(float));
  if (inputs[0].bytes > 0) std::memcpy(session.values.data(), inputs[0].data, inputs[0].bytes);
  for (auto& value : session.values) value *= 2;
  if (session.behaviour == "nan" && !session.values.empty()) {
    session.values[0] = std::numeric_limits<float>::quiet_NaN();
  }
  session.shape[0] = inputs[0].shape[0];
  session.shape[1] = inputs[0].shape[1];
  session.result = {.name = "y",
                    .dtype = AIFLOW_ENGINE_F32,
                    .rank = kRank,
                    .shape = session.shape,
                    .data = session.values.data(),
                    .bytes = session.values.size() * sizeof(float)};
  *outputs = &session.result;
  return AIFLOW_ENGINE_OK;
}
