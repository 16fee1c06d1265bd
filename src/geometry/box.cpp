// SPDX-License-Identifier: Apache-2.0
#include "geometry/box.h"

#include <algorithm>

namespace aiflow::geometry {

Box intersection(const Box& a, const Box& b) {
  const double left = std::max(a.x, b.x);
  const double top = std::max(a.y, b.y);
  const double width = std::min(a.right(), b.right()) - left;
  const double height = std::min(a.bottom(), b.bottom()) - top;
  if (width <= 0 || height <= 0) return {left, top, 0, 0};
  return {left, top, width, height};
}

double iou(const Box& a, const Box& b) {
  const double common = intersection(a, b).area();
  const double all = a.area() + b.area() - common;
  return all > 0 ? common / all : 0;
}

double giou(const Box& a, const Box& b) {
  const double common = intersection(a, b).area();
  const double all = a.area() + b.area() - common;
  const double hull = (std::max(a.right(), b.right()) - std::min(a.x, b.x)) *
                      (std::max(a.bottom(), b.bottom()) - std::min(a.y, b.y));
  if (all <= 0 || hull <= 0) return 0;
  return common / all - (hull - all) / hull;
}

bool contains(const Box& box, Point p) {
  return p.x >= box.x && p.x <= box.right() && p.y >= box.y && p.y <= box.bottom();
}

bool contains(const Box& outer, const Box& inner) {
  return inner.x >= outer.x && inner.right() <= outer.right() && inner.y >= outer.y &&
         inner.bottom() <= outer.bottom();
}

}  // namespace aiflow::geometry
