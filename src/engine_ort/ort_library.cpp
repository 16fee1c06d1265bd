// SPDX-License-Identifier: Apache-2.0
#include "engine_ort/detail/ort_library.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <vector>

namespace aiflow::engine_ort {
namespace {

namespace fs = std::filesystem;

/// The folder of this very shared object.
fs::path own_folder() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&ort_library), &info) == 0 || !info.dli_fname) {
    return {};
  }
  return fs::path(info.dli_fname).parent_path();
}

/// libonnxruntime.so.<version> beside us; the longest name is the most exact version.
fs::path find_library(const fs::path& folder) {
  std::error_code failed;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("libonnxruntime.so")) found.push_back(entry.path());
  }
  const auto longer = [](const fs::path& a, const fs::path& b) {
    return a.native().size() != b.native().size() ? a.native().size() < b.native().size() : a < b;
  };
  const auto best = std::ranges::max_element(found, longer);
  return best == found.end() ? fs::path{} : *best;
}

OrtLibrary load() {
  OrtLibrary out;
  const fs::path folder = own_folder();
  const fs::path file = find_library(folder);
  if (file.empty()) {
    out.error = "no libonnxruntime.so.* in '" + folder.string() + "'";
    return out;
  }
  void* handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!handle) {
    const char* why = ::dlerror();
    out.error = "'" + file.string() + "' can't be loaded: " + (why ? why : "unknown reason");
    return out;
  }
  const auto get_base = reinterpret_cast<const OrtApiBase* (*)()>(::dlsym(handle, "OrtGetApiBase"));
  if (!get_base) {
    out.error = "'" + file.string() + "' is not ONNX Runtime: it lacks OrtGetApiBase";
    return out;
  }
  out.version = get_base()->GetVersionString();
  const OrtApi* api = get_base()->GetApi(kApiVersion);
  if (!api) {
    out.error = "ONNX Runtime " + out.version + " is too old: API version " +
                std::to_string(kApiVersion) + " is needed";
    return out;
  }
  if (OrtStatus* status = api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "aiflow", &out.env)) {
    out.error = api->GetErrorMessage(status);
    api->ReleaseStatus(status);
    return out;
  }
  out.api = api;
  return out;
}

}  // namespace

const OrtLibrary& ort_library() {
  static const OrtLibrary library = load();
  return library;
}

}  // namespace aiflow::engine_ort
