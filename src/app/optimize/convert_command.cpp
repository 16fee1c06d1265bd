// SPDX-License-Identifier: Apache-2.0
#include "app/optimize/arguments.h"
#include "app/optimize/commands.h"
#include "graph/onnx_io.h"
#include "graph/tflite_io.h"
#include "optimize/convert.h"
#include "os/file.h"

namespace aiflow::app {
namespace {

constexpr std::size_t kFileBytesMax = std::size_t{1} << 30;

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span<const char>(text.data(), text.size()));
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<optimize::Slice> slice_of(const Arguments& arguments, const std::string& what) {
  AIFLOW_ASSIGN(const auto offset, arguments.integer_or("--" + what + "-offset", 0, 0));
  AIFLOW_ASSIGN(const auto bytes, arguments.integer_or("--" + what + "-bytes", 0, 0));
  return optimize::Slice{static_cast<std::size_t>(offset), static_cast<std::size_t>(bytes)};
}

/// Writes the decoder configuration of a known detector beside the model.
Status write_decoder(const Arguments& arguments, std::string_view file, const graph::Graph& graph) {
  const std::string kind = arguments.text_or("--decoder", "ssd-oidv4");
  if (kind != "ssd-oidv4") {
    return fail(ErrorCode::invalid_argument,
                "--decoder knows only 'ssd-oidv4', not '" + kind + "'");
  }
  AIFLOW_ASSIGN(const std::string target, arguments.text("--decoder-out"));
  AIFLOW_ASSIGN(const optimize::Slice slice, slice_of(arguments, "labels"));
  AIFLOW_ASSIGN(const std::string_view text, optimize::cut(file, slice));
  AIFLOW_ASSIGN(const auto labels, optimize::parse_labels(text));
  AIFLOW_ASSIGN(const json::Value config, optimize::ssd_oidv4_decoder(graph, labels));
  return os::write_atomic(target, json::write_pretty(config) + "\n", 0644);
}

}  // namespace

Result<json::Value> run_convert(std::span<const std::string> words) {
  AIFLOW_ASSIGN(
      const Arguments arguments,
      Arguments::parse(words, {"--tflite", "--asset-offset", "--asset-bytes", "--out", "--decoder",
                               "--labels-offset", "--labels-bytes", "--decoder-out"}));
  AIFLOW_ASSIGN(const std::string source, arguments.text("--tflite"));
  AIFLOW_ASSIGN(const std::string target, arguments.text("--out"));
  AIFLOW_ASSIGN(const std::string file, os::read_file(source, kFileBytesMax));
  AIFLOW_ASSIGN(const optimize::Slice slice, slice_of(arguments, "asset"));
  AIFLOW_ASSIGN(const std::string_view model, optimize::cut(file, slice));
  auto graph = graph::read_tflite(as_bytes(model));
  if (!graph) return fail(std::move(graph).error().with_context(source));
  const auto onnx = graph::write_onnx(*graph);
  AIFLOW_TRY(os::write_atomic(target, as_text(onnx), 0644));
  json::Value answer = json::object({{"command", "convert"},
                                     {"model", target},
                                     {"bytes", static_cast<std::int64_t>(onnx.size())},
                                     {"nodes", static_cast<std::int64_t>(graph->nodes.size())}});
  if (!arguments.text_or("--decoder-out", "").empty()) {
    AIFLOW_TRY(write_decoder(arguments, file, *graph));
    answer.set("decoder", arguments.text_or("--decoder-out", ""));
  }
  return answer;
}

}  // namespace aiflow::app
