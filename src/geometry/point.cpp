// SPDX-License-Identifier: Apache-2.0
#include "geometry/point.h"

#include <algorithm>
#include <cmath>

namespace aiflow::geometry {
namespace {

/// Cross product of b - a and p - a; > 0 when p is to the right of a -> b on the screen (y down).
double turn(Point a, Point b, Point p) {
  return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

/// p is known to be on the endless line through s.
bool within_bounds(const Segment& s, Point p) {
  return p.x >= std::min(s.a.x, s.b.x) && p.x <= std::max(s.a.x, s.b.x) &&
         p.y >= std::min(s.a.y, s.b.y) && p.y <= std::max(s.a.y, s.b.y);
}

int sign(double value) { return (value > 0) - (value < 0); }

}  // namespace

double distance(Point p, Point q) { return std::hypot(p.x - q.x, p.y - q.y); }

double distance(Point p, const Segment& segment) {
  const double dx = segment.b.x - segment.a.x;
  const double dy = segment.b.y - segment.a.y;
  const double length2 = dx * dx + dy * dy;
  if (length2 <= 0) return distance(p, segment.a);
  const double along = ((p.x - segment.a.x) * dx + (p.y - segment.a.y) * dy) / length2;
  const double t = std::clamp(along, 0.0, 1.0);
  return distance(p, Point{segment.a.x + t * dx, segment.a.y + t * dy});
}

double signed_distance(Point p, const Segment& segment) {
  const double length = distance(segment.a, segment.b);
  return length <= 0 ? 0 : -turn(segment.a, segment.b, p) / length;
}

bool cross(const Segment& s, const Segment& t) {
  const int s_a = sign(turn(t.a, t.b, s.a));
  const int s_b = sign(turn(t.a, t.b, s.b));
  const int t_a = sign(turn(s.a, s.b, t.a));
  const int t_b = sign(turn(s.a, s.b, t.b));
  if (s_a * s_b < 0 && t_a * t_b < 0) return true;
  return (s_a == 0 && within_bounds(t, s.a)) || (s_b == 0 && within_bounds(t, s.b)) ||
         (t_a == 0 && within_bounds(s, t.a)) || (t_b == 0 && within_bounds(s, t.b));
}

}  // namespace aiflow::geometry
