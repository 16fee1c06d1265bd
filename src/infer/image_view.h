// SPDX-License-Identifier: Apache-2.0
// A borrowed picture: packed rows of 3 bytes a pixel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"

namespace aiflow::infer {

enum class ColourOrder { bgr, rgb };

/// Each side of a picture, in pixels.
inline constexpr std::int64_t kImageSideMax = 16384;

class ImageView {
 public:
  /// Errors: invalid_argument when a side is < 1 or > kImageSideMax, or the number of bytes is not
  /// width * height * 3.
  [[nodiscard]] static Result<ImageView> make(std::span<const std::uint8_t> pixels,
                                              std::int64_t width, std::int64_t height,
                                              ColourOrder order);

  [[nodiscard]] const std::uint8_t* row(int y) const {
    return pixels_.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) * 3;
  }
  [[nodiscard]] std::span<const std::uint8_t> pixels() const { return pixels_; }
  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] ColourOrder order() const { return order_; }

 private:
  std::span<const std::uint8_t> pixels_;
  int width_ = 0;
  int height_ = 0;
  ColourOrder order_ = ColourOrder::bgr;
};

}  // namespace aiflow::infer
