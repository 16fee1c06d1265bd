// SPDX-License-Identifier: Apache-2.0
// Tracker and rules of one camera: detections of a frame -> tracks, events, reports, snapshots.
// No threads and no I/O; it reads the clock only to measure itself.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "media/source.h"
#include "rules/rule_set.h"
#include "track/tracker.h"
#include "wire/camera.h"

namespace aiflow::watch {

struct SceneOptions {
  std::string event_key;  ///< see rules::RuleSet::create
  std::vector<rules::Rule> rules;
  std::vector<std::string> classes;  ///< labels that are tracked; none = all
  track::TrackerOptions tracker;
};

/// Thresholds around the score at which a detection counts by itself; in [0.05, 0.95].
[[nodiscard]] track::TrackerOptions tracker_options(double score_min);

struct SceneStep {
  std::vector<track::Track> tracks;
  std::vector<rules::SceneEvent> events;
  Duration track_time{0};
  Duration rules_time{0};
};

class Scene {
 public:
  Scene(const Clock& clock, SceneOptions options) : clock_(clock), options_(std::move(options)) {}

  /// Errors: invalid_argument when a rule makes no sense for a picture of this size.
  [[nodiscard]] Result<SceneStep> update(const media::Frame& frame,
                                         std::vector<track::Detection> detections);
  /// Ends open events at the time of the last frame.
  [[nodiscard]] std::vector<rules::SceneEvent> finish();

  /// Everything of the report but frames_total, dropped and the times of other steps.
  [[nodiscard]] wire::FrameReport report(const media::Frame& frame, const SceneStep& step) const;
  [[nodiscard]] wire::SceneEventReport report(const media::Frame& frame,
                                              const rules::SceneEvent& event) const;
  /// The frame with the rule's zone or line, the deciding boxes and points, and the tracks' trails.
  [[nodiscard]] media::Image snapshot(const media::Frame& frame,
                                      const rules::SceneEvent& event) const;

 private:
  Status adapt_to(const media::Image& image, std::vector<rules::SceneEvent>& ended);
  void follow(const std::vector<track::Track>& tracks);

  const Clock& clock_;
  SceneOptions options_;
  rules::FrameSize size_;
  std::optional<track::Tracker> tracker_;
  std::optional<rules::RuleSet> rules_;
  std::map<std::int64_t, std::deque<geometry::Point>> trails_;
  Duration time_{0};
};

}  // namespace aiflow::watch
