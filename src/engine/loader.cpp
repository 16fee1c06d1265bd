// SPDX-License-Identifier: Apache-2.0
#include "engine/loader.h"

#include <dlfcn.h>

#include <string>

#include "engine/detail/plugin.h"

namespace aiflow::engine {
namespace {

template <class Function>
Status find_function(void* handle, const char* name, Function& out) {
  out = reinterpret_cast<Function>(::dlsym(handle, name));
  if (out) return {};
  return fail(ErrorCode::corrupt, "is not an AIflow engine plug-in: it lacks " + std::string(name));
}

std::string text_of(AbiVersion version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor);
}

}  // namespace

Engine::Plugin::~Plugin() {
  if (handle) ::dlclose(handle);
}

AbiVersion host_abi() { return {AIFLOW_ENGINE_ABI_MAJOR, AIFLOW_ENGINE_ABI_MINOR}; }

Result<Engine> load_engine(const std::filesystem::path& file) {
  const std::string name = "engine plug-in '" + file.string() + "'";
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    return fail(ErrorCode::not_found, name + " does not exist");
  }
  auto plugin = std::make_shared<Engine::Plugin>();
  plugin->file = std::filesystem::absolute(file, ignored);
  plugin->handle = ::dlopen(plugin->file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!plugin->handle) {
    const char* why = ::dlerror();
    return fail(ErrorCode::corrupt, name + " can't be loaded: " + (why ? why : "unknown reason"));
  }
  const auto find_all = [&]() -> Status {
    AIFLOW_TRY(find_function(plugin->handle, "aiflow_engine_describe", plugin->describe));
    AIFLOW_TRY(find_function(plugin->handle, "aiflow_engine_open", plugin->open));
    AIFLOW_TRY(find_function(plugin->handle, "aiflow_engine_close", plugin->close));
    return find_function(plugin->handle, "aiflow_engine_run", plugin->run);
  };
  if (auto found = find_all(); !found)
    return fail(found.error().code, name + " " + found.error().message);
  aiflow_engine_description description{};
  description.struct_bytes = sizeof description;
  plugin->describe(&description);
  plugin->info = {.name = description.name ? description.name : "",
                  .version = description.version ? description.version : "",
                  .abi = {description.abi_major, description.abi_minor}};
  const AbiVersion theirs = plugin->info.abi;
  if (theirs.major != host_abi().major || theirs.minor > host_abi().minor) {
    return fail(ErrorCode::conflict, name + " was built for engine interface " + text_of(theirs) +
                                         ", this program has " + text_of(host_abi()) +
                                         ": build the runtime pack anew");
  }
  return Engine(std::move(plugin));
}

}  // namespace aiflow::engine
