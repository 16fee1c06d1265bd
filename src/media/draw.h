// SPDX-License-Identifier: Apache-2.0
// Simple drawing for snapshots: lines, boxes, zones, points and short labels. Whatever lies outside
// the picture is cut off.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "geometry/box.h"
#include "media/image.h"

namespace aiflow::media {

struct Pen {
  std::uint8_t blue = 0;
  std::uint8_t green = 0;
  std::uint8_t red = 0;
  int thickness = 2;  ///< pixels, >= 1
};

void draw_line(Image& image, const geometry::Segment& segment, Pen pen);
void draw_box(Image& image, const geometry::Box& box, Pen pen);
/// A closed outline; two points give a line.
void draw_polygon(Image& image, std::span<const geometry::Point> points, Pen pen);
/// A filled disc; the pen's thickness is its radius.
void draw_point(Image& image, geometry::Point centre, Pen pen);
/// Capital letters, digits and " .:-#%/" in a 5x7 font drawn `pen.thickness` times as large, on a
/// dark ground; small letters become capitals, other characters '?'. `at` is the left upper corner.
void draw_label(Image& image, geometry::Point at, std::string_view text, Pen pen);

}  // namespace aiflow::media
