// SPDX-License-Identifier: Apache-2.0
// aiflow runtime …: packs are built here, verified and kept by the server.
#include <iostream>

#include "app/cli/commands.h"
#include "engine/engine.h"
#include "os/environment.h"
#include "os/file.h"
#include "runtime/build_pack.h"

namespace aiflow::app {
namespace {

Status list_packs(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/packs"));
  return print_list(in, items,
                    {.header = {"PACK", "VERSION", "ENGINE", "SIZE", "FILES", "DIGEST", "SOURCE"},
                     .row = [](const json::Value& item) -> Result<std::vector<std::string>> {
                       AIFLOW_ASSIGN(const auto pack, wire::parse_pack(item));
                       return std::vector<std::string>{pack.name,
                                                       pack.version,
                                                       pack.engine,
                                                       format_bytes(static_cast<double>(pack.size)),
                                                       std::to_string(pack.files),
                                                       pack.digest.substr(0, 19),
                                                       pack.source};
                     },
                     .empty = "no runtime packs yet: aiflow runtime add onnxruntime"});
}

/// The engine plug-in of this build: installed beside the programs, or in the build tree's lib/.
std::filesystem::path plugin_path() {
  const auto folder = os::program_path().parent_path();
  for (const auto& candidate : {folder / "../lib/libaiflow_engine_ort.so",
                                folder / "../lib/aiflow/libaiflow_engine_ort.so"}) {
    std::error_code ignored;
    if (std::filesystem::exists(candidate, ignored)) return candidate.lexically_normal();
  }
  return folder / "../lib/libaiflow_engine_ort.so";
}

Status add_pack(const Clock& clock, const Invocation& in) {
  if (in.text("name") != "onnxruntime") {
    return fail(ErrorCode::not_found,
                "there is no recipe for the pack '" + in.text("name") + "'; known: onnxruntime");
  }
  auto client = client_for(clock, in);
  const auto downloads = client.home() / "downloads";
  AIFLOW_TRY(os::make_dirs(downloads));
  ProgressReporter progress;
  AIFLOW_ASSIGN(
      const auto built,
      runtime::build_onnxruntime_pack(
          {.version = in.text("--version"),
           .plugin = plugin_path(),
           .abi_major = engine::host_abi().major,
           .abi_minor = engine::host_abi().minor,
           .wheel_dir =
               in.given("--wheel-dir") ? std::filesystem::path(in.text("--wheel-dir")) : downloads,
           .output_dir = downloads,
           .offline = in.flag("--offline"),
           .on_progress =
               [&](const runtime::Progress& p) {
                 progress.report({.done = static_cast<double>(p.done),
                                  .total = static_cast<double>(p.total),
                                  .unit = p.unit,
                                  .what = p.what});
               }},
          clock));
  AIFLOW_ASSIGN(const auto blob, client.put_blob(built.archive));
  AIFLOW_ASSIGN(
      const auto answer,
      client.call("POST", "/api/v2/packs",
                  json::object({{"digest", built.digest.value}, {"blob_sha256", blob.sha256}})));
  if (in.flag("--json")) {
    std::cout << json::write(answer) << "\n";
    return {};
  }
  for (const auto& phase : built.phases) {
    std::cout << "  " << phase.name << " took " << format_duration(phase.took) << "\n";
  }
  std::cout << built.manifest.name << " " << built.manifest.version << ", "
            << format_bytes(static_cast<double>(runtime::total_bytes(built.manifest))) << ", "
            << built.digest.value << "\n";
  return {};
}

}  // namespace

std::vector<Command> runtime_commands(const Clock& clock) {
  return {
      {.words = {"runtime", "list"},
       .summary = "the runtime packs of this server",
       .parameters = with_common({}),
       .examples = {"aiflow runtime list --json"},
       .run = [&clock](const Invocation& in) { return list_packs(clock, in); }},
      {.words = {"runtime", "add"},
       .summary = "makes a pack from a registry package",
       .parameters = with_common(
           {{.name = "name", .help = "recipe: onnxruntime", .required = true},
            {.name = "--version",
             .help = "package version",
             .otherwise = runtime::kOnnxruntimeVersion},
            {.name = "--wheel-dir", .help = "folder looked into for the wheel before the registry"},
            {.name = "--offline", .help = "never ask the registry", .flag = true}}),
       .examples = {"aiflow runtime add onnxruntime",
                    "aiflow runtime add onnxruntime --offline --wheel-dir /media/usb"},
       .run = [&clock](const Invocation& in) { return add_pack(clock, in); }},
  };
}

}  // namespace aiflow::app
