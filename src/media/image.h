// SPDX-License-Identifier: Apache-2.0
// Pictures as values: packed BGR pixels, JPEG in and out (turbojpeg, private to image.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"

namespace aiflow::media {

/// Rows from top to bottom without padding, 3 bytes a pixel: blue, green, red.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> bgr;  ///< width * height * 3 bytes
};

/// A black picture. width and height > 0.
[[nodiscard]] Image make_image(int width, int height);

/// quality 1..100. Errors: invalid_argument when the picture is empty or its size is wrong.
[[nodiscard]] Result<std::vector<std::uint8_t>> encode_jpeg(const Image& image, int quality = 80);

/// `pixels_max` is checked on the header, before any pixel memory is taken.
/// Errors: corrupt when it is no JPEG or is cut, invalid_argument when it is too large.
[[nodiscard]] Result<Image> decode_jpeg(std::span<const std::uint8_t> jpeg,
                                        std::int64_t pixels_max = 64'000'000);

}  // namespace aiflow::media
