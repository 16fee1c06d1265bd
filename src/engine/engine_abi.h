/* SPDX-License-Identifier: Apache-2.0 */
/* The C interface between AIflow and an engine plug-in (a shared object in a runtime pack).
 *
 * Version rule. A plug-in tells the MAJOR and MINOR it was built with. It can be used when its
 * MAJOR equals the host's and its MINOR is not greater than the host's. MINOR grows when a member
 * is added at the end of a struct or a function is added; MAJOR grows on any other change. Each
 * struct that may grow starts with struct_bytes, set by the one who allocates it: the other side
 * touches no member beyond it.
 *
 * Errors. Each call that can fail returns a code (0 = ok) and writes one sentence into the caller's
 * aiflow_engine_error. No C++ exception leaves a plug-in.
 *
 * Threads. describe and open may be called from any thread at any time. One session is used by one
 * thread at a time; different sessions are independent.
 */
#ifndef AIFLOW_ENGINE_ENGINE_ABI_H
#define AIFLOW_ENGINE_ENGINE_ABI_H

#include <stdint.h>

#define AIFLOW_ENGINE_ABI_MAJOR 1
#define AIFLOW_ENGINE_ABI_MINOR 0

#define AIFLOW_ENGINE_EXPORT __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

enum aiflow_engine_code {
  AIFLOW_ENGINE_OK = 0,
  AIFLOW_ENGINE_INVALID_ARGUMENT = 1, /* the caller's tensors or options do not fit the model */
  AIFLOW_ENGINE_CORRUPT = 2,          /* the model's bytes can't be read */
  AIFLOW_ENGINE_UNSUPPORTED = 3,      /* the model is well formed, but this engine can't run it */
  AIFLOW_ENGINE_UNAVAILABLE = 4,      /* the engine's own library is missing or refuses to start */
  AIFLOW_ENGINE_INTERNAL = 5
};

/* Element types; the numbers are those of ONNX's TensorProto.DataType. */
enum aiflow_engine_dtype {
  AIFLOW_ENGINE_F32 = 1,
  AIFLOW_ENGINE_U8 = 2,
  AIFLOW_ENGINE_I8 = 3,
  AIFLOW_ENGINE_U16 = 4,
  AIFLOW_ENGINE_I16 = 5,
  AIFLOW_ENGINE_I32 = 6,
  AIFLOW_ENGINE_I64 = 7,
  AIFLOW_ENGINE_BOOL = 9,
  AIFLOW_ENGINE_F16 = 10,
  AIFLOW_ENGINE_F64 = 11,
  AIFLOW_ENGINE_U32 = 12,
  AIFLOW_ENGINE_U64 = 13,
  AIFLOW_ENGINE_BF16 = 16
};

/* Filled by the callee; message is always ended by a zero byte. */
typedef struct aiflow_engine_error {
  int32_t code;
  char message[1020];
} aiflow_engine_error;

/* Texts belong to the plug-in and live until it is unloaded. */
typedef struct aiflow_engine_description {
  uint32_t struct_bytes;
  int32_t abi_major;
  int32_t abi_minor;
  const char* name;    /* "onnxruntime" */
  const char* version; /* of the engine, "1.32.0" */
} aiflow_engine_description;

/* Name, type and extent of a model's input or output; -1 = any extent.
 * Everything belongs to the session. */
typedef struct aiflow_engine_spec {
  const char* name;
  int32_t dtype;
  int32_t rank;
  const int64_t* shape;
} aiflow_engine_spec;

/* A dense row-major tensor: bytes = product of shape * size of dtype. */
typedef struct aiflow_engine_tensor {
  const char* name;
  int32_t dtype;
  int32_t rank;
  const int64_t* shape;
  const void* data;
  uint64_t bytes;
} aiflow_engine_tensor;

typedef struct aiflow_engine_open_options {
  uint32_t struct_bytes;
  int32_t threads;            /* 1 or more */
  int32_t graph_optimization; /* 0 none, 1 basic, 2 all */
} aiflow_engine_open_options;

/* A loaded model. `impl` is the plug-in's own; the arrays live until close. */
typedef struct aiflow_engine_session {
  uint32_t struct_bytes;
  int32_t input_count;
  int32_t output_count;
  const aiflow_engine_spec* inputs;
  const aiflow_engine_spec* outputs;
  void* impl;
} aiflow_engine_session;

/* Says what the plug-in is. The caller allocates and sets struct_bytes. Never fails; it may load
 * the engine's own library, and `version` is null when that can't be done. */
AIFLOW_ENGINE_EXPORT void aiflow_engine_describe(aiflow_engine_description* out);

/* Loads a model. The caller keeps `model` alive only for the time of the call. On success
 * *out belongs to the caller, who gives it back with close; on an error *out is null. */
AIFLOW_ENGINE_EXPORT int32_t aiflow_engine_open(const void* model, uint64_t model_bytes,
                                                const aiflow_engine_open_options* options,
                                                aiflow_engine_session** out,
                                                aiflow_engine_error* error);

/* Ends a session; null is allowed. Its specs and last outputs are gone afterwards. */
AIFLOW_ENGINE_EXPORT void aiflow_engine_close(aiflow_engine_session* session);

/* Runs the model once with all its inputs, in any order. The input arrays are the caller's and are
 * only read. *outputs then points to session->output_count tensors in the order of
 * session->outputs; they belong to the session until its next run or close. */
AIFLOW_ENGINE_EXPORT int32_t aiflow_engine_run(aiflow_engine_session* session,
                                               const aiflow_engine_tensor* inputs,
                                               int32_t input_count,
                                               const aiflow_engine_tensor** outputs,
                                               aiflow_engine_error* error);

#ifdef __cplusplus
}
#endif

#endif
