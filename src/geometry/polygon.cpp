// SPDX-License-Identifier: Apache-2.0
#include "geometry/polygon.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace aiflow::geometry {
namespace {

constexpr double kOnEdge = 1e-9;

double signed_area(const std::vector<Point>& points) {
  double twice = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& p = points[i];
    const Point& q = points[(i + 1) % points.size()];
    twice += p.x * q.y - q.x * p.y;
  }
  return twice / 2;
}

}  // namespace

Result<Polygon> Polygon::create(std::vector<Point> points) {
  if (points.size() < 3) {
    return fail(ErrorCode::invalid_argument,
                "a polygon needs at least 3 points, there are " + std::to_string(points.size()));
  }
  for (const Point& p : points) {
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) {
      return fail(ErrorCode::invalid_argument, "a polygon's point is not a finite number");
    }
  }
  if (std::abs(signed_area(points)) <= 0) {
    return fail(ErrorCode::invalid_argument, "the polygon has no area");
  }
  return Polygon(std::move(points));
}

bool Polygon::contains(Point p) const {
  if (edge_distance(p) <= kOnEdge) return true;
  bool inside = false;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const Point& a = points_[i];
    const Point& b = points_[(i + 1) % points_.size()];
    const bool spans = (a.y > p.y) != (b.y > p.y);
    if (spans && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x)) inside = !inside;
  }
  return inside;
}

double Polygon::edge_distance(Point p) const {
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < points_.size(); ++i) {
    nearest = std::min(nearest, distance(p, {points_[i], points_[(i + 1) % points_.size()]}));
  }
  return nearest;
}

bool Polygon::contains_grown(Point p, double margin) const {
  return contains(p) || edge_distance(p) <= margin;
}

double Polygon::area() const { return std::abs(signed_area(points_)); }

}  // namespace aiflow::geometry
