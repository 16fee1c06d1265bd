// SPDX-License-Identifier: Apache-2.0
#include "infer/image_view.h"

#include <string>

namespace aiflow::infer {

Result<ImageView> ImageView::make(std::span<const std::uint8_t> pixels, std::int64_t width,
                                  std::int64_t height, ColourOrder order) {
  const auto valid = [](std::int64_t side) { return side >= 1 && side <= kImageSideMax; };
  if (!valid(width) || !valid(height)) {
    return fail(ErrorCode::invalid_argument,
                "a picture's sides must be 1 to " + std::to_string(kImageSideMax) + " pixels");
  }
  const auto bytes = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3;
  if (pixels.size() != bytes) {
    return fail(ErrorCode::invalid_argument,
                "a picture of " + std::to_string(width) + "x" + std::to_string(height) + " has " +
                    std::to_string(bytes) + " bytes, not " + std::to_string(pixels.size()));
  }
  ImageView view;
  view.pixels_ = pixels;
  view.width_ = static_cast<int>(width);
  view.height_ = static_cast<int>(height);
  view.order_ = order;
  return view;
}

}  // namespace aiflow::infer
