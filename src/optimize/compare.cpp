// SPDX-License-Identifier: Apache-2.0
#include "optimize/compare.h"

#include <algorithm>
#include <utility>

#include "graph/onnx_io.h"
#include "infer/model.h"
#include "optimize/device.h"
#include "optimize/latency.h"
#include "optimize/variants.h"

namespace aiflow::optimize {
namespace {

/// Average precision needs the detections far below any useful threshold too.
constexpr double kScoreFloor = 0.05;
constexpr int kDetectionsMax = 1000;
/// A curve on a page needs no more points.
constexpr std::size_t kCurvePointsMax = 200;

/// A model that is measured. The pipeline refers to the model, so both stay where they are.
struct Measured {
  std::string name;
  std::size_t bytes = 0;
  json::Value method;
  std::unique_ptr<infer::Model> model;
  std::unique_ptr<infer::Pipeline> pipeline;
  std::vector<FrameBoxes> frames;
  std::vector<double> run_ms;
  std::vector<double> around_ms;  ///< pre- and postprocessing
};

double milliseconds(Duration duration) { return static_cast<double>(duration.count()) / 1000; }

Result<infer::ImageView> view_of(const ComparedFrame& frame) {
  return infer::ImageView::make(frame.image->bgr, frame.image->width, frame.image->height,
                                infer::ColourOrder::bgr);
}

class Comparison {
 public:
  Comparison(const std::vector<ComparedFrame>& frames, const CompareOptions& options,
             const CompareTools& tools)
      : frames_(frames), options_(options), tools_(tools) {}

  Result<json::Value> run(const std::vector<ComparedVariant>& variants) {
    total_ = variants.size() *
             (frames_.size() + static_cast<std::size_t>(options_.warmup + options_.runs));
    for (const ComparedVariant& variant : variants) {
      auto status = open(variant);
      if (status) status = detect_all(measured_.back());
      if (!status) return fail(std::move(status).error().with_context(variant.name));
    }
    AIFLOW_TRY(time_all());
    return body();
  }

 private:
  Status open(const ComparedVariant& variant) {
    json::Value decoder = tools_.decoder;
    decoder.set("detections_max", kDetectionsMax);
    AIFLOW_ASSIGN(auto model, infer::Model::open(tools_.engine, variant.onnx,
                                                 {.model = variant.name,
                                                  .version = "1",
                                                  .variant = variant.name,
                                                  .decoder = std::move(decoder)},
                                                 {.threads = 1}));
    if (model.decoder() == nullptr) {
      return fail(ErrorCode::invalid_argument, "comparing needs a decoder configuration");
    }
    AIFLOW_ASSIGN(const auto graph, graph::read_onnx(variant.onnx));
    Measured out;
    out.name = variant.name;
    out.bytes = variant.onnx.size();
    out.method = method_of(graph);
    out.model = std::make_unique<infer::Model>(std::move(model));
    out.pipeline = std::make_unique<infer::Pipeline>(*out.model, tools_.clock);
    measured_.push_back(std::move(out));
    return {};
  }

  Status detect_all(Measured& variant) {
    for (const ComparedFrame& frame : frames_) {
      AIFLOW_ASSIGN(const auto view, view_of(frame));
      AIFLOW_ASSIGN(const auto outcome, variant.pipeline->detect(view, kScoreFloor));
      FrameBoxes boxes;
      for (const LabelledBox& label : frame.labels) {
        if (label.label == options_.label) boxes.truth.push_back(label.box);
      }
      for (const infer::Detection& found : outcome.decoded.detections) {
        if (found.label == options_.label) boxes.found.push_back({found.box, found.score});
      }
      variant.frames.push_back(std::move(boxes));
      advance();
    }
    return {};
  }

  /// One run of each variant in turn, starting with another one each round: a slow moment of the
  /// machine, and what the one before left in the caches, hit all alike.
  Status time_all() {
    const std::size_t count = measured_.size();
    for (int round = 0; round < options_.warmup + options_.runs; ++round) {
      const auto turn = static_cast<std::size_t>(round);
      AIFLOW_ASSIGN(const auto view, view_of(frames_[turn % frames_.size()]));
      for (std::size_t i = 0; i < count; ++i) {
        Measured& variant = measured_[(turn + i) % count];
        AIFLOW_ASSIGN(const auto outcome,
                      variant.pipeline->detect(view, options_.accuracy.score_min));
        advance();
        if (round < options_.warmup) continue;
        variant.run_ms.push_back(milliseconds(outcome.run));
        variant.around_ms.push_back(milliseconds(outcome.pre + outcome.post));
      }
    }
    return {};
  }

  void advance() {
    ++done_;
    if (tools_.progress) tools_.progress(done_, total_);
  }

  json::Value body() const {
    json::Array rows;
    std::vector<Accuracy> accuracies;
    std::vector<Latency> latencies;
    for (const Measured& variant : measured_) {
      accuracies.push_back(measure_accuracy(variant.frames, options_.accuracy));
      latencies.push_back(summarise_latency(variant.run_ms));
    }
    for (std::size_t i = 0; i < measured_.size(); ++i) {
      json::Value row = variant_row(measured_[i], accuracies[i], latencies[i]);
      row.set("speedup", latencies[i].p50 > 0 ? latencies[0].p50 / latencies[i].p50 : 0);
      row.set("faster", latencies[i].p50 < latencies[0].p50);
      rows.push_back(std::move(row));
    }
    const std::size_t best = choose(accuracies, latencies);
    const auto& info = tools_.engine.info();
    return json::object(
        {{"schema", 1},
         {"reference", measured_[0].name},
         {"best", measured_[best].name},
         {"best_reason", reason(best, latencies)},
         {"accuracy_loss_max", options_.accuracy_loss_max},
         {"device", to_json(this_device())},
         {"engine", json::object({{"name", info.name}, {"version", info.version}, {"threads", 1}})},
         {"data", data()},
         {"variants", std::move(rows)}});
  }

  std::size_t choose(const std::vector<Accuracy>& accuracies,
                     const std::vector<Latency>& latencies) const {
    std::size_t best = 0;
    for (std::size_t i = 1; i < measured_.size(); ++i) {
      const bool good = accuracies[i].ap50 >= accuracies[0].ap50 - options_.accuracy_loss_max;
      if (good && latencies[i].p50 < latencies[best].p50) best = i;
    }
    return best;
  }

  std::string reason(std::size_t best, const std::vector<Latency>& latencies) const {
    std::string limit = std::to_string(options_.accuracy_loss_max);
    limit.resize(std::min<std::size_t>(limit.size(), 5));
    if (best > 0) {
      return "the fastest variant whose AP@0.5 is at most " + limit + " below the reference's";
    }
    const bool faster = std::ranges::any_of(
        latencies, [&](const Latency& latency) { return latency.p50 < latencies[0].p50; });
    return faster ? "every faster variant loses more than " + limit + " of AP@0.5"
                  : "no variant is faster on this device";
  }

  json::Value data() const {
    std::int64_t boxes = 0;
    for (const FrameBoxes& frame : measured_[0].frames) {
      boxes += static_cast<std::int64_t>(frame.truth.size());
    }
    return json::object({{"video", options_.video_name},
                         {"labels", options_.labels_name},
                         {"frames", static_cast<std::int64_t>(frames_.size())},
                         {"boxes", boxes},
                         {"label", options_.label},
                         {"score_min", options_.accuracy.score_min},
                         {"iou_min", options_.accuracy.iou_min},
                         {"seed", options_.accuracy.seed}});
  }

  json::Value variant_row(const Measured& variant, const Accuracy& accuracy,
                          const Latency& latency) const {
    const Agreement agreement =
        measure_agreement(measured_[0].frames, variant.frames, options_.accuracy);
    return json::object(
        {{"variant", variant.name},
         {"size_bytes", static_cast<std::int64_t>(variant.bytes)},
         {"method", variant.method},
         {"accuracy", accuracy_json(accuracy)},
         {"pr_curve", curve_json(accuracy.curve)},
         {"agreement",
          json::object({{"matched", agreement.matched},
                        {"mean_iou", agreement.mean_iou},
                        {"fidelity",
                         measure_fidelity(measured_[0].frames, variant.frames, options_.accuracy)},
                        {"boxes_reference", agreement.boxes_reference},
                        {"boxes", agreement.boxes}})},
         {"latency_ms", latency_json(latency)},
         {"pre_post_ms_p50", summarise_latency(variant.around_ms).p50},
         {"frames", frames_json(variant)}});
  }

  static json::Value accuracy_json(const Accuracy& accuracy) {
    const auto pair = [](const Interval& interval) {
      return json::Array{interval.low, interval.high};
    };
    return json::object({{"ap50", accuracy.ap50},
                         {"ap50_ci95", pair(accuracy.ap50_ci95)},
                         {"precision", accuracy.precision},
                         {"recall", accuracy.recall},
                         {"f1", accuracy.f1},
                         {"f1_ci95", pair(accuracy.f1_ci95)}});
  }

  static json::Array curve_json(const std::vector<CurvePoint>& curve) {
    json::Array points;
    const std::size_t step = curve.size() / kCurvePointsMax + 1;
    for (std::size_t i = 0; i < curve.size(); i += step) {
      points.push_back(json::object({{"score", curve[i].score},
                                     {"precision", curve[i].precision},
                                     {"recall", curve[i].recall}}));
    }
    return points;
  }

  static json::Value latency_json(const Latency& latency) {
    json::Array bins;
    for (const LatencyBin& bin : latency.histogram) {
      bins.push_back(json::object({{"from", bin.from}, {"to", bin.to}, {"count", bin.count}}));
    }
    return json::object({{"p50", latency.p50},
                         {"p90", latency.p90},
                         {"p99", latency.p99},
                         {"mean", latency.mean},
                         {"min", latency.min},
                         {"runs", latency.runs},
                         {"histogram", std::move(bins)}});
  }

  json::Array frames_json(const Measured& variant) const {
    json::Array rows;
    for (std::size_t f = 0; f < frames_.size(); ++f) {
      FrameBoxes shown = variant.frames[f];
      std::erase_if(shown.found,
                    [&](const ScoredBox& box) { return box.score < options_.accuracy.score_min; });
      const auto hits = hits_of(shown, options_.accuracy.iou_min);
      const auto good = std::ranges::count(hits, true);
      const Agreement agreement = measure_agreement({&measured_[0].frames[f], 1},
                                                    {&variant.frames[f], 1}, options_.accuracy);
      const double both = static_cast<double>(agreement.boxes + agreement.boxes_reference);
      const auto pairs = static_cast<std::int64_t>(agreement.matched * both / 2 + 0.5);
      rows.push_back(json::object({{"frame", frames_[f].frame},
                                   {"labels", shown.truth.size()},
                                   {"found", static_cast<std::int64_t>(good)},
                                   {"false", static_cast<std::int64_t>(hits.size()) - good},
                                   {"matched_reference", pairs}}));
    }
    return rows;
  }

  const std::vector<ComparedFrame>& frames_;
  const CompareOptions& options_;
  const CompareTools& tools_;
  std::vector<Measured> measured_;
  std::size_t done_ = 0;
  std::size_t total_ = 0;
};

}  // namespace

Result<json::Value> compare(const std::vector<ComparedVariant>& variants,
                            const std::vector<ComparedFrame>& frames, const CompareOptions& options,
                            const CompareTools& tools) {
  if (variants.empty()) return fail(ErrorCode::invalid_argument, "there is nothing to compare");
  if (frames.empty()) return fail(ErrorCode::invalid_argument, "there are no labelled frames");
  return Comparison(frames, options, tools).run(variants);
}

}  // namespace aiflow::optimize
