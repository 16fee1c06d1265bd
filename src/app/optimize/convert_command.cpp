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

struct Order {
  std::string source;
  std::string target;
  optimize::Slice asset;
  optimize::Slice labels;
  std::string decoder_target;  ///< empty = no decoder is asked for
};

/// Writes the decoder configuration of a known detector beside the model.
Status write_decoder(const Order& order, std::string_view file, const graph::Graph& graph) {
  AIFLOW_ASSIGN(const std::string_view text, optimize::cut(file, order.labels));
  AIFLOW_ASSIGN(const auto labels, optimize::parse_labels(text));
  AIFLOW_ASSIGN(const json::Value config, optimize::ssd_oidv4_decoder(graph, labels));
  return os::write_atomic(order.decoder_target, json::write_pretty(config) + "\n", 0644);
}

Result<json::Value> convert(const Order& order) {
  AIFLOW_ASSIGN(const std::string file, os::read_file(order.source, kFileBytesMax));
  auto model = optimize::cut(file, order.asset);
  if (!model) return fail(std::move(model).error().with_context(order.source));
  auto graph = graph::read_tflite(as_bytes(*model));
  if (!graph) return fail(std::move(graph).error().with_context(order.source));
  const auto onnx = graph::write_onnx(*graph);
  AIFLOW_TRY(os::write_atomic(order.target, as_text(onnx), 0644));
  json::Value answer = json::object({{"command", "convert"},
                                     {"model", order.target},
                                     {"bytes", static_cast<std::int64_t>(onnx.size())},
                                     {"nodes", static_cast<std::int64_t>(graph->nodes.size())}});
  if (!order.decoder_target.empty()) {
    auto written = write_decoder(order, file, *graph);
    if (!written) return fail(std::move(written).error().with_context(order.source));
    answer.set("decoder", order.decoder_target);
  }
  return answer;
}

}  // namespace

Result<Job> parse_convert(std::span<const std::string> words) {
  AIFLOW_ASSIGN(
      const Arguments arguments,
      Arguments::parse(words, {"--tflite", "--asset-offset", "--asset-bytes", "--out", "--decoder",
                               "--labels-offset", "--labels-bytes", "--decoder-out"}));
  Order order;
  AIFLOW_ASSIGN(order.source, arguments.text("--tflite"));
  AIFLOW_ASSIGN(order.target, arguments.text("--out"));
  AIFLOW_ASSIGN(order.asset, slice_of(arguments, "asset"));
  AIFLOW_ASSIGN(order.labels, slice_of(arguments, "labels"));
  order.decoder_target = arguments.text_or("--decoder-out", "");
  const std::string kind = arguments.text_or("--decoder", "ssd-oidv4");
  if (kind != "ssd-oidv4") {
    return fail(ErrorCode::invalid_argument,
                "--decoder knows only 'ssd-oidv4', not '" + kind + "'");
  }
  return Job([order] { return convert(order); });
}

}  // namespace aiflow::app
