// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "app/optimize/arguments.h"
#include "app/optimize/commands.h"
#include "app/optimize/model_files.h"
#include "engine/loader.h"
#include "graph/onnx_io.h"
#include "media/source.h"
#include "optimize/compare.h"
#include "os/file.h"

namespace aiflow::app {
namespace {

constexpr std::size_t kLabelBytesMax = 64U << 20;

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

struct VariantFile {
  std::string name;
  std::string file;
};

struct Order {
  std::string target;
  std::string plugin;
  std::string video;
  std::string labels;
  std::string decoder;
  std::vector<VariantFile> variants;
  optimize::CompareOptions options;
};

Result<std::vector<VariantFile>> variants_of(const Arguments& arguments) {
  std::vector<VariantFile> out;
  for (const std::string& word : arguments.all("--variant")) {
    const std::size_t mark = word.find('=');
    if (mark == std::string::npos || mark == 0) {
      return fail(ErrorCode::invalid_argument, "--variant must be NAME=FILE, not '" + word + "'");
    }
    out.push_back({.name = word.substr(0, mark), .file = word.substr(mark + 1)});
  }
  if (out.empty()) return fail(ErrorCode::invalid_argument, "--variant is missing");
  return out;
}

Result<std::vector<optimize::ComparedVariant>> read_variants(const Order& order) {
  std::vector<optimize::ComparedVariant> out;
  for (const VariantFile& variant : order.variants) {
    AIFLOW_ASSIGN(auto bytes, read_bytes(variant.file));
    // The engine knows no file names: what is no model at all is refused here, by its name.
    const auto graph = graph::read_onnx(bytes);
    if (!graph) return fail(Error(graph.error()).with_context(variant.file));
    out.push_back({variant.name, std::move(bytes)});
  }
  return out;
}

Result<std::vector<optimize::ComparedFrame>> read_frames(const std::string& video,
                                                         optimize::LabelledFrames labels) {
  AIFLOW_ASSIGN(auto source, media::Source::open(video, {.start_frame = labels.begin()->first,
                                                         .end_frame = labels.rbegin()->first + 1}));
  std::vector<optimize::ComparedFrame> out;
  while (out.size() < labels.size()) {
    AIFLOW_ASSIGN(const auto frame, source.next());
    if (!frame) break;
    const auto found = labels.find(frame->index);
    if (found == labels.end()) continue;
    out.push_back({frame->index, frame->image, std::move(found->second)});
  }
  if (out.size() == labels.size()) return out;
  return fail(ErrorCode::invalid_argument, video + " has only " + std::to_string(out.size()) +
                                               " of the " + std::to_string(labels.size()) +
                                               " labelled frames");
}

Result<optimize::CompareOptions> options_of(const Arguments& arguments) {
  optimize::CompareOptions out;
  out.label = arguments.text_or("--label", out.label);
  AIFLOW_ASSIGN(const auto runs, arguments.integer_or("--runs", out.runs, 1));
  AIFLOW_ASSIGN(const auto warmup, arguments.integer_or("--warmup", out.warmup, 0));
  AIFLOW_ASSIGN(const auto seed, arguments.integer_or("--seed", 1, 0));
  AIFLOW_ASSIGN(out.accuracy.score_min, arguments.real_or("--score-min", 0.4));
  AIFLOW_ASSIGN(out.accuracy_loss_max, arguments.real_or("--accuracy-loss-max", 0.02));
  if (runs > 1'000'000 || warmup > 1'000'000) {
    return fail(ErrorCode::invalid_argument, "--runs and --warmup are at most a million");
  }
  out.runs = static_cast<int>(runs);
  out.warmup = static_cast<int>(warmup);
  out.accuracy.seed = static_cast<std::uint64_t>(seed);
  out.video_name = file_name(arguments.text_or("--video", ""));
  out.labels_name = file_name(arguments.text_or("--labels", ""));
  return out;
}

Result<json::Value> compare(const Order& order, const Clock& clock) {
  AIFLOW_ASSIGN(json::Value decoder, read_json(order.decoder));
  AIFLOW_ASSIGN(const std::string text, os::read_file(order.labels, kLabelBytesMax));
  auto labels = optimize::parse_label_file(text);
  if (!labels) return fail(std::move(labels).error().with_context(order.labels));
  AIFLOW_ASSIGN(const auto variants, read_variants(order));
  AIFLOW_ASSIGN(const auto frames, read_frames(order.video, *std::move(labels)));
  AIFLOW_ASSIGN(const auto engine, engine::load_engine(order.plugin));
  ProgressPrinter progress(clock, "runs", "comparing");
  AIFLOW_ASSIGN(const json::Value body,
                optimize::compare(variants, frames, order.options,
                                  {.engine = engine,
                                   .clock = clock,
                                   .decoder = std::move(decoder),
                                   .progress = [&](std::size_t done, std::size_t total) {
                                     progress.show(done, total);
                                   }}));
  AIFLOW_TRY(os::write_atomic(order.target, json::write_pretty(body) + "\n", 0644));
  return json::object({{"command", "compare"},
                       {"report", order.target},
                       {"best", *body.find("best")},
                       {"reason", *body.find("best_reason")}});
}

}  // namespace

Result<Job> parse_compare(std::span<const std::string> words, const Clock& clock) {
  AIFLOW_ASSIGN(const Arguments arguments,
                Arguments::parse(words, {"--decoder", "--engine", "--video", "--labels",
                                         "--variant", "--label", "--runs", "--warmup",
                                         "--score-min", "--seed", "--accuracy-loss-max", "--out"}));
  Order order;
  AIFLOW_ASSIGN(order.target, arguments.text("--out"));
  AIFLOW_ASSIGN(order.plugin, arguments.text("--engine"));
  AIFLOW_ASSIGN(order.video, arguments.text("--video"));
  AIFLOW_ASSIGN(order.labels, arguments.text("--labels"));
  AIFLOW_ASSIGN(order.decoder, arguments.text("--decoder"));
  AIFLOW_ASSIGN(order.variants, variants_of(arguments));
  AIFLOW_ASSIGN(order.options, options_of(arguments));
  return Job([order, &clock] { return compare(order, clock); });
}

}  // namespace aiflow::app
