// SPDX-License-Identifier: Apache-2.0
// What to watch for, as data. Zones and lines are fractions of the frame; the deciding point of a
// track is the bottom centre of its box. Defaults and meaning: docs/guide/video-events.md.
#pragma once

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "geometry/point.h"

namespace aiflow::rules {

/// The line's first point is at its start, the second at its end. Side A is on the left hand of
/// someone who looks along the line on the screen, side B on the right.
enum class Direction { a_to_b, b_to_a, both };

/// The track's path crosses the line and is kept for `confirm_hits` detections at `margin` or more
/// from it on both sides; once per track and direction, until it was `rearm` away from the line.
struct LineCrossing {
  Direction direction = Direction::both;
  int confirm_hits = 2;
  double margin = 0.01;  ///< of the frame's height
  Duration rearm = std::chrono::seconds(2);
};

/// A confirmed track is in the zone for `enter_hits` detections and `enter`; ends when it is
/// outside the zone, grown by `exit_margin`, for `exit`, or lost for more than `lost`.
struct Intrusion {
  int enter_hits = 3;
  Duration enter = std::chrono::milliseconds(400);
  Duration exit = std::chrono::seconds(1);
  Duration lost = std::chrono::seconds(3);
  Duration cooldown = std::chrono::seconds(30);  ///< until the same track alarms again
  double exit_margin = 0.02;                     ///< of the frame's height
  double score_mean_min = 0.5;
  double height_min = 0;  ///< pixels; smaller boxes do not count
};

/// The median over `window` of the number of tracks in the zone is >= count_on for `hold`; ends
/// when it is
/// <= count_off for `clear`. count_on >= 1, count_off < count_on.
struct Congestion {
  int count_on = 5;
  int count_off = 4;
  Duration hold = std::chrono::seconds(3);
  Duration clear = std::chrono::seconds(3);
  Duration window = std::chrono::seconds(1);
};

struct Rule {
  std::string id;
  std::string name;
  std::vector<geometry::Point> points;  ///< fractions; 2 for a line, 3 or more for a zone
  std::vector<std::string> classes;     ///< labels that count; none = all
  std::variant<LineCrossing, Intrusion, Congestion> params;
};

/// "line_crossing", "intrusion", "congestion".
[[nodiscard]] std::string kind_of(const Rule& rule);

}  // namespace aiflow::rules
