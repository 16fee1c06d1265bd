// SPDX-License-Identifier: Apache-2.0
// How good detections are: against labels (average precision, precision, recall, F1 with bootstrap
// intervals) and against another model's detections (agreement). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "geometry/box.h"

namespace aiflow::optimize {

struct ScoredBox {
  geometry::Box box;
  double score = 0;
};

/// One frame: what is there and what was found, of one label.
struct FrameBoxes {
  std::vector<geometry::Box> truth;
  std::vector<ScoredBox> found;  ///< by falling score
};

struct Interval {
  double low = 0;
  double high = 0;
};

struct CurvePoint {
  double score = 0;
  double precision = 0;
  double recall = 0;
};

struct Accuracy {
  double ap50 = 0;
  Interval ap50_ci95;
  double precision = 0;
  double recall = 0;
  double f1 = 0;
  Interval f1_ci95;
  std::vector<CurvePoint> curve;  ///< by falling score, one point per detection
};

struct AccuracyOptions {
  double score_min = 0.4;  ///< for precision, recall, F1
  double iou_min = 0.5;
  int resamples = 1000;  ///< of the bootstrap over frames
  std::uint64_t seed = 1;
};

/// Each detection takes the free label box that it overlaps most, best score first.
[[nodiscard]] Accuracy measure_accuracy(std::span<const FrameBoxes> frames,
                                        const AccuracyOptions& options);

struct Agreement {
  double matched = 1;   ///< 2 * pairs / boxes of both; 1 when there are none
  double mean_iou = 1;  ///< of the pairs; 1 when there are none
  std::size_t boxes_reference = 0;
  std::size_t boxes = 0;
};

/// Pairs of boxes by falling score of `other`, IoU >= iou_min.
/// Both must have as many frames (asserted); scores below `score_min` are left out.
[[nodiscard]] Agreement measure_agreement(std::span<const FrameBoxes> reference,
                                          std::span<const FrameBoxes> other,
                                          const AccuracyOptions& options);

/// Mean over IoU 0.5, 0.75 and 0.9 of the average precision of `other` when the reference's boxes
/// (score >= score_min) are the truth. Needs no labels, and moves with every small change: for
/// choosing how to quantise. The same frames as for measure_agreement.
[[nodiscard]] double measure_fidelity(std::span<const FrameBoxes> reference,
                                      std::span<const FrameBoxes> other,
                                      const AccuracyOptions& options);

/// Whether each found box hits a truth box.
[[nodiscard]] std::vector<bool> hits_of(const FrameBoxes& frame, double iou_min);

}  // namespace aiflow::optimize
