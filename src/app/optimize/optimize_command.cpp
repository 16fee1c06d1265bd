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
#include "optimize/device.h"
#include "optimize/variants.h"
#include "os/file.h"

namespace aiflow::app {
namespace {

struct FrameRange {
  std::int64_t first = 0;
  std::int64_t end = 0;
};

Result<FrameRange> frame_range(const Arguments& arguments) {
  const std::string text = arguments.text_or("--calibrate-frames", "0:1000000");
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

/// Shows `count` frames, spread evenly over the range, to the calibrator.
Status calibrate(const Arguments& arguments, const Clock& clock, optimize::Calibrator& calibrator) {
  AIFLOW_ASSIGN(const std::string video, arguments.text("--video"));
  AIFLOW_ASSIGN(FrameRange range, frame_range(arguments));
  AIFLOW_ASSIGN(const auto count, arguments.integer_or("--calibrate-count", 100, 1));
  AIFLOW_ASSIGN(auto source, media::Source::open(video, {.start_frame = range.first,
                                                         .end_frame = range.end}));
  const std::int64_t total = source.info().frames_total;
  if (total > 0) range.end = std::min(range.end, total);
  const std::int64_t wanted = std::min(count, range.end - range.first);
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
  return fail(ErrorCode::invalid_argument, video + ": there are no frames to calibrate with");
}

Result<optimize::Int8Options> int8_options(const Arguments& arguments) {
  const std::string choice = arguments.text_or("--reduce-range", "auto");
  optimize::Int8Options out;
  out.float_prefixes = split(arguments.text_or("--float-nodes", ""), ',');
  if (choice == "yes" || choice == "no") {
    out.reduce_range = choice == "yes";
    out.reduce_range_why = "asked for";
    return out;
  }
  if (choice != "auto") {
    return fail(ErrorCode::invalid_argument, "--reduce-range must be auto, yes or no");
  }
  out.reduce_range = !optimize::this_device().vnni;
  out.reduce_range_why = out.reduce_range
                             ? "this CPU has no VNNI: its int16 sums saturate with 8-bit weights"
                             : "this CPU has VNNI";
  return out;
}

Result<optimize::Variant> make_int8(const Arguments& arguments, const graph::Graph& graph,
                                    const Clock& clock) {
  AIFLOW_ASSIGN(const std::string decoder_file, arguments.text("--decoder"));
  AIFLOW_ASSIGN(const std::string plugin, arguments.text("--engine"));
  AIFLOW_ASSIGN(const optimize::Int8Options options, int8_options(arguments));
  const std::string kind = arguments.text_or("--range", "min-max");
  if (kind != "min-max" && kind != "percentile") {
    return fail(ErrorCode::invalid_argument, "--range must be min-max or percentile");
  }
  AIFLOW_ASSIGN(const double percent, arguments.real_or("--percentile", 99.99));
  if (!(percent > 50 && percent <= 100)) {
    return fail(ErrorCode::invalid_argument, "--percentile must be over 50 and at most 100");
  }
  AIFLOW_ASSIGN(const json::Value config, read_json(decoder_file));
  AIFLOW_ASSIGN(const auto decoder, infer::Decoder::make(config));
  AIFLOW_ASSIGN(const auto engine, engine::load_engine(plugin));
  AIFLOW_ASSIGN(auto calibrator, optimize::Calibrator::open(engine, graph, decoder->input()));
  AIFLOW_TRY(calibrate(arguments, clock, calibrator));
  const double used = kind == "percentile" ? percent : 100;
  const std::string video =
      std::filesystem::path(arguments.text_or("--video", "")).filename().string();
  return optimize::make_int8(
      graph,
      {.ranges = calibrator.ranges(used),
       .frames = calibrator.frames(),
       .percent = used,
       .source = video + " frames " + arguments.text_or("--calibrate-frames", "all")},
      options);
}

Result<optimize::Variant> make_variant(const std::string& name, const Arguments& arguments,
                                       const graph::Graph& graph, const Clock& clock) {
  if (name == "fp32-simplified") return optimize::make_fp32(graph);
  if (name == "fp16") return optimize::make_fp16(graph);
  if (name == "int8") return make_int8(arguments, graph, clock);
  return fail(ErrorCode::invalid_argument,
              "the variant '" + name + "' is unknown; known are fp32-simplified, fp16, int8");
}

}  // namespace

Result<json::Value> run_optimize(std::span<const std::string> words, const Clock& clock) {
  AIFLOW_ASSIGN(const Arguments arguments,
                Arguments::parse(words, {"--model", "--decoder", "--engine", "--out-dir", "--video",
                                         "--calibrate-frames", "--calibrate-count", "--variants",
                                         "--range", "--percentile", "--reduce-range",
                                         "--float-nodes"}));
  AIFLOW_ASSIGN(const std::string model, arguments.text("--model"));
  AIFLOW_ASSIGN(const std::filesystem::path folder, arguments.text("--out-dir"));
  AIFLOW_ASSIGN(graph::Graph graph, read_model(model));
  auto simple = graph::simplify(graph);
  if (!simple) return fail(std::move(simple).error().with_context(model));
  json::Array made;
  for (const std::string& name :
       split(arguments.text_or("--variants", "fp32-simplified,fp16,int8"), ',')) {
    auto variant = make_variant(name, arguments, graph, clock);
    if (!variant) return fail(std::move(variant).error().with_context(name));
    const auto file = folder / (name + ".onnx");
    AIFLOW_TRY(write_model(file, variant->onnx));
    made.push_back(json::object({{"variant", name},
                                 {"file", file.string()},
                                 {"bytes", variant->onnx.size()},
                                 {"method", std::move(variant->method)}}));
  }
  return json::object({{"command", "optimize"}, {"variants", std::move(made)}});
}

}  // namespace aiflow::app
