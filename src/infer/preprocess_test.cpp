// SPDX-License-Identifier: Apache-2.0
#include "infer/preprocess.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/prng.h"

namespace aiflow::infer {
namespace {

std::vector<std::uint8_t> noise(int width, int height) {
  Prng prng(1);
  std::vector<std::uint8_t> out(static_cast<std::size_t>(width * height * 3));
  for (auto& v : out) v = static_cast<std::uint8_t>(prng.next());
  return out;
}

ImageView view(const std::vector<std::uint8_t>& pixels, int width, int height,
               ColourOrder order = ColourOrder::bgr) {
  return ImageView::make(pixels, width, height, order).value();
}

struct Place {
  int channel, x, y;  ///< in the target
  int width, height;  ///< of the target
};

/// Bilinear, straight from the definition.
double reference(const ImageView& image, const Place& to) {
  const double sx =
      std::clamp((to.x + 0.5) * image.width() / to.width - 0.5, 0.0, image.width() - 1.0);
  const double sy =
      std::clamp((to.y + 0.5) * image.height() / to.height - 0.5, 0.0, image.height() - 1.0);
  const int x0 = static_cast<int>(sx);
  const int y0 = static_cast<int>(sy);
  const auto at = [&](int px, int py) {
    px = std::min(px, image.width() - 1);
    py = std::min(py, image.height() - 1);
    return static_cast<double>(image.row(py)[px * 3 + to.channel]);
  };
  const double fx = sx - x0;
  const double fy = sy - y0;
  return (at(x0, y0) * (1 - fx) + at(x0 + 1, y0) * fx) * (1 - fy) +
         (at(x0, y0 + 1) * (1 - fx) + at(x0 + 1, y0 + 1) * fx) * fy;
}

TEST_CASE("resizing follows the bilinear definition, down, up and at the edges") {
  struct Size {
    int width, height;
  };
  for (const Size source : {Size{64, 48}, Size{7, 5}, Size{1, 1}, Size{1, 9}, Size{33, 2}}) {
    for (const Size target : {Size{30, 30}, Size{5, 64}, Size{1, 1}}) {
      CAPTURE(source.width);
      CAPTURE(target.width);
      const auto pixels = noise(source.width, source.height);
      const auto image = view(pixels, source.width, source.height);
      Preprocessor preprocessor(
          {.width = target.width, .height = target.height, .colour = ColourOrder::bgr});
      tensor::Tensor out;
      preprocessor.run(image, out);
      const auto values = out.data<float>();
      double worst = 0;
      for (int c = 0; c < 3; ++c) {
        for (int y = 0; y < target.height; ++y) {
          for (int x = 0; x < target.width; ++x) {
            const auto i = static_cast<std::size_t>((c * target.height + y) * target.width + x);
            worst =
                std::max(worst, std::abs(static_cast<double>(values[i]) -
                                         reference(image, {c, x, y, target.width, target.height})));
          }
        }
      }
      CHECK(worst < 1.01);  // weights are multiples of 1/256
    }
  }
}

TEST_CASE("a picture of the input's size passes unchanged") {
  const auto pixels = noise(12, 8);
  Preprocessor preprocessor({.width = 12,
                             .height = 8,
                             .layout = Layout::nhwc,
                             .colour = ColourOrder::bgr,
                             .dtype = tensor::DType::u8});
  tensor::Tensor out;
  const auto placement = preprocessor.run(view(pixels, 12, 8), out);
  CHECK(std::ranges::equal(out.data<std::uint8_t>(), pixels));
  CHECK(placement.scale_x == 1);
}

TEST_CASE("colour order, layout, mean and scale are applied per channel") {
  const std::vector<std::uint8_t> pixels{10, 20, 30};  // b, g, r
  tensor::Tensor out;
  Preprocessor rgb({.width = 1,
                    .height = 1,
                    .colour = ColourOrder::rgb,
                    .mean = {30, 10, 0},
                    .scale = {1, 2, 0.5F}});
  rgb.run(view(pixels, 1, 1), out);
  CHECK(out.shape() == tensor::Shape{1, 3, 1, 1});
  CHECK(out.data<float>()[0] == doctest::Approx(0));
  CHECK(out.data<float>()[1] == doctest::Approx(20));
  CHECK(out.data<float>()[2] == doctest::Approx(5));
  rgb.run(view(pixels, 1, 1, ColourOrder::rgb), out);
  CHECK(out.data<float>()[0] == doctest::Approx(-20));
}

TEST_CASE("a letterbox keeps the aspect, fills the rest, and leads back to the picture") {
  const std::vector<std::uint8_t> white(static_cast<std::size_t>(40 * 20 * 3), 255);
  for (const auto resize : {Resize::letterbox, Resize::letterbox_top_left}) {
    Preprocessor preprocessor({.width = 20, .height = 20, .resize = resize});
    tensor::Tensor out;
    const auto placement = preprocessor.run(view(white, 40, 20), out);
    const int top = resize == Resize::letterbox ? 5 : 0;
    CHECK(placement.pad_x == 0);
    CHECK(placement.pad_y == top);
    CHECK(placement.scale_x == 0.5);
    for (int y = 0; y < 20; ++y) {
      const float expected = y >= top && y < top + 10 ? 255 : 114;
      CHECK(out.data<float>()[static_cast<std::size_t>(y * 20 + 7)] == doctest::Approx(expected));
    }
  }
}

TEST_CASE("pictures whose bytes do not fit their sides are refused") {
  const std::vector<std::uint8_t> pixels(12);
  const auto code = [&](std::int64_t width, std::int64_t height) {
    return ImageView::make(pixels, width, height, ColourOrder::bgr).error().code;
  };
  CHECK(ImageView::make(pixels, 2, 2, ColourOrder::bgr).has_value());
  CHECK(code(2, 3) == ErrorCode::invalid_argument);
  CHECK(code(0, 0) == ErrorCode::invalid_argument);
  CHECK(code(-2, -2) == ErrorCode::invalid_argument);
  CHECK(code(std::int64_t{1} << 62, 4) == ErrorCode::invalid_argument);
}

TEST_CASE("a wrong input configuration is refused by the member's name") {
  const auto message = [](const char* text) {
    return parse_input_spec(json::parse(text).value()).error().message;
  };
  CHECK(message(R"({"height":1})") == "'width' is missing");
  CHECK(message(R"({"width":0,"height":1})") == "input 'width' must be 1 to 4096");
  CHECK(message(R"({"width":1,"height":1,"layout":"chw"})") == "input 'layout' can't be 'chw'");
  CHECK(message(R"({"width":1,"height":1,"mean":[1,2]})").starts_with("input 'mean'"));
  CHECK(message(R"({"width":1,"height":1,"scale":"x"})").starts_with("input 'scale'"));
  CHECK(message(R"({"width":1,"height":1,"datatype":"UINT8","scale":2})").ends_with("FP32"));
}

}  // namespace
}  // namespace aiflow::infer
