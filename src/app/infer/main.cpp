// SPDX-License-Identifier: Apache-2.0
// aiflow-infer: one deployed model. Loads the engine from a runtime pack, opens the model, answers
// on a Unix socket (api/inference.yaml). Prints one line of JSON on stdout: {"ready":true,...} when
// it serves, {"error":{"code","message"}} otherwise, with exit code 1 (2 for wrong usage).
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>

#include "engine/loader.h"
#include "infer/server.h"
#include "os/file.h"
#include "os/signals.h"
#include "os/socket.h"
#include "os/system_clock.h"
#include "runtime/pack.h"

namespace aiflow {
namespace {

constexpr std::size_t kModelBytesMax = std::size_t{2} << 30;
constexpr std::size_t kMetaBytesMax = 4U << 20;

constexpr const char* kUsage =
    "usage: aiflow-infer --pack DIR --model FILE.onnx --meta FILE.json --socket PATH\n"
    "                    [--threads N] [--memory-mb N]\n"
    "  --pack       folder of an installed runtime pack\n"
    "  --meta       {\"model\", \"version\", \"variant\", \"decoder\"}\n"
    "  --threads    of the engine, 1 to 256 (default 1)\n"
    "  --memory-mb  limit of the address space, 0 = none (default)\n";

struct Options {
  os::Path pack;
  os::Path model;
  os::Path meta;
  os::Path socket;
  int threads = 1;
  std::uint64_t memory_mb = 0;
};

template <class T>
Status read_number(const std::string& text, const char* name, T& out) {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, out);
  if (error == std::errc{} && rest == end) return {};
  return fail(ErrorCode::invalid_argument, std::string(name) + " must be a number");
}

Result<Options> parse_options(int argc, char** argv) {
  std::map<std::string, std::string> given;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 >= argc) {
      return fail(ErrorCode::invalid_argument, std::string(argv[i]) + " needs a value");
    }
    given[argv[i]] = argv[i + 1];
  }
  Options out;
  const auto take = [&](const char* name) {
    auto node = given.extract(name);
    return node ? node.mapped() : std::string();
  };
  out.pack = take("--pack");
  out.model = take("--model");
  out.meta = take("--meta");
  out.socket = take("--socket");
  if (const auto text = take("--threads"); !text.empty()) {
    AIFLOW_TRY(read_number(text, "--threads", out.threads));
  }
  if (const auto text = take("--memory-mb"); !text.empty()) {
    AIFLOW_TRY(read_number(text, "--memory-mb", out.memory_mb));
  }
  if (!given.empty()) {
    return fail(ErrorCode::invalid_argument, "unknown option " + given.begin()->first);
  }
  if (out.pack.empty() || out.model.empty() || out.meta.empty() || out.socket.empty()) {
    return fail(ErrorCode::invalid_argument, "--pack, --model, --meta and --socket are needed");
  }
  return out;
}

Status limit_process(const Options& options) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  if (options.memory_mb == 0) return {};
  const rlim_t bytes = static_cast<rlim_t>(options.memory_mb) << 20;
  const rlimit memory{bytes, bytes};
  if (::setrlimit(RLIMIT_AS, &memory) == 0) return {};
  return fail(os::error_from_errno(errno, "--memory-mb"));
}

Result<engine::Engine> load_engine(const os::Path& pack) {
  AIFLOW_ASSIGN(const auto manifest, runtime::verify_folder(pack, runtime::Verify::quick));
  if (manifest.plugin.empty()) {
    return fail(ErrorCode::invalid_argument, "the pack '" + manifest.name + "' holds no engine");
  }
  return engine::load_engine(pack / manifest.plugin);
}

Result<infer::ModelMeta> read_meta(const os::Path& file) {
  AIFLOW_ASSIGN(const auto text, os::read_file(file, kMetaBytesMax));
  AIFLOW_ASSIGN(const auto value, json::parse(text));
  return infer::parse_model_meta(value);
}

Result<infer::Model> open_model(const Options& options, const engine::Engine& engine) {
  auto meta = read_meta(options.meta);
  if (!meta) {
    return fail(
        std::move(meta).error().with_context("model settings '" + options.meta.string() + "'"));
  }
  AIFLOW_ASSIGN(const auto bytes, os::read_file(options.model, kModelBytesMax));
  auto model = infer::Model::open(engine, std::as_bytes(std::span(bytes.data(), bytes.size())),
                                  *std::move(meta), {.threads = options.threads});
  if (model) return model;
  return fail(std::move(model).error().with_context("model '" + options.model.string() + "'"));
}

void print_line(const json::Value& value) {
  std::cout << json::write(value) << std::endl;  // flushed: a supervisor waits for this line
}

Status run(const Options& options, int stop_fd) {
  AIFLOW_TRY(limit_process(options));
  AIFLOW_ASSIGN(const auto engine, load_engine(options.pack));
  AIFLOW_ASSIGN(auto model, open_model(options, engine));
  const os::SystemClock clock;
  infer::Server server(model, clock, {});
  AIFLOW_ASSIGN(const auto listener, os::listen_unix(options.socket));
  const auto& description = model.description();
  print_line(json::object({{"ready", true},
                           {"model", description.model},
                           {"version", description.version},
                           {"variant", description.variant},
                           {"engine", description.engine},
                           {"engine_version", description.engine_version}}));
  const Status served = server.serve(listener.get(), stop_fd);
  AIFLOW_TRY(os::remove_file(options.socket));
  return served;
}

int main_of(int argc, char** argv) {
  if (argc == 2 && std::string(argv[1]) == "--help") {
    std::cout << kUsage;
    return 0;
  }
  const auto options = parse_options(argc, argv);
  if (!options) {
    std::cerr << "aiflow-infer: " << options.error().message << "\n" << kUsage;
    return 2;
  }
  os::ignore_sigpipe();
  const auto stop_fd = os::signal_fd({SIGTERM, SIGINT});
  const Status done = stop_fd ? run(*options, stop_fd->get()) : fail(stop_fd.error());
  if (done) return 0;
  print_line(json::object({{"error", json::object({{"code", to_string(done.error().code)},
                                                   {"message", done.error().message}})}}));
  return 1;
}

}  // namespace
}  // namespace aiflow

int main(int argc, char** argv) { return aiflow::main_of(argc, argv); }
