// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "app/optimize/arguments.h"
#include "app/optimize/commands.h"
#include "app/optimize/model_files.h"
#include "engine/loader.h"
#include "graph/onnx_io.h"
#include "graph/pass.h"
#include "media/source.h"
#include "optimize/calibrate.h"
#include "optimize/variants.h"
#include "os/file.h"

namespace aiflow::app {
namespace {

struct FrameRange {
  std::int64_t first = 0;
  std::int64_t end = 0;
};

/// How INT8 is made: read only when that variant is asked for.
struct Int8Order {
  std::string decoder;
  std::string plugin;
  std::string video;
  FrameRange frames;
  std::string frames_text;
  std::int64_t count = 0;
  double percent = 100;
  bool bias_correction = true;
  bool float_boxes = true;
  optimize::Int8Options options;
};

struct Order {
  std::string model;
  std::filesystem::path folder;
  std::vector<std::string> variants;
  Int8Order int8;
};

Result<FrameRange> frame_range(const std::string& text) {
  const auto parts = split(text, ':');
  FrameRange out;
  const auto digits = [](const std::string& part) {
    return !part.empty() && part.size() < 10 &&
           std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (parts.size() == 2 && digits(parts[0]) && digits(parts[1])) {
    out = {std::stol(parts[0]), std::stol(parts[1])};
  }
  if (out.end > out.first) return out;
  return fail(ErrorCode::invalid_argument,
              "--calibrate-frames must be FIRST:END, not '" + text + "'");
}

Result<double> percent_of(const Arguments& arguments) {
  const std::string kind = arguments.text_or("--range", "min-max");
  if (kind != "min-max" && kind != "percentile") {
    return fail(ErrorCode::invalid_argument, "--range must be min-max or percentile");
  }
  AIFLOW_ASSIGN(const double percent, arguments.real_or("--percentile", 99.99));
  if (!(percent > 50 && percent <= 100)) {
    return fail(ErrorCode::invalid_argument, "--percentile must be over 50 and at most 100");
  }
  return kind == "percentile" ? percent : 100;
}

Result<bool> yes_or_no(const Arguments& arguments, const std::string& name, bool otherwise) {
  const std::string word = arguments.text_or(name, otherwise ? "yes" : "no");
  if (word == "yes" || word == "no") return word == "yes";
  return fail(ErrorCode::invalid_argument, name + " must be yes or no, not '" + word + "'");
}

Result<Int8Order> parse_int8(const Arguments& arguments) {
  Int8Order out;
  AIFLOW_ASSIGN(out.decoder, arguments.text("--decoder"));
  AIFLOW_ASSIGN(out.plugin, arguments.text("--engine"));
  AIFLOW_ASSIGN(out.video, arguments.text("--video"));
  out.frames_text = arguments.text_or("--calibrate-frames", "all");
  AIFLOW_ASSIGN(out.frames, frame_range(arguments.text_or("--calibrate-frames", "0:1000000")));
  AIFLOW_ASSIGN(out.count, arguments.integer_or("--calibrate-count", 100, 1));
  AIFLOW_ASSIGN(out.percent, percent_of(arguments));
  AIFLOW_ASSIGN(out.bias_correction, yes_or_no(arguments, "--bias-correction", true));
  AIFLOW_ASSIGN(out.float_boxes, yes_or_no(arguments, "--float-boxes", true));
  AIFLOW_ASSIGN(out.options.reduce_range, yes_or_no(arguments, "--reduce-range", true));
  out.options.float_prefixes = split(arguments.text_or("--float-nodes", ""), ',');
  return out;
}

/// Shows `count` frames, spread evenly over the range, to the calibrator.
Status calibrate(const Int8Order& order, const Clock& clock, optimize::Calibrator& calibrator) {
  FrameRange range = order.frames;
  AIFLOW_ASSIGN(auto source, media::Source::open(order.video, {.start_frame = range.first,
                                                               .end_frame = range.end}));
  const std::int64_t total = source.info().frames_total;
  if (total > 0) range.end = std::min(range.end, total);
  const std::int64_t wanted = std::min(order.count, range.end - range.first);
  ProgressPrinter progress(clock, "frames", "calibrating");
  std::int64_t used = 0;
  while (used < wanted) {
    AIFLOW_ASSIGN(const auto frame, source.next());
    if (!frame) break;
    if (frame->index < range.first + used * (range.end - range.first) / wanted) continue;
    AIFLOW_TRY(calibrator.add(*frame->image));
    ++used;
    progress.show(static_cast<std::size_t>(used), static_cast<std::size_t>(wanted));
  }
  if (used > 0) return {};
  return fail(ErrorCode::invalid_argument, order.video + ": there are no frames to calibrate with");
}

Result<optimize::Variant> make_int8(const Int8Order& order, const graph::Graph& graph,
                                    const Clock& clock) {
  AIFLOW_ASSIGN(const json::Value config, read_json(order.decoder));
  auto decoder = infer::Decoder::make(config);
  if (!decoder) return fail(std::move(decoder).error().with_context(order.decoder));
  AIFLOW_ASSIGN(const auto engine, engine::load_engine(order.plugin));
  AIFLOW_ASSIGN(auto calibrator, optimize::Calibrator::open(engine, graph, (*decoder)->input()));
  AIFLOW_TRY(calibrate(order, clock, calibrator));
  const std::string video = std::filesystem::path(order.video).filename().string();
  auto means = calibrator.channel_means();
  if (!order.bias_correction) means.clear();
  optimize::Int8Options options = order.options;
  if (order.float_boxes) {
    const auto names = (*decoder)->box_outputs();
    options.float_outputs.insert(names.begin(), names.end());
  }
  return optimize::make_int8(graph,
                             {.ranges = calibrator.ranges(order.percent),
                              .channel_means = std::move(means),
                              .frames = calibrator.frames(),
                              .percent = order.percent,
                              .source = video + " frames " + order.frames_text},
                             options);
}

Result<optimize::Variant> make_variant(const std::string& name, const Order& order,
                                       const graph::Graph& graph, const Clock& clock) {
  if (name == "fp32-simplified") return optimize::make_fp32(graph);
  if (name == "fp16") return optimize::make_fp16(graph);
  return make_int8(order.int8, graph, clock);
}

Result<json::Value> optimize_model(const Order& order, const Clock& clock) {
  AIFLOW_ASSIGN(graph::Graph graph, read_model(order.model));
  auto simple = graph::simplify(graph);
  if (!simple) return fail(std::move(simple).error().with_context(order.model));
  json::Array made;
  for (const std::string& name : order.variants) {
    auto variant = make_variant(name, order, graph, clock);
    if (!variant) return fail(std::move(variant).error().with_context(name));
    const auto file = order.folder / (name + ".onnx");
    AIFLOW_TRY(write_model(file, variant->onnx));
    made.push_back(json::object({{"variant", name},
                                 {"file", file.string()},
                                 {"bytes", variant->onnx.size()},
                                 {"method", std::move(variant->method)}}));
  }
  return json::object({{"command", "optimize"}, {"variants", std::move(made)}});
}

}  // namespace

Result<Job> parse_optimize(std::span<const std::string> words, const Clock& clock) {
  AIFLOW_ASSIGN(const Arguments arguments,
                Arguments::parse(words, {"--model", "--decoder", "--engine", "--out-dir", "--video",
                                         "--calibrate-frames", "--calibrate-count", "--variants",
                                         "--range", "--percentile", "--reduce-range",
                                         "--float-nodes", "--bias-correction", "--float-boxes"}));
  Order order;
  AIFLOW_ASSIGN(order.model, arguments.text("--model"));
  AIFLOW_ASSIGN(order.folder, arguments.text("--out-dir"));
  order.variants = split(arguments.text_or("--variants", "fp32-simplified,fp16,int8"), ',');
  for (const std::string& name : order.variants) {
    if (name == "fp32-simplified" || name == "fp16") continue;
    if (name != "int8") {
      return fail(ErrorCode::invalid_argument,
                  "the variant '" + name + "' is unknown; known are fp32-simplified, fp16, int8");
    }
    AIFLOW_ASSIGN(order.int8, parse_int8(arguments));
  }
  return Job([order, &clock] { return optimize_model(order, clock); });
}

}  // namespace aiflow::app
