// SPDX-License-Identifier: Apache-2.0
// For tests only: runtime packs made of this build's plug-ins, and tiny models.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "engine/engine.h"
#include "json/value.h"
#include "os/environment.h"
#include "os/temp_dir.h"
#include "runtime/pack.h"

namespace aiflow::infer {

/// A folder with packs/, models and a place for sockets; goes away with its owner.
class TestPack {
 public:
  TestPack() : temp_(os::TempDir::create("aiflow-infer-test-").value()) {}

  [[nodiscard]] std::filesystem::path root() const { return temp_.path(); }

  /// The pack of engine_ref.
  [[nodiscard]] std::filesystem::path reference() const { return make("ref", {}); }

  /// The pack of ONNX Runtime. Its library comes from ./dev setup; without it the test fails.
  [[nodiscard]] std::filesystem::path onnxruntime() const {
    std::filesystem::path folder = os::get_env("AIFLOW_DEPS_DIR").value_or("");
    if (folder.empty()) folder = std::filesystem::path(AIFLOW_SOURCE_DIR) / "build" / "deps";
    const auto library = folder / "ort" / "lib" / "libonnxruntime.so.1";
    REQUIRE_MESSAGE(std::filesystem::exists(library), library.string()
                                                          << " is missing: run ./dev setup");
    return make("ort", library);
  }

  [[nodiscard]] std::filesystem::path write(const std::string& name, std::string_view bytes) const {
    const auto file = root() / name;
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }

 private:
  [[nodiscard]] std::filesystem::path make(const std::string& engine,
                                           const std::filesystem::path& library) const {
    namespace fs = std::filesystem;
    const fs::path folder = root() / ("pack-" + engine);
    if (fs::exists(folder)) return folder;
    fs::create_directories(folder / "lib");
    const std::string plugin = "libaiflow_engine_" + engine + ".so";
    fs::copy_file(fs::path(AIFLOW_BUILD_DIR) / "lib" / plugin, folder / "lib" / plugin);
    if (!library.empty()) fs::copy_file(library, folder / "lib" / library.filename());
    runtime::PackManifest manifest;
    manifest.name = engine;
    manifest.engine = engine;
    manifest.plugin = "lib/" + plugin;
    manifest.abi_major = engine::host_abi().major;
    REQUIRE(runtime::seal_folder(folder, manifest));
    return folder;
  }

  os::TempDir temp_;
};

}  // namespace aiflow::infer
