// SPDX-License-Identifier: Apache-2.0
// src/rules: tracks -> scene events. Pure and deterministic; media time only.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "rules/rule.h"
#include "rules/scene_event.h"
#include "track/tracker.h"

namespace aiflow::rules {

struct FrameSize {
  int width = 0;  ///< pixels
  int height = 0;
};

/// All rules of one camera.
class RuleSet {
 public:
  /// `key` goes into the event ids: the camera's id (a live one adds when it was started, since its
  /// media time starts at 0 again). Errors: invalid_argument naming the rule and what is wrong with
  /// it.
  [[nodiscard]] static Result<RuleSet> create(std::string key, FrameSize size,
                                              std::vector<Rule> rules);
  RuleSet(RuleSet&&) noexcept;
  RuleSet& operator=(RuleSet&&) noexcept;
  ~RuleSet();

  /// Events of this frame, in the order of the rules, then of track ids. `time` must not go back.
  [[nodiscard]] std::vector<SceneEvent> update(std::span<const track::Track> tracks, Duration time);

  /// Ends every open event, as of `time` (the source has ended).
  [[nodiscard]] std::vector<SceneEvent> finish(Duration time);

  /// People in each zone of a congestion or intrusion rule after the last update, by rule id.
  [[nodiscard]] std::vector<std::pair<std::string, int>> counts() const;

 private:
  struct Impl;
  explicit RuleSet(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What makes an event the same event when a camera is played again.
struct EventKey {
  std::string_view camera;
  std::string_view rule;
  std::int64_t track = 0;  ///< 0 for a rule about many tracks
  Duration start{0};
};

/// 32 hex digits, a pure function of the key.
[[nodiscard]] std::string event_id(const EventKey& key);

}  // namespace aiflow::rules
