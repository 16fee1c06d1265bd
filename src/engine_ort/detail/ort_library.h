// SPDX-License-Identifier: Apache-2.0
// ONNX Runtime's shared library, found beside the plug-in and loaded once a process.
#pragma once

#include <onnxruntime_c_api.h>

#include <string>

namespace aiflow::engine_ort {

/// The header's API version; newer libraries serve it too, older ones say so.
inline constexpr unsigned kApiVersion = 21;

struct OrtLibrary {
  const OrtApi* api = nullptr;  ///< null when loading failed
  OrtEnv* env = nullptr;
  std::string version;  ///< "" when the library was not found
  std::string error;    ///< why api is null
};

/// Loaded at the first call and never unloaded: ONNX Runtime allows one environment a process, and
/// its threads may still end after the last session. Thread-safe.
const OrtLibrary& ort_library();

}  // namespace aiflow::engine_ort
