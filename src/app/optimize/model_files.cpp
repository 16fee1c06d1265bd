// SPDX-License-Identifier: Apache-2.0
#include "app/optimize/model_files.h"

#include <cstdio>
#include <cstring>
#include <utility>

#include "graph/onnx_io.h"
#include "os/file.h"

namespace aiflow::app {
namespace {

constexpr std::size_t kFileBytesMax = std::size_t{1} << 30;
constexpr std::chrono::milliseconds kProgressPause{200};

}  // namespace

Result<std::vector<std::byte>> read_bytes(const std::filesystem::path& file) {
  AIFLOW_ASSIGN(const std::string text, os::read_file(file, kFileBytesMax));
  std::vector<std::byte> bytes(text.size());
  if (!text.empty()) std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

Result<json::Value> read_json(const std::filesystem::path& file) {
  AIFLOW_ASSIGN(const std::string text, os::read_file(file, kFileBytesMax));
  auto parsed = json::parse(text);
  if (!parsed) return fail(std::move(parsed).error().with_context(file.string()));
  return parsed;
}

Result<graph::Graph> read_model(const std::filesystem::path& file) {
  AIFLOW_ASSIGN(const auto bytes, read_bytes(file));
  auto graph = graph::read_onnx(bytes);
  if (!graph) return fail(std::move(graph).error().with_context(file.string()));
  return graph;
}

Status write_model(const std::filesystem::path& file, std::span<const std::byte> bytes) {
  return os::write_atomic(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, 0644);
}

ProgressPrinter::ProgressPrinter(const Clock& clock, std::string unit, std::string what)
    : clock_(clock), unit_(std::move(unit)), what_(std::move(what)) {}

void ProgressPrinter::show(std::size_t done, std::size_t total) {
  const SteadyTime now = clock_.steady_now();
  if (done != total && last_ && now - *last_ < kProgressPause) return;
  last_ = now;
  const json::Value line =
      json::object({{"done", done}, {"total", total}, {"unit", unit_}, {"what", what_}});
  std::printf("::aiflow:progress %s\n", json::write(line).c_str());
  std::fflush(stdout);
}

}  // namespace aiflow::app
