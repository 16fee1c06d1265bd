// SPDX-License-Identifier: Apache-2.0
// A loaded plug-in: its handle and its four functions.
#pragma once

#include <filesystem>

#include "engine/engine.h"
#include "engine/engine_abi.h"

namespace aiflow::engine {

struct Engine::Plugin {
  std::filesystem::path file;
  void* handle = nullptr;
  decltype(&aiflow_engine_describe) describe = nullptr;
  decltype(&aiflow_engine_open) open = nullptr;
  decltype(&aiflow_engine_close) close = nullptr;
  decltype(&aiflow_engine_run) run = nullptr;
  EngineInfo info;

  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  ~Plugin();
};

}  // namespace aiflow::engine
