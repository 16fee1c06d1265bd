// SPDX-License-Identifier: Apache-2.0
// src/track: detections of successive frames -> tracks with lasting ids. Pure and deterministic:
// the same detections at the same times give the same tracks. Written from the ByteTrack paper
// (Zhang et al. 2022): sure detections are matched first, then unsure ones keep existing tracks
// alive. Times are media time stamps, so gaps and a varying frame rate are handled; no frame
// counts.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "geometry/box.h"
#include "track/detection.h"

namespace aiflow::track {

struct TrackerOptions {
  double score_high = 0.5;  ///< sure detections, matched first
  double score_low = 0.1;   ///< below: ignored
  double score_new = 0.6;   ///< needed to start a track
  double iou_high = 0.2;    ///< least IoU of a match with a sure detection
  double iou_low = 0.5;     ///< least IoU of a match with an unsure one
  double giou_near = -0.2;  ///< last chance for fast objects: boxes need not meet
  Duration near_gap = std::chrono::milliseconds(500);   ///< how old a track may be for that chance
  int confirm_hits = 3;                                 ///< detections until a track counts
  Duration tentative = std::chrono::milliseconds(500);  ///< an unconfirmed track waits this long
  Duration buffer = std::chrono::seconds(3);            ///< a lost track is remembered this long
};

/// One object over time. Tracks come ordered by id.
struct Track {
  std::int64_t id = 0;  ///< from 1, never used again
  std::string label;
  geometry::Box box;       ///< pixels; smoothed when seen, predicted when lost
  double score = 0;        ///< of the last detection
  double score_mean = 0;   ///< over all detections of the track
  int hits = 0;            ///< detections so far
  bool confirmed = false;  ///< hits reached confirm_hits once
  bool seen = false;       ///< detected in this very frame
  Duration first_seen{0};
  Duration last_seen{0};
};

class Tracker {
 public:
  explicit Tracker(TrackerOptions options = {});
  Tracker(Tracker&&) noexcept;
  Tracker& operator=(Tracker&&) noexcept;
  ~Tracker();

  /// All tracks after this frame, lost ones too (seen = false). `time` must not go back. A
  /// detection belongs to at most one track, a track takes at most one; labels never mix.
  [[nodiscard]] std::vector<Track> update(std::span<const Detection> detections, Duration time);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aiflow::track
