// SPDX-License-Identifier: Apache-2.0
// src/watch: one camera from its source to its events. Frames are decoded in a thread of their own;
// detection, tracking and rules run in the calling thread; between them is a queue of two frames. A
// file that is not played in real time waits for the detector, so it gives the same events every
// time; live sources and files in real time drop the oldest frame instead.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "watch/detector.h"
#include "wire/camera.h"

namespace aiflow::watch {

/// Where reports go. Errors end the camera: there is nobody left to report to.
class ReportSink {
 public:
  virtual ~ReportSink() = default;
  /// The picture is empty unless it is this frame's turn (api/camera.yaml).
  [[nodiscard]] virtual Status frame(const wire::FrameReport& report,
                                     std::span<const std::uint8_t> jpeg) = 0;
  /// The snapshot is empty for phase "end".
  [[nodiscard]] virtual Status event(const wire::SceneEventReport& event,
                                     std::span<const std::uint8_t> jpeg) = 0;
};

class CameraLoop {
 public:
  /// All must outlive the loop.
  struct Parts {
    const Clock& clock;
    Detector& detector;
    ReportSink& sink;
  };
  CameraLoop(Parts parts, wire::CameraConfig config);

  /// Until the end of the file, a stop, or a failure; the result says which: reason "end",
  /// "stopped" or "failed" with the error. Its detect_us_mean is the model alone; overhead_us_mean
  /// is all the time a frame takes but decoding, the model and the wait for it. Once.
  [[nodiscard]] wire::CameraEnded run(const std::stop_token& stop);

  /// JPEG of the last frame, after run(); empty when there was none.
  [[nodiscard]] const std::vector<std::uint8_t>& last_picture() const { return last_picture_; }

  /// Thread-safe.
  void set_live(bool on) { live_ = on; }

 private:
  Parts parts_;
  wire::CameraConfig config_;
  std::atomic<bool> live_ = false;
  std::vector<std::uint8_t> last_picture_;
};

}  // namespace aiflow::watch
