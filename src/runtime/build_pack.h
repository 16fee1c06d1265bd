// SPDX-License-Identifier: Apache-2.0
// Builds the ONNX Runtime pack from its PyPI wheel: download (or take from a folder), cut the
// library and the licences out, add our plug-in, seal, archive. Each phase's time is recorded.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "runtime/pack.h"

namespace aiflow::runtime {

/// The version the project is tested with.
inline constexpr const char* kOnnxruntimeVersion = "1.32.0";

struct Progress {
  std::int64_t done = 0;
  std::int64_t total = 0;
  std::string unit;  ///< "steps" | "bytes"
  std::string what;  ///< "downloading onnxruntime 1.32.0"
};

struct BuildOptions {
  std::string version = kOnnxruntimeVersion;
  std::filesystem::path plugin;  ///< libaiflow_engine_ort.so, see find_plugin
  int abi_major = 0;             ///< engine::host_abi(): what the plug-in was built with
  int abi_minor = 0;
  std::filesystem::path wheel_dir;   ///< looked into first and downloaded into
  std::filesystem::path output_dir;  ///< gets <name>-<version>/ and <name>-<version>.tar.zst
  std::string python = "/usr/bin/python3";
  bool offline = false;  ///< never ask the registry
  Duration download_timeout = std::chrono::minutes(5);
  std::function<void(const Progress&)> on_progress;
};

/// One step and how long it took.
struct Phase {
  std::string name;  ///< fetch | unpack | seal | archive
  Duration took{};
};

struct BuiltPack {
  std::filesystem::path folder;
  std::filesystem::path archive;
  PackManifest manifest;
  PackDigest digest;
  std::vector<Phase> phases;  ///< also written to <name>-<version>.profile.json beside the archive
};

/// libaiflow_engine_<name>.so of this build or installation: ../lib or ../lib/aiflow, seen from the
/// folder of the running program. Errors: not_found naming the places.
[[nodiscard]] Result<std::filesystem::path> find_plugin(const std::filesystem::path& program,
                                                        const std::string& name);

/// Errors: unavailable when the wheel is neither in wheel_dir nor to be had: the message names the
/// file and the folder to put it in; corrupt for a wheel without the library.
[[nodiscard]] Result<BuiltPack> build_onnxruntime_pack(const BuildOptions& options,
                                                       const Clock& clock);

}  // namespace aiflow::runtime
