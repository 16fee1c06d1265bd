// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "media/detail/picture.h"

namespace aiflow::media {
namespace {

/// libswscale stores whole vectors: it may write behind the end of a row that is no multiple of
/// this.
constexpr int kWidthStep = 32;

bool matches(const AVFrame* frame, const AVFrame& like) {
  return frame != nullptr && frame->width == like.width && frame->height == like.height;
}

av::Frame make_padded(int width, int height) {
  av::Frame frame(av_frame_alloc());
  if (!frame) return nullptr;
  frame->format = AV_PIX_FMT_BGR24;
  frame->width = width;
  frame->height = height;
  if (av_frame_get_buffer(frame.get(), 0) < 0) return nullptr;
  return frame;
}

void copy_rows(const AVFrame& from, Image& to) {
  const auto row_bytes = static_cast<std::size_t>(to.width) * 3;
  for (int y = 0; y < to.height; ++y) {
    const auto row = static_cast<std::size_t>(y);
    std::memcpy(to.bgr.data() + row * row_bytes,
                from.data[0] + std::ptrdiff_t{y} * from.linesize[0], row_bytes);
  }
}

}  // namespace

Result<Image> PictureMaker::make(const AVFrame& frame) {
  if (frame.width <= 0 || frame.height <= 0) {
    return fail(ErrorCode::corrupt, "a frame without a size");
  }
  const auto format = static_cast<AVPixelFormat>(frame.format);
  scaler_.reset(sws_getCachedContext(scaler_.release(), frame.width, frame.height, format,
                                     frame.width, frame.height, AV_PIX_FMT_BGR24, SWS_BILINEAR,
                                     nullptr, nullptr, nullptr));
  if (!scaler_) return fail(ErrorCode::corrupt, "the pixel format can't be converted");
  Image image = make_image(frame.width, frame.height);
  const bool direct = frame.width % kWidthStep == 0;
  if (!direct && !matches(padded_.get(), frame)) {
    padded_ = make_padded(frame.width, frame.height);
    if (!padded_) return fail(ErrorCode::internal, "no memory for a picture");
  }
  std::uint8_t* rows = direct ? image.bgr.data() : padded_->data[0];
  const int row_bytes = direct ? image.width * 3 : padded_->linesize[0];
  sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, &rows, &row_bytes);
  if (!direct) copy_rows(*padded_, image);
  return image;
}

}  // namespace aiflow::media
