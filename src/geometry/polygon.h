// SPDX-License-Identifier: Apache-2.0
// A closed polygon, convex or not; self-crossing ones follow the even-odd rule.
#pragma once

#include <vector>

#include "base/result.h"
#include "geometry/point.h"

namespace aiflow::geometry {

class Polygon {
 public:
  /// Errors: invalid_argument for fewer than 3 points, a number that is not finite, or area 0.
  [[nodiscard]] static Result<Polygon> create(std::vector<Point> points);

  [[nodiscard]] const std::vector<Point>& points() const { return points_; }

  /// Inside or on the edge (within 1e-9).
  [[nodiscard]] bool contains(Point p) const;

  /// Distance to the nearest edge, whether p is inside or outside.
  [[nodiscard]] double edge_distance(Point p) const;

  /// As contains, for the polygon grown by `margin` on every side (round corners); margin >= 0.
  [[nodiscard]] bool contains_grown(Point p, double margin) const;

  [[nodiscard]] double area() const;

 private:
  explicit Polygon(std::vector<Point> points) : points_(std::move(points)) {}
  std::vector<Point> points_;
};

}  // namespace aiflow::geometry
