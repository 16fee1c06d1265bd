// SPDX-License-Identifier: Apache-2.0
// aiflow runtime …: packs are built here, verified and kept by the server.
#include <iostream>

#include "app/cli/commands.h"
#include "engine/engine.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/temp_dir.h"
#include "runtime/build_pack.h"
#include "runtime/folder_pack.h"

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

/// Gives a pack's archive to the server, which unpacks and verifies it. Prints what it became.
Result<json::Value> upload(ApiClient& client, const std::filesystem::path& archive,
                           const PackDigest& digest) {
  AIFLOW_ASSIGN(const auto blob, client.put_blob(archive));
  return client.call("POST", "/api/v2/packs",
                     json::object({{"digest", digest.value}, {"blob_sha256", blob.sha256}}));
}

std::string describe(const runtime::PackManifest& manifest) {
  return manifest.name + " " + manifest.version + ", " +
         format_bytes(static_cast<double>(runtime::total_bytes(manifest))) + ", " +
         runtime::digest_of(manifest).value;
}

Status add_folder(const Clock& clock, const Invocation& in) {
  if (!in.given("--version")) {
    return fail(ErrorCode::invalid_argument, "a pack of a folder needs a --version");
  }
  auto client = client_for(clock, in);
  const auto downloads = client.home() / "downloads";
  AIFLOW_TRY(os::make_dirs(downloads));
  AIFLOW_ASSIGN(const auto work, os::TempDir::create(".pack-", downloads));
  AIFLOW_ASSIGN(const auto built, runtime::build_folder_pack({.name = in.text("name"),
                                                              .version = in.text("--version"),
                                                              .folder = in.text("--folder"),
                                                              .work = work.path()}));
  AIFLOW_ASSIGN(const auto answer,
                upload(client, built.archive, runtime::digest_of(built.manifest)));
  std::cout << (in.flag("--json") ? json::write(answer) : describe(built.manifest)) << "\n";
  return {};
}

Status add_pack(const Clock& clock, const Invocation& in) {
  if (in.given("--folder")) return add_folder(clock, in);
  if (in.text("name") != "onnxruntime") {
    return fail(ErrorCode::not_found, "there is no recipe for the pack '" + in.text("name") +
                                          "'; known: onnxruntime. What is in a folder becomes a "
                                          "pack by --folder DIR --version V");
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
  AIFLOW_ASSIGN(const auto answer, upload(client, built.archive, built.digest));
  if (in.flag("--json")) {
    std::cout << json::write(answer) << "\n";
    return {};
  }
  for (const auto& phase : built.phases) {
    std::cout << "  " << phase.name << " took " << format_duration(phase.took) << "\n";
  }
  std::cout << describe(built.manifest) << "\n";
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
       .summary = "makes a pack from a registry package, or of a folder",
       .parameters = with_common(
           {{.name = "name",
             .help = "recipe: onnxruntime; with --folder, the pack's name",
             .required = true},
            {.name = "--folder",
             .help = "folder whose files become the pack, such as one of pip install --target"},
            {.name = "--version",
             .help = "package version",
             .otherwise = runtime::kOnnxruntimeVersion},
            {.name = "--wheel-dir", .help = "folder looked into for the wheel before the registry"},
            {.name = "--offline", .help = "never ask the registry", .flag = true}}),
       .examples = {"aiflow runtime add onnxruntime",
                    "aiflow runtime add onnxruntime --offline --wheel-dir /media/usb",
                    "aiflow runtime add stats --folder ./site --version 1.2"},
       .run = [&clock](const Invocation& in) { return add_pack(clock, in); }},
  };
}

}  // namespace aiflow::app
