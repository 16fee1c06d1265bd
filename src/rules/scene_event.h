// SPDX-License-Identifier: Apache-2.0
// Something a rule found, with what decided it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "geometry/box.h"

namespace aiflow::rules {

enum class Phase { start, end };

/// A measured value: "count" = 6, "direction" = "a_to_b".
using Measured = std::pair<std::string, std::variant<double, std::string>>;

struct SceneEvent {
  std::string id;  ///< 32 hex digits, the same for start and end, made by event_id
  std::string rule_id;
  std::string kind;
  Phase phase = Phase::start;
  Duration time{0};                     ///< media time of the frame that decided
  Duration start_time{0};               ///< of the start phase
  std::vector<std::int64_t> track_ids;  ///< ascending
  std::string label;                    ///< of the deciding track; the commonest for congestion
  double score = 0;                     ///< mean score of the track(s)
  std::vector<geometry::Point> points;  ///< pixels: what decided, in order of time
  std::vector<geometry::Box> boxes;     ///< pixels: boxes of the tracks in that frame
  std::vector<Measured> values;         ///< every number that was compared, and its limit
};

}  // namespace aiflow::rules
