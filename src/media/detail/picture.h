// SPDX-License-Identifier: Apache-2.0
// Decoded frame of any pixel format -> packed BGR (libswscale). For .cpp files of this library
// only.
#pragma once

#include "base/result.h"
#include "media/detail/av.h"
#include "media/image.h"

namespace aiflow::media {

class PictureMaker {
 public:
  /// Errors: corrupt when the pixel format can't be converted.
  [[nodiscard]] Result<Image> make(const AVFrame& frame);

 private:
  av::Scaler scaler_;
  av::Frame padded_;  ///< rows with room for libswscale's wide stores; only for odd widths
};

}  // namespace aiflow::media
