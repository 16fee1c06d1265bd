// SPDX-License-Identifier: Apache-2.0
// An axis-parallel box: left upper corner and size.
#pragma once

#include "geometry/point.h"

namespace aiflow::geometry {

struct Box {
  double x = 0;
  double y = 0;
  double w = 0;  ///< >= 0
  double h = 0;  ///< >= 0
  [[nodiscard]] double right() const { return x + w; }
  [[nodiscard]] double bottom() const { return y + h; }
  [[nodiscard]] double area() const { return w * h; }
  [[nodiscard]] Point centre() const { return {x + w / 2, y + h / 2}; }
  /// Where a standing object touches the ground.
  [[nodiscard]] Point bottom_centre() const { return {x + w / 2, y + h}; }
  friend bool operator==(const Box&, const Box&) = default;
};

/// Common part; size 0 when the boxes do not meet.
[[nodiscard]] Box intersection(const Box& a, const Box& b);

/// Intersection over union in [0, 1]; 0 when both areas are 0.
[[nodiscard]] double iou(const Box& a, const Box& b);

/// Generalised IoU (Rezatofighi et al. 2019) in [-1, 1]: IoU minus the empty share of the hull, so
/// it still tells near from far when the boxes do not meet.
[[nodiscard]] double giou(const Box& a, const Box& b);

/// True when p is in the box or on its edge.
[[nodiscard]] bool contains(const Box& box, Point p);

/// True when inner lies wholly in outer; equal boxes do.
[[nodiscard]] bool contains(const Box& outer, const Box& inner);

}  // namespace aiflow::geometry
