// SPDX-License-Identifier: Apache-2.0
#include "media/image.h"

#include <turbojpeg.h>

#include <memory>
#include <string>

#include "base/assert.h"

namespace aiflow::media {
namespace {

struct CloseTurbo {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using Turbo = std::unique_ptr<void, CloseTurbo>;

struct FreeTurbo {
  void operator()(unsigned char* bytes) const { tjFree(bytes); }
};

std::size_t bytes_of(std::int64_t width, std::int64_t height) {
  return static_cast<std::size_t>(width * height * 3);
}

}  // namespace

Image make_image(int width, int height) {
  AIFLOW_ASSERT(width > 0 && height > 0);
  return {width, height, std::vector<std::uint8_t>(bytes_of(width, height))};
}

Result<std::vector<std::uint8_t>> encode_jpeg(const Image& image, int quality) {
  if (image.width <= 0 || image.height <= 0 || quality < 1 || quality > 100 ||
      image.bgr.size() != bytes_of(image.width, image.height)) {
    return fail(ErrorCode::invalid_argument, "the picture is empty or its size is wrong");
  }
  const Turbo turbo(tjInitCompress());
  if (!turbo) return fail(ErrorCode::internal, "no JPEG encoder: " + std::string(tjGetErrorStr()));
  unsigned char* raw = nullptr;
  unsigned long size = 0;
  const int failed = tjCompress2(turbo.get(), image.bgr.data(), image.width, 0, image.height,
                                 TJPF_BGR, &raw, &size, TJSAMP_420, quality, TJFLAG_FASTDCT);
  const std::unique_ptr<unsigned char, FreeTurbo> jpeg(raw);
  if (failed != 0) {
    return fail(ErrorCode::internal, "JPEG: " + std::string(tjGetErrorStr2(turbo.get())));
  }
  return std::vector<std::uint8_t>(jpeg.get(), jpeg.get() + size);
}

Result<Image> decode_jpeg(std::span<const std::uint8_t> jpeg, std::int64_t pixels_max) {
  const Turbo turbo(tjInitDecompress());
  if (!turbo) return fail(ErrorCode::internal, "no JPEG decoder: " + std::string(tjGetErrorStr()));
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colours = 0;
  if (tjDecompressHeader3(turbo.get(), jpeg.data(), jpeg.size(), &width, &height, &subsampling,
                          &colours) != 0 ||
      width <= 0 || height <= 0) {
    return fail(ErrorCode::corrupt, "not a JPEG: " + std::string(tjGetErrorStr2(turbo.get())));
  }
  if (std::int64_t{width} * height > pixels_max) {
    return fail(ErrorCode::invalid_argument, "the JPEG has " + std::to_string(width) + "x" +
                                                 std::to_string(height) + " pixels, more than " +
                                                 std::to_string(pixels_max));
  }
  Image image = make_image(width, height);
  if (tjDecompress2(turbo.get(), jpeg.data(), jpeg.size(), image.bgr.data(), width, 0, height,
                    TJPF_BGR, TJFLAG_STOPONWARNING) != 0) {
    return fail(ErrorCode::corrupt, "damaged JPEG: " + std::string(tjGetErrorStr2(turbo.get())));
  }
  return image;
}

}  // namespace aiflow::media
