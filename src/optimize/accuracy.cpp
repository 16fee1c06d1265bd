// SPDX-License-Identifier: Apache-2.0
#include "optimize/accuracy.h"

#include <algorithm>

#include "base/assert.h"
#include "base/prng.h"

namespace aiflow::optimize {
namespace {

/// One detection with the frame it is in.
struct Hit {
  double score = 0;
  std::size_t frame = 0;
  bool is_true = false;
};

struct Counted {
  std::vector<Hit> hits;  ///< of all frames, by falling score
  std::vector<std::size_t> truths;
};

Counted count_hits(std::span<const FrameBoxes> frames, double iou_min) {
  Counted out;
  for (std::size_t f = 0; f < frames.size(); ++f) {
    const auto matched = hits_of(frames[f], iou_min);
    for (std::size_t i = 0; i < matched.size(); ++i) {
      out.hits.push_back({frames[f].found[i].score, f, matched[i]});
    }
    out.truths.push_back(frames[f].truth.size());
  }
  std::ranges::stable_sort(out.hits, std::greater<>(), &Hit::score);
  return out;
}

struct Summary {
  double ap50 = 0;
  double precision = 0;
  double recall = 0;
  double f1 = 0;
  std::vector<CurvePoint> curve;
};

/// Area under the precision envelope: at each recall the best precision at it or beyond.
double area(const std::vector<CurvePoint>& curve) {
  double sum = 0, envelope = 0;
  for (std::size_t i = curve.size(); i-- > 0;) {
    envelope = std::max(envelope, curve[i].precision);
    const double before = i == 0 ? 0 : curve[i - 1].recall;
    sum += (curve[i].recall - before) * envelope;
  }
  return sum;
}

/// `weights`: how often each frame counts.
Summary summarise(const Counted& counted, std::span<const int> weights, double score_min) {
  double truths = 0, positives = 0, found = 0;
  for (std::size_t f = 0; f < weights.size(); ++f) {
    truths += weights[f] * static_cast<double>(counted.truths[f]);
  }
  Summary out;
  for (const Hit& hit : counted.hits) {
    const int weight = weights[hit.frame];
    if (weight == 0) continue;
    found += weight;
    positives += hit.is_true ? weight : 0;
    out.curve.push_back({hit.score, positives / found, truths > 0 ? positives / truths : 0});
    if (hit.score >= score_min) {
      out.precision = out.curve.back().precision;
      out.recall = out.curve.back().recall;
    }
  }
  out.ap50 = area(out.curve);
  const double sum = out.precision + out.recall;
  out.f1 = sum > 0 ? 2 * out.precision * out.recall / sum : 0;
  return out;
}

Interval percentiles(std::vector<double> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
  };
  return {at(0.025), at(0.975)};
}

}  // namespace

double measure_fidelity(std::span<const FrameBoxes> reference, std::span<const FrameBoxes> other,
                        const AccuracyOptions& options) {
  AIFLOW_ASSERT(reference.size() == other.size());
  std::vector<FrameBoxes> frames;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    FrameBoxes frame{.truth = {}, .found = other[i].found};
    for (const ScoredBox& box : reference[i].found) {
      if (box.score >= options.score_min) frame.truth.push_back(box.box);
    }
    frames.push_back(std::move(frame));
  }
  double sum = 0;
  for (const double iou : {0.5, 0.75, 0.9}) {
    sum +=
        measure_accuracy(frames, {.score_min = options.score_min, .iou_min = iou, .resamples = 0})
            .ap50;
  }
  return sum / 3;
}

std::vector<bool> hits_of(const FrameBoxes& frame, double iou_min) {
  std::vector<bool> taken(frame.truth.size(), false);
  std::vector<bool> hits;
  for (const ScoredBox& found : frame.found) {
    double best = iou_min;
    std::ptrdiff_t match = -1;
    for (std::size_t i = 0; i < frame.truth.size(); ++i) {
      const double overlap = taken[i] ? 0 : geometry::iou(found.box, frame.truth[i]);
      if (overlap < best) continue;
      best = overlap;
      match = static_cast<std::ptrdiff_t>(i);
    }
    hits.push_back(match >= 0);
    if (match >= 0) taken[static_cast<std::size_t>(match)] = true;
  }
  return hits;
}

Accuracy measure_accuracy(std::span<const FrameBoxes> frames, const AccuracyOptions& options) {
  const Counted counted = count_hits(frames, options.iou_min);
  std::vector<int> weights(frames.size(), 1);
  const Summary all = summarise(counted, weights, options.score_min);
  std::vector<double> ap, f1;
  Prng prng(options.seed);
  for (int round = 0; round < options.resamples && !frames.empty(); ++round) {
    std::ranges::fill(weights, 0);
    for (std::size_t i = 0; i < frames.size(); ++i) ++weights[prng.below(frames.size())];
    const Summary sample = summarise(counted, weights, options.score_min);
    ap.push_back(sample.ap50);
    f1.push_back(sample.f1);
  }
  return {.ap50 = all.ap50,
          .ap50_ci95 = percentiles(std::move(ap)),
          .precision = all.precision,
          .recall = all.recall,
          .f1 = all.f1,
          .f1_ci95 = percentiles(std::move(f1)),
          .curve = all.curve};
}

Agreement measure_agreement(std::span<const FrameBoxes> reference,
                            std::span<const FrameBoxes> other, const AccuracyOptions& options) {
  AIFLOW_ASSERT(reference.size() == other.size());
  Agreement out;
  double overlap = 0;
  std::size_t pairs = 0;
  for (std::size_t f = 0; f < reference.size(); ++f) {
    std::vector<geometry::Box> free;
    for (const ScoredBox& box : reference[f].found) {
      if (box.score >= options.score_min) free.push_back(box.box);
    }
    out.boxes_reference += free.size();
    for (const ScoredBox& box : other[f].found) {
      if (box.score < options.score_min) continue;
      ++out.boxes;
      const auto best = std::ranges::max_element(
          free, {}, [&](const geometry::Box& candidate) { return iou(candidate, box.box); });
      if (best == free.end() || iou(*best, box.box) < options.iou_min) continue;
      overlap += iou(*best, box.box);
      ++pairs;
      free.erase(best);
    }
  }
  const std::size_t boxes = out.boxes_reference + out.boxes;
  if (boxes > 0) out.matched = 2 * static_cast<double>(pairs) / static_cast<double>(boxes);
  if (boxes > 0) out.mean_iou = pairs > 0 ? overlap / static_cast<double>(pairs) : 0;
  return out;
}

}  // namespace aiflow::optimize
