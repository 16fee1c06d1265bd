// SPDX-License-Identifier: Apache-2.0
#include "media/draw.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace aiflow::media {
namespace {

using geometry::Point;

constexpr int kGlyphWidth = 5;
constexpr int kGlyphHeight = 7;

/// Seven rows of five bits, the highest bit on the left.
struct Glyph {
  char character;
  std::array<std::uint8_t, kGlyphHeight> rows;
};

constexpr std::array kFont = {
    Glyph{'A', {0x0E, 0x11, 0x11, 0x1F, 0x11, 0x11, 0x11}},
    Glyph{'B', {0x1E, 0x11, 0x11, 0x1E, 0x11, 0x11, 0x1E}},
    Glyph{'C', {0x0E, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0E}},
    Glyph{'D', {0x1E, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1E}},
    Glyph{'E', {0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x1F}},
    Glyph{'F', {0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x10}},
    Glyph{'G', {0x0E, 0x11, 0x10, 0x17, 0x11, 0x11, 0x0F}},
    Glyph{'H', {0x11, 0x11, 0x11, 0x1F, 0x11, 0x11, 0x11}},
    Glyph{'I', {0x0E, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0E}},
    Glyph{'J', {0x07, 0x02, 0x02, 0x02, 0x02, 0x12, 0x0C}},
    Glyph{'K', {0x11, 0x12, 0x14, 0x18, 0x14, 0x12, 0x11}},
    Glyph{'L', {0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1F}},
    Glyph{'M', {0x11, 0x1B, 0x15, 0x15, 0x11, 0x11, 0x11}},
    Glyph{'N', {0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11}},
    Glyph{'O', {0x0E, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0E}},
    Glyph{'P', {0x1E, 0x11, 0x11, 0x1E, 0x10, 0x10, 0x10}},
    Glyph{'Q', {0x0E, 0x11, 0x11, 0x11, 0x15, 0x12, 0x0D}},
    Glyph{'R', {0x1E, 0x11, 0x11, 0x1E, 0x14, 0x12, 0x11}},
    Glyph{'S', {0x0F, 0x10, 0x10, 0x0E, 0x01, 0x01, 0x1E}},
    Glyph{'T', {0x1F, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04}},
    Glyph{'U', {0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0E}},
    Glyph{'V', {0x11, 0x11, 0x11, 0x11, 0x11, 0x0A, 0x04}},
    Glyph{'W', {0x11, 0x11, 0x11, 0x15, 0x15, 0x1B, 0x11}},
    Glyph{'X', {0x11, 0x11, 0x0A, 0x04, 0x0A, 0x11, 0x11}},
    Glyph{'Y', {0x11, 0x11, 0x0A, 0x04, 0x04, 0x04, 0x04}},
    Glyph{'Z', {0x1F, 0x01, 0x02, 0x04, 0x08, 0x10, 0x1F}},
    Glyph{'0', {0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E}},
    Glyph{'1', {0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E}},
    Glyph{'2', {0x0E, 0x11, 0x01, 0x06, 0x08, 0x10, 0x1F}},
    Glyph{'3', {0x1E, 0x01, 0x01, 0x0E, 0x01, 0x01, 0x1E}},
    Glyph{'4', {0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02}},
    Glyph{'5', {0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E}},
    Glyph{'6', {0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E}},
    Glyph{'7', {0x1F, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08}},
    Glyph{'8', {0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E}},
    Glyph{'9', {0x0E, 0x11, 0x11, 0x0F, 0x01, 0x02, 0x0C}},
    Glyph{' ', {0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00}},
    Glyph{'.', {0x00, 0x00, 0x00, 0x00, 0x00, 0x0C, 0x0C}},
    Glyph{':', {0x00, 0x0C, 0x0C, 0x00, 0x0C, 0x0C, 0x00}},
    Glyph{'-', {0x00, 0x00, 0x00, 0x1F, 0x00, 0x00, 0x00}},
    Glyph{'#', {0x0A, 0x0A, 0x1F, 0x0A, 0x1F, 0x0A, 0x0A}},
    Glyph{'%', {0x18, 0x19, 0x02, 0x04, 0x08, 0x13, 0x03}},
    Glyph{'/', {0x01, 0x01, 0x02, 0x04, 0x08, 0x10, 0x10}},
    Glyph{'?', {0x0E, 0x11, 0x01, 0x06, 0x04, 0x00, 0x04}},
};

const Glyph& glyph_of(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  const auto at = std::ranges::find(kFont, c, &Glyph::character);
  return at == kFont.end() ? kFont.back() : *at;
}

struct Area {
  int left;
  int top;
  int width;
  int height;
};

/// Paints the part of the area that lies in the picture.
void fill(Image& image, const Area& area, const Pen& pen) {
  const int right = std::min(area.left + area.width, image.width);
  const int bottom = std::min(area.top + area.height, image.height);
  for (int y = std::max(area.top, 0); y < bottom; ++y) {
    for (int x = std::max(area.left, 0); x < right; ++x) {
      const std::size_t at = (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                              static_cast<std::size_t>(x)) *
                             3;
      image.bgr[at] = pen.blue;
      image.bgr[at + 1] = pen.green;
      image.bgr[at + 2] = pen.red;
    }
  }
}

/// Keeps what is drawn in reach of an int, however wild the coordinate.
int pixel(double value) {
  if (std::isnan(value)) return -100'000;
  return static_cast<int>(std::lround(std::clamp(value, -100'000.0, 100'000.0)));
}

/// The part of a line that can be seen from the picture, grown by `margin` (Liang and Barsky 1984).
bool clip(geometry::Segment& line, const Image& image, double margin) {
  double from = 0;
  double to = 1;
  const double dx = line.b.x - line.a.x;
  const double dy = line.b.y - line.a.y;
  const std::array<std::array<double, 2>, 4> edges = {{{-dx, line.a.x + margin},
                                                       {dx, image.width + margin - line.a.x},
                                                       {-dy, line.a.y + margin},
                                                       {dy, image.height + margin - line.a.y}}};
  for (const auto& [towards, room] : edges) {
    if (towards == 0 && room < 0) return false;
    if (towards < 0) from = std::max(from, room / towards);
    if (towards > 0) to = std::min(to, room / towards);
  }
  if (!(from <= to)) return false;
  line = {{line.a.x + from * dx, line.a.y + from * dy}, {line.a.x + to * dx, line.a.y + to * dy}};
  return true;
}

}  // namespace

void draw_line(Image& image, const geometry::Segment& segment, Pen pen) {
  geometry::Segment line = segment;
  const double sum = line.a.x + line.a.y + line.b.x + line.b.y;
  if (!std::isfinite(sum) || !clip(line, image, pen.thickness)) return;
  const double dx = line.b.x - line.a.x;
  const double dy = line.b.y - line.a.y;
  const int steps = std::max(1, pixel(std::max(std::abs(dx), std::abs(dy))));
  for (int i = 0; i <= steps; ++i) {
    const double t = static_cast<double>(i) / steps;
    const int half = pen.thickness / 2;
    fill(image,
         {pixel(line.a.x + t * dx) - half, pixel(line.a.y + t * dy) - half, pen.thickness,
          pen.thickness},
         pen);
  }
}

void draw_box(Image& image, const geometry::Box& box, Pen pen) {
  const std::array<Point, 4> corners = {Point{box.x, box.y}, Point{box.right(), box.y},
                                        Point{box.right(), box.bottom()},
                                        Point{box.x, box.bottom()}};
  draw_polygon(image, corners, pen);
}

void draw_polygon(Image& image, std::span<const Point> points, Pen pen) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    draw_line(image, {points[i], points[(i + 1) % points.size()]}, pen);
  }
}

void draw_point(Image& image, Point centre, Pen pen) {
  const int radius = std::max(pen.thickness, 1);
  for (int dy = -radius; dy <= radius; ++dy) {
    const int half = pixel(std::sqrt(static_cast<double>(radius * radius - dy * dy)));
    fill(image, {pixel(centre.x) - half, pixel(centre.y) + dy, 2 * half + 1, 1}, pen);
  }
}

void draw_label(Image& image, Point at, std::string_view text, Pen pen) {
  const int scale = std::max(pen.thickness, 1);
  const int step = (kGlyphWidth + 1) * scale;
  const int left = pixel(at.x);
  const int top = pixel(at.y);
  fill(image, {left, top, static_cast<int>(text.size()) * step + scale, (kGlyphHeight + 2) * scale},
       Pen{});
  for (std::size_t i = 0; i < text.size(); ++i) {
    const Glyph& glyph = glyph_of(text[i]);
    const int glyph_left = left + scale + static_cast<int>(i) * step;
    for (int cell = 0; cell < kGlyphWidth * kGlyphHeight; ++cell) {
      const int column = cell % kGlyphWidth;
      const int row = cell / kGlyphWidth;
      const int bits = glyph.rows[static_cast<std::size_t>(row)];
      if (((bits >> (kGlyphWidth - 1 - column)) & 1) == 0) continue;
      fill(image, {glyph_left + column * scale, top + (row + 1) * scale, scale, scale}, pen);
    }
  }
}

}  // namespace aiflow::media
