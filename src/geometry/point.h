// SPDX-License-Identifier: Apache-2.0
// Plane geometry for tracks and rules: points, segments, polygons, boxes. Pure values and
// functions. The unit is the caller's (pixels in AIflow); x grows to the right, y grows downwards.
#pragma once

#include <vector>

namespace aiflow::geometry {

struct Point {
  double x = 0;
  double y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

struct Segment {
  Point a;
  Point b;
};

/// Distance between two points.
[[nodiscard]] double distance(Point p, Point q);

/// Shortest distance from a point to a segment (a segment of length 0 is a point).
[[nodiscard]] double distance(Point p, const Segment& segment);

/// Signed distance from the endless line through the segment; > 0 on the left side of a -> b as a
/// person sees it on the screen. 0 for a segment of length 0.
[[nodiscard]] double signed_distance(Point p, const Segment& segment);

/// True when the two segments share a point; touching ends count.
[[nodiscard]] bool cross(const Segment& s, const Segment& t);

}  // namespace aiflow::geometry
