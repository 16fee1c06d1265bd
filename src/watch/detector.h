// SPDX-License-Identifier: Apache-2.0
// What the camera loop asks for detections; the real one is infer_detector.h.
#pragma once

#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "media/source.h"
#include "track/detection.h"

namespace aiflow::watch {

struct Detected {
  std::vector<track::Detection> detections;  ///< boxes in pixels of the frame
  Duration run{0};                           ///< the model alone
  Duration queue{0};                         ///< waiting for the engine behind other cameras
};

class Detector {
 public:
  virtual ~Detector() = default;
  /// Errors: unavailable and timeout may pass (ask again); any other is for good.
  [[nodiscard]] virtual Result<Detected> detect(const media::Frame& frame, double score_min) = 0;
};

}  // namespace aiflow::watch
