// SPDX-License-Identifier: Apache-2.0
// Non-maximum suppression: of boxes of one class that show the same object, keep the best. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "infer/decoder.h"

namespace aiflow::infer {

struct NmsOptions {
  double iou = 0.5;        ///< boxes of a class that overlap more are one object
  double containment = 0;  ///< > 0: also when this share of the smaller box lies in the larger
  bool across_classes = false;
  int detections_max = 300;
};

/// Greedy, by falling score; ties by the order given. The result is sorted by falling score.
[[nodiscard]] std::vector<Detection> suppress(std::vector<Detection> detections,
                                              const NmsOptions& options);

}  // namespace aiflow::infer
